// Calls of the module (see ../../src/codec.rs for the form of arguments and results).
//
// A call has two halves. First, it reads its arguments completely, which may run code of the
// caller. Then `invoke` writes them into the module's memory and takes the pointer: code of the
// caller that ran in between could free the object, or make a call that overwrites the arguments.

import { module, read, view, write } from "#module";
import { LONE_SURROGATE } from "./arguments.js";
import { WorkflowError, invalidArgument, panicked } from "./error.js";
import { pointerOf } from "./handle.js";

// Only numbers are passed, so the exports are called as they are.
export const { exports: wasm } = new WebAssembly.Instance(module);

// A byte that UTF-8 never has.
const LONE = 0xff;

/** The bytes of memory that are kept for the arguments of the next call. */
const ROOM = 8192;
/** More memory can't be had in one piece. */
const MOST = 0x7fff_0000;
/** The number of UTF-16 units up to which a loop is faster than the encoder. */
const SHORT = 32;

const output = wasm.output();
const stackTop = wasm.__stack_pointer.value;

let bytes;
let numbers;
/** The arguments: the start and size of their room, the end of what is written, and of the room. */
let start;
let room;
let at;
let end;
/** The result: the range of its text, and its next number. */
let textStart;
let textEnd;
let next;
/** The number of the last call. */
let last = 0;

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
 * Calls an operation with numbers, texts and bytes, and undefined for what is absent. It uses an
 * object, of the class that a function frees, and may use another. Throws the module's error.
 */
export function invoke(operation, given, object, free, other, otherFree) {
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
  const first = free && pointerOf(object, free);
  const result = call(operation, given.length, first, other ? pointerOf(other, otherFree) : 0);
  if (bytes.length === 0) {
    look();
  }
  next = output;
  const code = answer();
  textStart = answer();
  textEnd = textStart + answer();
  if (code !== 0) {
    const [name, names, message] = text().split("\n");
    const parameters = names === "" ? [] : names.split(",");
    const [seconds, position] = [optionalAnswer(), optionalAnswer()];
    throw new WorkflowError(name, code, parameters, message, seconds, position, answer() !== 0);
  }
  return result;
}

/** Reads the next number of a result. */
export function answer() {
  next += 8;
  return numbers.getFloat64(next - 8, true);
}

/** Reads the next number of a result, which may be absent. */
export function optionalAnswer() {
  const number = answer();
  return Number.isNaN(number) ? undefined : number;
}

/** Reads the text of a result. */
export const text = () => read(bytes, textStart, textEnd);

/** Returns what reads the texts of a result, one after the other; null for one that is absent. */
export function reader() {
  const texts = text();
  let cut = 0;
  return () => {
    const length = optionalAnswer();
    return length === undefined ? null : texts.slice(cut, (cut += length));
  };
}

/** Reads the first text of this many arguments as the module had it. */
export function input(count) {
  const from = start + 8 * count;
  return read(bytes, from, from + numbers.getFloat64(start, true));
}
