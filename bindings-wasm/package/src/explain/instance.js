// Instantiates the module with the functions that it calls. JavaScript has the tables of Unicode and
// of doubles, which would be half of the module.

import { read, view } from "../module/text.js";
import { progress } from "./progress.js";

const encoder = new TextEncoder();

/** The conversions of texts, by their numbers (see `explain/src/platform.rs`). */
const CONVERSIONS = [
  (text) => text.normalize("NFC"),
  (text) => text.normalize("NFD"),
  (text) => text.normalize("NFKC"),
  (text) => text.normalize("NFKD"),
  (text) => text.toLowerCase(),
  (text) => text.toUpperCase(),
  (text) => (Number.isFinite(Number(text)) ? Number(text).toExponential() : ""),
];

/** Returns the exports of a module. */
export function instantiate(module) {
  let result;
  const javascript = {
    progress,
    /** Converts a text, and returns the length of the result. */
    convert(conversion, start, length) {
      const text = read(view(wasm.memory.buffer), start >>> 0, (start >>> 0) + length);
      result = encoder.encode(CONVERSIONS[conversion](text));
      return result.length;
    },
    /** Writes the result. */
    converted(to) {
      view(wasm.memory.buffer).set(result, to >>> 0);
      result = undefined;
    },
  };
  const { exports: wasm } = new WebAssembly.Instance(module, { javascript });
  return wasm;
}
