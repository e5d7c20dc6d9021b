// Reads names and values, in the forms in which decoders and servers have them.

import { items } from "./arguments.js";
import { wrongType } from "./error.js";

/** Returns the name of a pair, and a text for each value under this name. */
export function nameAndTexts(pair) {
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw wrongType("each pair", "a name and a value");
  }
  return [pair[0], occurrences(pair[1])];
}

/** Returns the texts of a value or a list of values, if any; undefined in place of another type. */
export function occurrences(value) {
  const given = value ?? [];
  const values = Array.isArray(given) ? items(given) : [given];
  return values.every((text) => typeof text === "string") ? values : [undefined];
}
