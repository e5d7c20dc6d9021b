// Reads a message, in any form in which a framework has it.

import { eventUrl } from "#module";
import { isPlain } from "./arguments.js";
import { arrived } from "./error.js";
import { query } from "./query.js";
import { urlOf } from "./request.js";

const WANTED = "input must be a URL or a query as text, a request, or decoded pairs";

/** Reads a message, and returns its text. */
export function message(input) {
  return typeof input === "string" ? input : arrived(received, input, WANTED);
}

/** Throws any error if the input is none of these. */
function received(input) {
  if (Symbol.iterator in input) {
    return query(input);
  }
  return urlOf(input) ?? eventUrl(input) ?? query(isPlain(input) && Object.entries(input));
}
