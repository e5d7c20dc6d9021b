import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";

import * as web from "./text.js";

// The build puts the name here.
export const module = new WebAssembly.Module(readFileSync(new URL(NODE_MODULE, import.meta.url)));

// A `Buffer` reads and writes several times faster than the encoder and the decoder of the web.
export const view = (buffer) => Buffer.from(buffer);

/** Writes text from one place up to another, and says how much of it was read and written. */
export const write = (bytes, text, from, to) =>
  // Three bytes are the most that a unit takes, so that all of the text fits.
  3 * text.length <= to - from
    ? { read: text.length, written: bytes.write(text, from) }
    : web.write(bytes, text, from, to);

export const read = (bytes, from, to) => bytes.toString("utf8", from, to);
