// Reads the raw body. The core validates it.

import { MAX_WEBHOOK_BODY } from "../constants.js";
import { arrived, wrongType } from "../error.js";
import { bodyOf, decoded } from "../request.js";

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

/**
 * Returns the same of a body that arrived from outside. Without headers, it is that of a request or
 * an event that has both.
 */
export function received(given, headers) {
  const read = () =>
    raw(headers === undefined ? decoded(bodyOf(given), given) : decoded(given, headers));
  const body = arrived(read, given, `body must be ${WANTED}`);
  // The core refuses a larger body, so it is not copied. A UTF-16 unit is at least one byte.
  return body.length > MAX_WEBHOOK_BODY ? new Uint8Array(MAX_WEBHOOK_BODY + 1) : body;
}
