// Converts the types of JavaScript to texts and numbers. The core validates them.
//
// Reading a caller's object may run code: getters, iterators, traps of a proxy. So it is read here,
// once and completely, before a call takes a pointer (see call.js).

import { FIELDS } from "./constants.js";
import { invalidArgument, wrongType } from "./error.js";

const { getPrototypeOf, hasOwn } = Object;
const { getTime } = Date.prototype;

/** Makes a reader of values of a type. */
export const typed = (type, wanted) => (value, what) => {
  if (typeof value !== type) {
    throw wrongType(what, wanted);
  }
  return value;
};

export const string = typed("string", "a string");
// Annotated, so that a bundle without flags drops it.
export const flag = /* @__PURE__ */ typed("boolean", "true or false");

export function isObject(value) {
  return typeof value === "object" && value !== null;
}

/** Reads an own property. Inherited properties are not arguments. */
export function own(object, name) {
  return hasOwn(object, name) ? object[name] : undefined;
}

/** Reads a property of an instance or its class, but none that all objects inherit. */
export function member(object, name) {
  return name in Object.prototype ? own(object, name) : object[name];
}

/** Returns true for a set of names and values, false for an instance of a class. */
export function isPlain(object) {
  const prototype = getPrototypeOf(object);
  // Query parsers use classes with an empty prototype.
  return prototype === null || getPrototypeOf(prototype) === null;
}

/** Returns an object literal of any realm. Throws for other values. */
function literal(value, what) {
  if (isObject(value) && isPlain(value)) {
    const prototype = getPrototypeOf(value);
    if (prototype === null || hasOwn(prototype, "isPrototypeOf")) {
      return value;
    }
  }
  throw wrongType(what, "a plain object");
}

/** Reads own properties by a table of names and readers. */
export function read(object, what, table) {
  if (!isObject(object) || Array.isArray(object)) {
    throw wrongType(what, "an object");
  }
  return table.map(([name, reader]) => reader(own(object, name), name));
}

/** Reads options. Throws for a name that isn't in the table: it is misspelled. */
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

/** Reads an integer. The core checks its range. */
export function whole(value, what) {
  if (typeof value === "bigint") {
    return Number(value);
  }
  if (!Number.isInteger(value)) {
    throw wrongType(what, "a whole number or a bigint");
  }
  return value;
}

/** Reads a time in Unix seconds. */
function seconds(value, what) {
  return whole(isObject(value) ? Math.floor(milliseconds(value) / 1000) : value, what);
}

/** Returns the time of a date of any realm; undefined, which is no number, for another object. */
function milliseconds(date) {
  try {
    return getTime.call(date);
  } catch {
    return undefined;
  }
}

/** Reads a time. The default is the system's clock. */
export function timeOrNow(value, what) {
  return value === undefined ? Math.floor(Date.now() / 1000) : seconds(value, what);
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

/** The readers of expected values that are not text. */
const EXPECTED = {
  __proto__: null,
  // cargo xtask generate: fields: count time
  // {camel}: {/whole/seconds},
  photoCount: whole,
  timestamp: seconds,
  // end generated
};

/** Reads expectations: a text or a number for each field, or both if its value is absent. */
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

/** Reads the items of an array without its iterator. */
export function items(array) {
  return Array.from({ length: array.length }, (_, index) => array[index]);
}

/** Matches a lone surrogate: with the flag `u`, a pair is one character. */
export const LONE_SURROGATE = /\p{Surrogate}/u;
