import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";

// The build replaces the name.
export const module = new WebAssembly.Module(readFileSync(new URL(NODE_MODULE, import.meta.url)));

// A `Buffer` reads and writes several times faster than the encoder and the decoder of the web.
export const view = (buffer) => Buffer.from(buffer);

/** Writes text into a range, and returns the number of bytes. */
export const write = (bytes, text, from, to) => bytes.write(text, from, to - from);

export const read = (bytes, from, to) => bytes.toString("utf8", from, to);
export { eventUrl } from "../event.js";
