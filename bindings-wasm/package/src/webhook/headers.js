// Reads the names and values of headers. The core selects those that it needs.

import { isObject, isPlain, member, nameAndTexts, own } from "../arguments.js";
import { arrived, wrongType } from "../error.js";

const WANTED = "headers must be a request, its headers, or names and values";

/** Reads the names and values of all headers, one after the other. */
export function headerTexts(headers) {
  return arrived(read, headers, WANTED);
}

function read(input) {
  const texts = [];
  for (const pair of pairs(headersOf(input) ?? input)) {
    const [name, values] = nameAndTexts(pair);
    for (const value of values) {
      texts.push(headerText(name), headerText(value));
    }
  }
  return texts;
}

/** Returns the headers of a request; undefined if the input is not a request. */
function headersOf(input) {
  if (isObject(input) && !(Symbol.iterator in input)) {
    const headers = isPlain(input) ? own(input, "headers") : member(input, "headers");
    return isObject(headers) && !Array.isArray(headers) ? headers : undefined;
  }
}

function pairs(headers) {
  if (Symbol.iterator in headers) {
    return headers;
  }
  if (isPlain(headers)) {
    return Object.entries(headers);
  }
  throw wrongType("headers", "names and values");
}

/** Returns a text; for another value, a text that no header can have. */
function headerText(value) {
  return typeof value === "string" ? value : "\ud800";
}
