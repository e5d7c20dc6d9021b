// Reads the names and values of headers. The core selects those that it needs.

import { isWanted } from "#wanted";
import { isPlain, items } from "../arguments.js";
import { arrived, wrongType } from "../error.js";
import { nameAndTexts, occurrences } from "../pairs.js";
import { headersOf } from "../request.js";

const WANTED = "headers must be a request, its headers, or names and values";

/** Reads the names and values of headers, one after the other. */
export function headerTexts(headers) {
  return arrived(read, headers, WANTED);
}

function read(input) {
  const texts = [];
  const headers = headersOf(input) ?? input;
  if (Array.isArray(headers) && typeof headers[0] === "string") {
    const list = items(headers);
    for (let i = 0; i < list.length; i += 2) {
      add(texts, ...nameAndTexts(list.slice(i, i + 2)));
    }
  } else if (Symbol.iterator in headers) {
    for (const pair of headers) {
      add(texts, ...nameAndTexts(pair));
    }
  } else if (isPlain(headers)) {
    for (const name of Object.keys(headers)) {
      if (isWanted(name)) {
        add(texts, name, occurrences(headers[name]));
      }
    }
  } else {
    throw wrongType("headers", "names and values");
  }
  return texts;
}

function add(texts, name, values) {
  for (const value of values) {
    if (isWanted(name)) {
      // A value that is no text is one that no header can have.
      texts.push(name, typeof value === "string" ? value : "\ud800");
    }
  }
}
