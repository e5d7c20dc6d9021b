// Converts the types of JavaScript to text and numbers. The core judges what they hold.
//
// A caller's object may run code when it is read: getters, iterators, traps of a proxy. So it is
// read here, once and completely, before a call takes a pointer (see call.js).

import { FIELDS } from "./constants.js";
import { arrived, invalidArgument, wrongType } from "./error.js";

const MESSAGE =
  "input must be a URL or query as text, an object that has one in href or url, or decoded pairs";

const { getPrototypeOf } = Object;
const { hasOwnProperty } = Object.prototype;
const { getTime } = Date.prototype;

export function string(value, what) {
  if (typeof value !== "string") {
    throw wrongType(what, "a string");
  }
  return value;
}

export function isObject(value) {
  return typeof value === "object" && value !== null;
}

function hasOwn(object, name) {
  return hasOwnProperty.call(object, name);
}

/** Reads a property of the object's own: what all objects inherit is nobody's argument. */
export function own(object, name) {
  return hasOwn(object, name) ? object[name] : undefined;
}

/** Reads a property of a class's instance, also one of its class, but none of all objects. */
export function member(object, name) {
  for (let holder = object; holder !== null; ) {
    const parent = getPrototypeOf(holder);
    if (hasOwn(holder, name)) {
      return parent === null && holder !== object ? undefined : object[name];
    }
    holder = parent;
  }
}

/** Returns true for a set of names and values, false for an instance of a class. */
export function isPlain(object) {
  const prototype = getPrototypeOf(object);
  // Parsers of queries use classes that have no prototype but an empty one.
  return prototype === null || getPrototypeOf(prototype) === null;
}

/** Refuses what isn't an object literal, here or in another realm. */
function literal(value, what) {
  if (isObject(value) && !Array.isArray(value) && isPlain(value)) {
    const prototype = getPrototypeOf(value);
    if (prototype === null || hasOwn(prototype, "isPrototypeOf")) {
      return value;
    }
  }
  throw wrongType(what, "a plain object");
}

/** Reads the members of a table of names and readers, each of which is the object's own. */
export function read(object, what, table) {
  if (!isObject(object) || Array.isArray(object)) {
    throw wrongType(what, "an object");
  }
  const values = table.map(([name]) => own(object, name));
  return table.map(([name, reader], index) => reader(values[index], name));
}

/** Reads options. A name that isn't in the table is an option with a slip in it. */
export function options(given, table) {
  const object = given === undefined ? {} : literal(given, "the options");
  const names = table.map(([name]) => name);
  for (const name of Reflect.ownKeys(object)) {
    if (!names.includes(name)) {
      throw invalidArgument(`the options can have ${names.join(", ")} only`);
    }
  }
  return read(object, "the options", table);
}

/** Makes a reader of a value that may be undefined. */
export const optional = (reader) => (value, what) =>
  value === undefined ? value : reader(value, what);

/** A whole number. The core refuses one that is out of range. */
export function whole(value, what) {
  if (typeof value === "bigint") {
    return Number(value);
  }
  if (!Number.isInteger(value)) {
    throw wrongType(what, "a whole number or a bigint");
  }
  return value;
}

/** A time in whole Unix seconds. */
function seconds(value, what) {
  if (!isObject(value)) {
    return whole(value, what);
  }
  let time;
  try {
    time = getTime.call(value);
  } catch {
    // It is no date, so no number either.
  }
  return whole(Math.floor(time / 1000), what);
}

/** A time, or that of the system's clock. */
export function timeOrNow(value, what) {
  return value === undefined ? Math.floor(Date.now() / 1000) : seconds(value, what);
}

export function flag(value, what) {
  if (typeof value !== "boolean") {
    throw wrongType(what, "true or false");
  }
  return value;
}

/** Reads a link: its text, or an object with it in `href`. */
export function link(value, what) {
  return string(isObject(value) ? member(value, "href") : value, what);
}

/** The limits of a workflow or webhook. */
export const LIMITS = [
  ["maxAge", optional(whole)],
  ["leeway", optional(whole)],
];

/** The fields of a return. */
export const RETURN = [
  // cargo xtask generate: return except Signature
  // ["{camel}", {string/whole/timeOrNow}],
  ["submissionId", string],
  ["uniqueValue", string],
  ["reference", string],
  ["photoCount", whole],
  ["timestamp", timeOrNow],
  // end generated
];

/** The readers of what is expected of a field and is no text. */
const EXPECTED = {
  __proto__: null,
  // cargo xtask generate: fields numbers
  // {camel}: {/whole/seconds},
  photoCount: whole,
  timestamp: seconds,
  // end generated
};

/** Reads expectations: the text or the number of each field, or both for one without a value. */
export function expectations(expect) {
  const expected = [];
  if (expect !== undefined) {
    for (const name of Reflect.ownKeys(literal(expect, "expect"))) {
      const field = FIELDS.indexOf(name);
      if (field === -1) {
        throw invalidArgument("expect has a name that no field has");
      }
      const value = own(expect, name) ?? null;
      if (value === null) {
        expected[2 * field] = "";
        expected[2 * field + 1] = 0;
      } else if (typeof value === "string") {
        expected[2 * field] = value;
      } else {
        expected[2 * field + 1] = (EXPECTED[name] ?? string)(value, name);
      }
    }
  }
  return expected;
}

/** The text of a message. */
export function message(input) {
  return typeof input === "string" ? input : arrived(received, input, MESSAGE);
}

function received(input) {
  if (isObject(input)) {
    if (Symbol.iterator in input) {
      return query(input);
    }
    // Its names come from outside: one of them may be `href` or `url`.
    if (isPlain(input)) {
      return query(Object.entries(input));
    }
    for (const name of ["href", "url"]) {
      const text = member(input, name);
      if (typeof text === "string") {
        return text;
      }
    }
  }
  throw invalidArgument(MESSAGE);
}

/** The query that decodes to these names and values. */
function query(pairs) {
  const pieces = [];
  for (const pair of pairs) {
    const [name, texts] = nameAndTexts(pair);
    for (const text of texts) {
      // A value that is no text becomes a broken escape, which no value of a message may have.
      pieces.push(`${encode(string(name, "a name"))}=${text === undefined ? "%" : encode(text)}`);
    }
  }
  return pieces.join("&");
}

/** The name of a pair, and the text of each occurrence that its value stands for. */
export function nameAndTexts(pair) {
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw wrongType("each pair", "a name and a value");
  }
  const [name, value] = items(pair);
  return [name, occurrences(value)];
}

/** One text for each occurrence; undefined for one that is no text. */
function occurrences(value) {
  if (value === undefined || value === null) {
    return [];
  }
  const values = Array.isArray(value) ? items(value) : [value];
  return values.every((text) => typeof text === "string") ? values : [undefined];
}

/** Reads the items of an array, whatever its iterator is. */
export function items(array) {
  return Array.from({ length: array.length }, (_, index) => array[index]);
}

/** Percent-encodes a text, and a lone surrogate in it as a byte that UTF-8 doesn't have. */
function encode(text) {
  return text.split(LONE_SURROGATE).map(encodeURIComponent).join("%FF");
}

/** With the flag `u`, a surrogate that is half of a pair isn't one. */
export const LONE_SURROGATE = /\p{Surrogate}/u;
