// The raw body, from whatever holds one. The core judges it.

import { MAX_WEBHOOK_BODY } from "../constants.js";
import { arrived, wrongType } from "../error.js";

const WANTED =
  "the raw body, as text or bytes: what was parsed has lost what was signed. " +
  'In Express, use express.raw({ type: "*/*" }); elsewhere, pass await request.text()';

/** The text of a body, or a view of its bytes; none is an empty one. */
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
  // A tag is right for the buffers of another realm, too, as `instanceof` is not.
  if (/^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(body))) {
    const { buffer, byteLength } = new DataView(body);
    return view(buffer, 0, byteLength);
  }
  throw wrongType("body", WANTED);
}

/**
 * Views bytes with a length that is fixed. One that follows the length of its buffer may be longer
 * when it is copied than when room was made for it: another thread may grow a shared buffer.
 */
function view(buffer, start, length) {
  return new Uint8Array(buffer, start, length);
}

/** The same of a body that arrived. */
export function received(body) {
  const whole = arrived(raw, body, `body must be ${WANTED}`);
  // A larger body is refused whatever it holds, so it is not copied. A unit of text is a byte or more.
  return whole.length > MAX_WEBHOOK_BODY ? new Uint8Array(MAX_WEBHOOK_BODY + 1) : whole;
}
