// Reads the members of requests and events, by the names that frameworks and platforms give them.

import { isObject, isPlain, member } from "./arguments.js";
import { wrongType } from "./error.js";

/**
 * The members with a URL as the browser requested it, or with an object that has it. `request` is
 * the last: in the edge runtime of Next, it is a getter that throws.
 */
const MEMBERS = ["originalUrl", "raw", "req", "node", "href", "url", "request"];

/** Returns the URL that an object has; undefined if it has none. */
export function urlOf(object) {
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

/** Returns the headers of a request; undefined if the input is not a request. */
export function headersOf(input) {
  if (isObject(input) && !(Symbol.iterator in input)) {
    // If an event has the headers twice, the first kind has all values.
    // No member after them is read: one of Next's requests throws.
    return (
      object(input, "multiValueHeaders") ??
      object(input, "headers") ??
      headersOf(object(input, "raw") ?? object(input, "req") ?? object(input, "request"))
    );
  }
}

/** Returns a member if it is an object, and not one that all objects inherit. */
function object(input, name) {
  const value = member(input, name);
  return isObject(value) && !Array.isArray(value) ? value : undefined;
}

/** Returns the body of a request; undefined if it is absent. Throws if the input is not a request. */
export function bodyOf(request) {
  if (!("rawBody" in request || "body" in request)) {
    throw wrongType("the input", "a request with its body");
  }
  // A framework that parses the body keeps the raw one beside it.
  return member(request, "rawBody") ?? member(request, "body");
}

/** Decodes a body in Base64, if the event that has it says so, and the object of Express 4. */
export function decoded(body, event) {
  if (typeof body === "string" && isObject(event) && member(event, "isBase64Encoded") === true) {
    const isItsOwn = body === member(event, "body");
    return isItsOwn ? Uint8Array.from(atob(body), (byte) => byte.charCodeAt(0)) : body;
  }
  // Express 4 has an empty object in the place of an absent body.
  return isObject(body) && isPlain(body) && Reflect.ownKeys(body).length === 0 ? undefined : body;
}
