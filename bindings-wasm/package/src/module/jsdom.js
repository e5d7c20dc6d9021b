// Jest's jsdom has neither an encoder nor a decoder, but a `Buffer`.

const buffer = (bytes) => globalThis.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

export const TextEncoder =
  globalThis.TextEncoder ??
  class {
    encodeInto = (text, bytes) => ({ written: buffer(bytes).write(text) });
  };

export const TextDecoder =
  globalThis.TextDecoder ??
  class {
    decode = (bytes) => buffer(bytes).toString();
  };
