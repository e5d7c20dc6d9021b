// A link to the contents of the page. It is the fragment of the page's own URL, which no server
// receives.

const VERSION = "#1.";
/**
 * The maximum length of a link that browsers accept, and the maximum size of its unpacked contents.
 */
const LONGEST = 1_900_000;
const LARGEST = 8 << 20;

const toBase64 = (bytes) => {
  const parts = [];
  for (let at = 0; at < bytes.length; at += 32768) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 32768)));
  }
  return btoa(parts.join(""));
};
const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** Reads a stream to its end, or until it is too large. */
async function collect(stream) {
  const chunks = [];
  let length = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    length += value.length;
    if (length > LARGEST) {
      await reader.cancel();
      throw new Error("the link unfolds to too much");
    }
    chunks.push(value);
  }
}

const through = (bytes, transform) => collect(new Blob([bytes]).stream().pipeThrough(transform));

/** Bytes are written as Base64 in an array, to distinguish them from texts. */
const replacer = (_, value) => (value instanceof Uint8Array ? [toBase64(value)] : value);
const reviver = (_, value) => (Array.isArray(value) ? fromBase64(value[0]) : value);

/** Returns the fragment for a mode and its values, or null if it would be too long. */
export async function toFragment(mode, values) {
  const text = JSON.stringify({ mode, values }, replacer);
  const bytes = await through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));
  const fragment = VERSION + toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return fragment.length > LONGEST ? null : fragment;
}

/**
 * Returns the mode and the values of a fragment, or null if it is not valid. Anybody can make one.
 */
export async function fromFragment(fragment) {
  if (!fragment.startsWith(VERSION) || fragment.length > LONGEST) return null;
  try {
    const bytes = fromBase64(fragment.slice(VERSION.length).replaceAll("-", "+").replaceAll("_", "/"));
    const text = new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
    const { mode, values } = JSON.parse(text, reviver);
    return { mode: String(mode), values: new Map(Object.entries(values)) };
  } catch {
    return null;
  }
}

/** Returns true if any of the values contains a text, as it is or percent-encoded. */
export function holds(values, text) {
  const bytes = new TextEncoder().encode(text);
  const forms = [text, encodeURIComponent(text), toBase64(bytes).replace(/=+$/, "")];
  return Object.values(values).some((value) => {
    const written = value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
    return forms.some((form) => written.includes(form));
  });
}
