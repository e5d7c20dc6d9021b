// Names and values, from whatever holds headers. Which of them count is the core's to say.

import { plain } from "../arguments.js";
import { invalidArgument } from "../error.js";

/** The names and values of all headers, one after the other. */
export function headerTexts(input) {
  if (!isObject(input)) {
    throw refused();
  }
  const { headers } = input;
  // A request has headers, and a set of headers has no value that is one.
  const source = isObject(headers) && !Array.isArray(headers) ? headers : input;
  const pairs = Symbol.iterator in source ? source : Object.entries(plain(source, "headers"));
  const texts = [];
  for (const pair of pairs) {
    add(texts, pair);
  }
  return texts;
}

/** Adds a name with each of its values. */
function add(texts, pair) {
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw refused();
  }
  const [name, value] = pair;
  for (const one of Array.isArray(value) ? value : [value]) {
    if (one !== undefined) {
      texts.push(text(name), text(one));
    }
  }
}

function text(value) {
  if (typeof value !== "string") {
    throw refused();
  }
  return value;
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}

function refused() {
  return invalidArgument(
    "headers has to be a request, its headers, or names with values that are strings",
  );
}
