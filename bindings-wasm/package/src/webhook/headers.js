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
  const pairs = Symbol.iterator in source ? [...source] : Object.entries(plain(source, "headers"));
  return pairs.flatMap(texts);
}

/** A name with each of its values. */
function texts(pair) {
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw refused();
  }
  const [name, value] = pair;
  const values = Array.isArray(value) ? value : [value];
  return values.filter((one) => one !== undefined).flatMap((one) => [text(name), text(one)]);
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
