// Writes decoded names and values as a query.

import { LONE_SURROGATE, string } from "./arguments.js";
import { nameAndTexts } from "./pairs.js";

/** The start of a name that some decoders drop. */
const DROPPED = /^[\t-\r .?#[\]]+/;

/** Returns the query of these names and values, each as `written` writes it. */
export function query(pairs, written = encode) {
  const pieces = [];
  for (const pair of pairs) {
    const [name, texts] = nameAndTexts(pair);
    for (const text of texts) {
      // A value that is not text becomes a broken escape, which the core refuses.
      const encoded = written(string(name, "a name").replace(DROPPED, unmarked));
      pieces.push(`${encoded}=${text === undefined ? "%" : written(text)}`);
    }
  }
  return pieces.join("&");
}

/** Percent-encodes a text, and a lone surrogate as a byte that UTF-8 never contains. */
function encode(text) {
  return text.split(LONE_SURROGATE).map(encodeURIComponent).join("%FF");
}

/** Writes "]" for "?" and "#". The core drops these two only if they are not encoded. */
function unmarked(start) {
  return start.replace(/[?#]/g, "]");
}
