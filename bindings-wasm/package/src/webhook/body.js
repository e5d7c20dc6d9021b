// The raw body, from whatever holds one. What it has to be beyond that is the core's to say.

import { put, putBytes } from "../crossing.js";
import { invalidArgument } from "../error.js";

/** A larger body is refused whatever it holds, so no more of it is copied into the module. */
const LARGEST = 1_048_576;

/** The text of a body, or a view of its bytes. */
export function raw(body) {
  return typeof body === "string" ? body : bytes(body);
}

/** The same of a body that arrived. */
export function received(body) {
  const whole = raw(body);
  // Each unit of text is a byte or more.
  return whole.length > LARGEST ? new Uint8Array(LARGEST + 1) : whole;
}

function bytes(body) {
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  }
  // A tag is right for the buffers of another realm, too, as `instanceof` is not.
  if (Object.prototype.toString.call(body) === "[object ArrayBuffer]") {
    return new Uint8Array(new DataView(body).buffer);
  }
  throw invalidArgument(
    "body has to be the raw body, as text or bytes: what was parsed has lost what was signed. " +
      'In Express, use express.raw({ type: "*/*" }); elsewhere, pass await request.text()',
  );
}

/** Adds what `raw` returned to the input, and returns its length in bytes. */
export function putBody(body) {
  return typeof body === "string" ? put(body) : putBytes(body);
}
