// The build inlines the bytes as base64 and the translation to JavaScript, and imports `Buffer`.
import { instantiate } from "#script";
import base64 from "#wasm";

export const wasm = compile() ?? instantiate();

/** Compiles the module; undefined if that is forbidden, as in a Worker with a bundle for Node. */
function compile() {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(base64, "base64"))).exports;
  } catch {
    return undefined;
  }
}

// A `Buffer` reads and writes several times faster than the encoder and the decoder of the web.
export const view = (buffer) => Buffer.from(buffer);

/** Writes text into a range, and returns the number of bytes. */
export const write = (bytes, text, from, to) => bytes.write(text, from, to - from);

export const read = (bytes, from, to) => bytes.toString("utf8", from, to);
export { eventUrl } from "../event.js";
