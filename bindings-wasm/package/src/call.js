// Calls of the module (see ../../src/codec.rs for the form of arguments and results).
//
// A method first reads its arguments completely, which may run the caller's code. Then `invoke`
// writes them into the module's memory and takes the pointers. If the caller's code ran between
// these steps, it could free an object or overwrite the arguments with another call.

import { read, view, wasm, write } from "#module";
import { LONE_SURROGATE } from "./arguments.js";
import { PANIC } from "./constants.js";
import { WorkflowError, invalidArgument } from "./error.js";
import { pointerOf } from "./handle.js";

// The exports take only numbers, so they need no generated code.
export { wasm };

// Stands for a lone surrogate. UTF-8 never contains it.
const LONE = 0xff;

/** The size of the argument buffer that is kept between calls. */
const ROOM = 8192;
/** The size of the largest argument buffer. */
const MOST = 0x7fff_0000;
/** The length up to which a loop is faster than the encoder. */
const SHORT = 32;

const STOPPED =
  "the call was stopped by an exhausted stack or memory, or by a bug: the next call works";

const output = wasm.output();
const stackTop = wasm.__stack_pointer.value;

let bytes;
let numbers;
/** The argument buffer: its position and end, and the position of the next text. */
let start;
let end;
let at;
/** The result: the position of the next number, the text, and the position of its next part. */
let next;
let texts;
let cut;
/** The number of the last call. */
let last = 0;

look();
reserve();

/** Views the memory. When it grows, the old views become empty. */
function look() {
  bytes = view(wasm.memory.buffer);
  numbers = new DataView(wasm.memory.buffer);
}

/** Wipes and frees the buffers, and allocates an argument buffer. */
export function reserve(size = ROOM) {
  // If the allocation fails, there is no buffer.
  end = 0;
  // If replaced functions of JavaScript make another call, a loop may write this much more.
  start = size > MOST ? 0 : call(wasm.reserve, size + SHORT) >>> 0;
  if (start === 0) {
    throw invalidArgument("the texts are too long for the memory there is");
  }
  end = start + size;
}

export const isWellFormed = String.prototype.isWellFormed
  ? (text) => text.isWellFormed()
  : (text) => !LONE_SURROGATE.test(text);

/** Writes an argument, and returns its number. Only advances `at` if it doesn't fit. */
function put(argument) {
  const begin = at;
  if (typeof argument === "string") {
    putText(argument);
  } else if (typeof argument === "object") {
    at += argument.length;
    if (at <= end) {
      bytes.set(argument, begin);
    }
  } else {
    // An absent argument becomes `NaN`.
    return Number(argument);
  }
  return at - begin;
}

function putText(text) {
  const { length } = text;
  // A UTF-16 unit takes at most three bytes.
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

/** Writes all arguments. Returns false if they don't fit; then `at` is the end that they need. */
function putAll(given, turn) {
  const count = given.length;
  at = start + 8 * count;
  for (let i = 0; i < count; i++) {
    const number = put(given[i]);
    if (turn !== last) {
      // Only happens in a program that replaces functions of JavaScript.
      throw invalidArgument("another call was made while the arguments of this one were written");
    }
    if (at <= end) {
      numbers.setFloat64(start + 8 * i, number, true);
    }
  }
  return at <= end;
}

/** Calls the module. After a call that the engine stopped, the next call works. */
export function call(operation, a, b, c) {
  try {
    return operation(a, b, c);
  } catch {
    // No call is running, so the module's stack is empty.
    wasm.__stack_pointer.value = stackTop;
    throw new WorkflowError(...PANIC, [], STOPPED);
  } finally {
    if (bytes.length === 0) {
      look();
    }
  }
}

/**
 * Calls an operation with numbers, texts and bytes, and undefined for absent arguments. `free` and
 * `otherFree` identify the classes of the objects. Returns the pointer to the object that it makes,
 * or else the text of its result. Throws the error of the module.
 */
export function invoke(operation, given, object, free, other, otherFree) {
  const turn = ++last;
  if (end - start > ROOM) {
    // Texts of this length are rare: allocate a small buffer again.
    end = 0;
  }
  if (!putAll(given, turn)) {
    reserve(Math.max(at - start, ROOM));
    putAll(given, turn);
  }
  const first = free && pointerOf(object, free);
  const result = call(operation, given.length, first, other ? pointerOf(other, otherFree) : 0);
  next = output;
  const code = answer();
  const from = answer();
  texts = read(bytes, from, from + answer());
  cut = 0;
  if (code !== 0) {
    const [name, ...parameters] = texts.split("\n");
    const message = parameters.pop();
    const [seconds, position] = [optionalAnswer(), optionalAnswer()];
    throw new WorkflowError(name, code, parameters, message, seconds, position, answer() !== 0);
  }
  return result ?? texts;
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

/** Reads the next text of a result that has several; null if it is absent. */
export function nextText() {
  const length = optionalAnswer();
  return length === undefined ? null : texts.slice(cut, (cut += length));
}

/** Reads the first of this many arguments, a text, as the module received it. */
export function input(count) {
  const from = start + 8 * count;
  return read(bytes, from, from + numbers.getFloat64(start, true));
}
