// Reads the raw body. The core validates it.

import { MAX_WEBHOOK_BODY } from "../constants.js";
import { arrived, wrongType } from "../error.js";
import { bodyOf, decoded } from "../request.js";

const WANTED =
  "the raw body, as text or bytes: what was parsed has lost what was signed. " +
  "In Express, use express.raw({ type: () => true }); elsewhere, pass await request.text()";

/** Returns the text of a body, or a view of its bytes. An absent body is empty. */
export function raw(body) {
  const given = body ?? "";
  if (typeof given === "string") {
    return given;
  }
  try {
    // A buffer may be shared, or of another realm: a `DataView` takes them all.
    const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(given) ? given : new DataView(given);
    // A view that tracks the length of its buffer could grow before it is copied, if another thread
    // grows a shared buffer. This one has a fixed length.
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch {
    throw wrongType("body", WANTED);
  }
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
