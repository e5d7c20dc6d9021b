// Reads and writes text with the standards of the web.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export const view = (buffer) => new Uint8Array(buffer);

/** Writes text into a range, and returns the number of bytes. */
export const write = (bytes, text, from, to) =>
  encoder.encodeInto(text, bytes.subarray(from, to)).written;

export const read = (bytes, from, to) => decoder.decode(bytes.subarray(from, to));
