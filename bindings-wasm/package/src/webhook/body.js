// Reads the raw body. The core validates it.

import { isObject, isPlain, member } from "../arguments.js";
import { MAX_WEBHOOK_BODY } from "../constants.js";
import { arrived, wrongType } from "../error.js";

const WANTED =
  "the raw body, as text or bytes: what was parsed has lost what was signed. " +
  "In Express, use express.raw({ type: () => true }); elsewhere, pass await request.text()";

/** Returns the text of a body, or a view of its bytes. An absent body is empty. */
export function raw(body) {
  if (body === undefined || body === null) {
    return "";
  }
  if (typeof body === "string") {
    return body;
  }
  if (ArrayBuffer.isView(body)) {
    return view(body.buffer, body.byteOffset, body.byteLength);
  }
  // Unlike `instanceof`, the tag recognizes buffers of another realm.
  if (/^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(body))) {
    const { buffer, byteLength } = new DataView(body);
    return view(buffer, 0, byteLength);
  }
  throw wrongType("body", WANTED);
}

/**
 * Views bytes with a fixed length. A view that tracks the length of its buffer could grow before it
 * is copied: another thread may grow a shared buffer.
 */
function view(buffer, start, length) {
  return new Uint8Array(buffer, start, length);
}

/** Returns the same of a body that arrived from outside, perhaps in an event. */
export function received(body, event) {
  const whole = arrived(() => raw(decoded(body, event)), body, `body must be ${WANTED}`);
  // The core refuses a larger body, so it is not copied. A UTF-16 unit is at least one byte.
  return whole.length > MAX_WEBHOOK_BODY ? new Uint8Array(MAX_WEBHOOK_BODY + 1) : whole;
}

/** Returns the body of a request that has both. */
export const bodyOf = (request) => arrived(find, request, `body must be ${WANTED}`);

function find(request) {
  if (!("rawBody" in request || "body" in request)) {
    throw wrongType("body", WANTED);
  }
  // A framework that parses the body keeps the raw one beside it.
  return member(request, "rawBody") ?? member(request, "body");
}

/** Decodes a body in Base64, if the event that has it says so, and the object of Express 4. */
function decoded(body, event) {
  if (typeof body === "string" && isObject(event) && member(event, "isBase64Encoded") === true) {
    const isItsOwn = body === member(event, "body");
    return isItsOwn ? Uint8Array.from(atob(body), (byte) => byte.charCodeAt(0)) : body;
  }
  // Express 4 has an empty object in the place of an absent body.
  return isObject(body) && isPlain(body) && Reflect.ownKeys(body).length === 0 ? undefined : body;
}
