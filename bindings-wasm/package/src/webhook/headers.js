// Reads the names and values of headers. The core selects those that it needs.

import { isObject, isPlain, items, member, nameAndTexts } from "../arguments.js";
import { arrived, wrongType } from "../error.js";

const WANTED = "headers must be a request, its headers, or names and values";

/**
 * The members with the headers of a request, or with the request that has them. Where an event has
 * the headers twice, the first kind has all values.
 */
const MEMBERS = ["multiValueHeaders", "headers", "raw", "req", "request"];

/** Reads the names and values of headers, one after the other. */
export function headerTexts(headers) {
  return arrived(read, headers, WANTED);
}

function read(input) {
  const texts = [];
  for (const pair of pairs(headersOf(input) ?? input)) {
    const [name, values] = nameAndTexts(pair);
    if (!isForeign(name)) {
      for (const value of values) {
        texts.push(headerText(name), headerText(value));
      }
    }
  }
  return texts;
}

/** Returns true for a name that the core doesn't look for: these begin with X or with HTTP_X. */
function isForeign(name) {
  return typeof name === "string" && !/^[xh]/i.test(name);
}

/** Returns the headers of a request; undefined if the input is not a request. */
function headersOf(input) {
  if (isObject(input) && !(Symbol.iterator in input)) {
    for (const name of MEMBERS) {
      const value = member(input, name);
      if (isObject(value) && !Array.isArray(value)) {
        return name.endsWith("eaders") ? value : headersOf(value);
      }
    }
  }
}

function pairs(headers) {
  if (Array.isArray(headers) && typeof headers[0] === "string") {
    return inPairs(items(headers));
  }
  if (Symbol.iterator in headers) {
    return headers;
  }
  if (isPlain(headers)) {
    return Object.entries(headers);
  }
  throw wrongType("headers", "names and values");
}

/** Returns the pairs of a list with names and values by turns, as Node has raw headers. */
function inPairs(texts) {
  const half = Math.ceil(texts.length / 2);
  return Array.from({ length: half }, (_, index) => texts.slice(2 * index, 2 * index + 2));
}

/** Returns a text; for another value, a text that no header can have. */
function headerText(value) {
  return typeof value === "string" ? value : "\ud800";
}
