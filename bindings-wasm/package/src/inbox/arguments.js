// Reads the arguments of the inbox.

import { isObject, isPlain, own } from "../arguments.js";
import { invalid } from "./error.js";

/** The longest duration in seconds. A database adds it to the time, and multiplies it. */
const FOREVER = 1e9;

/** Makes a reader of a time or a duration in seconds, which returns milliseconds. */
export const seconds = (standard, least = 0, most = FOREVER) => (value = standard, name) => {
  if (!(typeof value === "number" && value >= least && value <= most)) {
    throw invalid(`${name} must be a number of seconds, from ${least} to ${most}`);
  }
  return Math.round(value * 1000);
};

/** Makes a reader of a whole number. */
export const count = (standard, least, most) => (value = standard, name) => {
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    throw invalid(`${name} must be a whole number from ${least} to ${most}`);
  }
  return value;
};

/** Makes a reader of a function that may be left out. */
export const callable = (standard) => (value = standard, name) => {
  if (value !== undefined && typeof value !== "function") {
    throw invalid(`${name} must be a function`);
  }
  return value;
};

/** The shortest lease: a millisecond. */
export const lease = seconds(60, 0.001);
export const limit = (standard) => count(standard, 1, 1000);

/** Reads options by a table of their readers. A name that isn't in it is misspelled. */
export function options(given, table) {
  const names = Object.keys(table);
  if (given !== undefined) {
    if (!isObject(given) || !isPlain(given) || Object.keys(given).some((name) => !names.includes(name))) {
      throw invalid(`the options must be an object that can have ${names.join(", ")} only`);
    }
  }
  const read = (name) => [name, table[name](given === undefined ? undefined : own(given, name), name)];
  return Object.fromEntries(names.map(read));
}

/** Cuts a text from outside to 255 characters. PostgreSQL can't store U+0000. */
export function shortened(text) {
  const start = text.slice(0, 510).replaceAll("\0", "\ufffd");
  return start.length > 255 ? Array.from(start).slice(0, 255).join("") : start;
}
