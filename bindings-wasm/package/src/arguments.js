// From the types of JavaScript to text and whole numbers: what a message may hold, and which
// numbers are right, is the core's to say.

import { invalidArgument } from "./error.js";

/** The fields of a message, in the order of the core. */
export const FIELDS = [
  "submissionId",
  "uniqueValue",
  "source",
  "reference",
  "photoCount",
  "timestamp",
  "signature",
];

export function string(value, what) {
  if (typeof value !== "string") {
    throw invalidArgument(`${what} has to be a string`);
  }
  return value;
}

export function object(value, what) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidArgument(`${what} has to be an object`);
  }
  return value;
}

/** An object that is a set of names and values, and not something else that has properties. */
export function plain(value, what) {
  const prototype = Object.getPrototypeOf(object(value, what));
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw invalidArgument(`${what} has to be a plain object`);
  }
  return value;
}

/** A whole number. One that a field can't hold is left to the core. */
export function whole(value, what) {
  if (typeof value === "bigint") {
    return Number(value);
  }
  if (!Number.isInteger(value)) {
    throw invalidArgument(`${what} has to be a whole number or a bigint`);
  }
  return value;
}

/** A time in whole Unix seconds. */
function seconds(value, what) {
  const isObject = Object(value) === value;
  return whole(isObject ? Math.floor(Date.prototype.getTime.call(value) / 1000) : value, what);
}

function now() {
  return Math.floor(Date.now() / 1000);
}

/** When a message is signed. */
export function timestampOrNow(value) {
  return value === undefined ? now() : seconds(value, "timestamp");
}

/** The time at which a message is looked at. */
export function instant(value) {
  if (value === undefined) {
    return now();
  }
  const time = seconds(value, "now");
  if (time < 0) {
    throw invalidArgument("now can't be before 1970");
  }
  return time;
}

/** Seconds that aren't a field of a message, and so can't be negative; NaN if there are none. */
export function duration(value, what) {
  const number = value === undefined ? Number.NaN : whole(value, what);
  if (number < 0) {
    throw invalidArgument(`${what} can't be negative`);
  }
  return number;
}

/** Whether something is on. */
export function flag(value, what) {
  if (typeof value !== "boolean") {
    throw invalidArgument(`${what} has to be true or false`);
  }
  return value;
}

/** Refuses a name that isn't known: an option with a slip in it would be one that isn't there. */
export function options(value = {}, known) {
  for (const name in plain(value, "the options")) {
    if (!known.includes(name)) {
      throw invalidArgument(`the options can have ${known.join(", ")} only`);
    }
  }
  return value;
}

/** The text or number of each of `FIELDS` of which one is expected. */
export function expectations(value = {}) {
  const expected = [];
  for (const name in plain(value, "expect")) {
    const field = FIELDS.indexOf(name);
    const wanted = value[name];
    if (field === -1) {
      throw invalidArgument(`expect can have ${FIELDS.slice(0, -1).join(", ")} only`);
    }
    if (wanted !== undefined) {
      expected[field] = expectation(wanted, name);
    }
  }
  return expected;
}

function expectation(wanted, name) {
  if (typeof wanted !== "string" && name === "timestamp") {
    return seconds(wanted, name);
  }
  if (typeof wanted !== "string" && name === "photoCount") {
    return whole(wanted, name);
  }
  return string(wanted, name);
}

/** The text of a message, from whatever holds one. */
export function message(input) {
  if (typeof input === "string") {
    return input;
  }
  // A tag is right for the objects of another realm, too, as `instanceof` is not.
  switch (Object.prototype.toString.call(object(input, "input"))) {
    case "[object URL]":
      return string(input.href, "input.href");
    case "[object Request]":
      return string(input.url, "input.url");
    case "[object URLSearchParams]":
      return string(input.toString(), "input");
    case "[object Object]":
      return query(input);
    default:
      throw invalidArgument(
        "input has to be a string, URL, Request, URLSearchParams or plain object of strings",
      );
  }
}

/** The query that decodes to these names and values. */
function query(pairs) {
  return Object.entries(plain(pairs, "input"))
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) =>
      [name, string(value, "each value of input")].map(encodeURIComponent).join("="),
    )
    .join("&");
}
