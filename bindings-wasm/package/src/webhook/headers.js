// Names and values, from whatever holds headers. The core knows which of them count.

import { isObject, isPlain, member, nameAndTexts, own } from "../arguments.js";
import { arrived, wrongType } from "../error.js";

const WANTED = "headers must be a request, its headers, or names and values";

/** The names and values of all headers, one after the other. */
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

/** The headers of a request, which a set of headers doesn't have. */
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

/** A text, or what no header can be for a value that is none. */
function headerText(value) {
  return typeof value === "string" ? value : "\ud800";
}
