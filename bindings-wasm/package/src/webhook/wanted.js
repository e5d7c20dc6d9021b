import { wasm } from "../call.js";

const LENGTHS = wasm.header_lengths();

/**
 * Returns false for most names that the core doesn't look for: they begin with another letter than
 * X, or H of HTTP_X, or have another length.
 */
export function isWanted(name) {
  if (typeof name !== "string") {
    return false;
  }
  const first = name.charCodeAt(0) | 0x20;
  // A shift takes the length modulo 32. The core refuses what passes in addition.
  const wanted = LENGTHS >> (first === 0x68 ? name.length - 5 : name.length);
  return (first === 0x78 || first === 0x68) && (wanted & 1) === 1;
}
