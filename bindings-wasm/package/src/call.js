// Calls of the module (see ../../src/codec.rs for the form of arguments and results).
//
// A call has two halves. First, it reads its arguments completely, which may run code of the
// caller. Then `invoke` writes them into the module's memory and takes the pointer: code of the
// caller that ran in between could free the object, or make a call that overwrites the arguments.

import { module, read, view, write } from "#module";
import { LONE_SURROGATE } from "./arguments.js";
import { WorkflowError, invalidArgument, panicked } from "./error.js";

// Only numbers are passed, so the exports are called as they are.
export const { exports: wasm } = new WebAssembly.Instance(module);

// The positions of the numbers of a result, in bytes.
const CODE = wasm.output();
const TEXT = CODE + 8;
const LENGTH = CODE + 16;
const ANSWER = CODE + 24;
// A byte that UTF-8 never has.
const LONE = 0xff;

/** The bytes of memory that are kept for the arguments of the next call. */
const ROOM = 8192;
/** More memory can't be had in one piece. */
const MOST = 0x7fff_0000;
/** The number of UTF-16 units up to which a loop is faster than the encoder. */
const SHORT = 32;

const stackTop = wasm.__stack_pointer.value;

let bytes;
let numbers;
let start;
let room;
/** Where the next argument is written, and the end of the room. */
let at;
let end;
/** The number of the last call. */
let last = 0;
let next;

reserve();

/** Views the memory, which is another buffer after it grew. */
function look() {
  bytes = view(wasm.memory.buffer);
  numbers = new DataView(wasm.memory.buffer);
}

/** Wipes and frees the arguments and the result, and makes room for the arguments of a call. */
export function reserve(size = ROOM) {
  // There is none if this is cut short.
  room = 0;
  // A loop that is interrupted by another call may write this much more.
  start = size > MOST ? 0 : call(wasm.reserve, size + SHORT) >>> 0;
  look();
  if (start === 0) {
    throw invalidArgument("the texts are too long for the memory there is");
  }
  room = size;
}

export const isWellFormed = String.prototype.isWellFormed
  ? (text) => text.isWellFormed()
  : (text) => !LONE_SURROGATE.test(text);

/** Writes an argument, and returns its number. Only counts the bytes of one that doesn't fit. */
function put(argument) {
  const begin = at;
  switch (typeof argument) {
    case "string":
      putText(argument);
      return at - begin;
    case "undefined":
      return Number.NaN;
    case "object":
      if (argument === null) {
        return -1;
      }
      at += argument.length;
      if (at <= end) {
        bytes.set(argument, begin);
      }
      return at - begin;
    default:
      return Number(argument);
  }
}

function putText(text) {
  const { length } = text;
  // A unit takes three bytes at most.
  if (length > SHORT || at + 3 * length > end) {
    return putLong(text, 3 * length);
  }
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) {
      return putLong(text, 3 * length);
    }
    bytes[at + i] = unit;
  }
  at += length;
}

function putLong(text, most) {
  if (at + most > end) {
    at += most;
  } else if (isWellFormed(text)) {
    at += write(bytes, text, at, end);
  } else {
    text.split(LONE_SURROGATE).forEach((piece, index) => {
      if (index > 0 && at < end) {
        bytes[at++] = LONE;
      }
      putText(piece);
    });
  }
}

/** Writes all arguments of a call. Returns false if they don't fit; then `at` is where they end. */
function putAll(given, turn) {
  const count = given.length;
  end = start + room;
  at = start + 8 * count;
  for (let i = 0; i < count; i++) {
    const number = put(given[i]);
    if (turn !== last) {
      // Only a program that replaces JavaScript's own functions gets here.
      throw invalidArgument("another call was made while the arguments of this one were written");
    }
    if (at <= end) {
      numbers.setFloat64(start + 8 * i, number, true);
    }
  }
  return at <= end;
}

/** Calls the module as it is. A call that is cut short leaves everything as it was. */
export function call(operation, a, b, c) {
  try {
    return operation(a, b, c);
  } catch {
    // No call is under way any more, so the module's stack is empty.
    wasm.__stack_pointer.value = stackTop;
    look();
    throw panicked();
  }
}

/**
 * Calls an operation with numbers, texts, bytes, undefined for what is absent, and null. The
 * functions return pointers that the operation needs. Throws an error of the module.
 */
export function invoke(operation, given, first, second) {
  const turn = ++last;
  if (bytes.length === 0) {
    look();
  }
  if (room > ROOM) {
    // Texts that long are rare, and memory that is kept is never freed.
    room = 0;
  }
  if (!putAll(given, turn)) {
    reserve(Math.max(at - start, ROOM));
    putAll(given, turn);
  }
  const result = call(operation, given.length, first?.(), second?.());
  if (bytes.length === 0) {
    look();
  }
  next = ANSWER;
  if (number(CODE) !== 0) {
    throw refusal();
  }
  return result;
}

function refusal() {
  const [code, names, message] = text().split("\n");
  const optional = () => {
    const number = answer();
    return Number.isNaN(number) ? undefined : number;
  };
  return new WorkflowError(
    code,
    number(CODE),
    names === "" ? [] : names.split(","),
    message,
    optional(),
    optional(),
    answer() !== 0,
  );
}

function number(position) {
  return numbers.getFloat64(position, true);
}

/** Reads the next number of a result. */
export function answer() {
  next += 8;
  return number(next - 8);
}

/** Reads the text of a result. */
export function text() {
  const from = number(TEXT);
  return read(bytes, from, from + number(LENGTH));
}

/** Returns what reads the texts of a result, one after the other; null for one that is absent. */
export function reader() {
  const texts = text();
  let cut = 0;
  return () => {
    const length = answer();
    return Number.isNaN(length) ? null : texts.slice(cut, (cut += length));
  };
}

/** Reads the first text of this many arguments as the module had it. */
export function input(count) {
  const from = start + 8 * count;
  return read(bytes, from, from + number(start));
}
