// Reads a message, in any form in which a framework has it.

import { eventUrl } from "#module";
import { isObject, isPlain, member } from "./arguments.js";
import { arrived } from "./error.js";
import { query } from "./query.js";

const WANTED = "input must be a URL or a query as text, a request, or decoded pairs";

/**
 * The members with a URL as the browser requested it, or with an object that has it. `request` is
 * the last: in the edge runtime of Next, it is a getter that throws.
 */
const MEMBERS = ["originalUrl", "raw", "req", "node", "href", "url", "request"];

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

/** Returns the URL that an object has; undefined if it has none. */
function urlOf(object) {
  // The texts of a plain object may come from outside.
  const isRequest = !isPlain(object);
  for (const name of MEMBERS) {
    const value = member(object, name);
    const text = isObject(value) ? urlOf(value) : isRequest && value;
    if (typeof text === "string") {
      return text;
    }
  }
}
