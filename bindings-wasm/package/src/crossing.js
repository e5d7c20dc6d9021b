// The way into the module and out of it (see ../../src/lib.rs).
//
// A call has two halves. First it reads its arguments completely, which may run code of the
// caller's. Then, between `begin` and `run`, no such code runs: it could free an object whose
// pointer is held, or make a call that writes over the texts of this one. A pointer is an argument
// of `run`, so that nothing comes between reading it and using it.

import { module, read, view, write } from "#module";
import { LONE_SURROGATE } from "./arguments.js";
import { WorkflowError, invalidArgument, panicked } from "./error.js";

// Only numbers cross, so the functions are called as they are: wasm-bindgen's glue would do no more.
export const { exports: wasm } = new WebAssembly.Instance(module);

// The places of crossing.rs.
const GIVEN_LENGTH = 7;
const CODE = GIVEN_LENGTH;
const OUTPUT = CODE + 1;
const LENGTH = CODE + 2;
const ANSWER = CODE + 3;
const NUMBERS = ANSWER + 13;
// Bytes that UTF-8 never has.
const LONE = 0xff;
const END = 0xfe;
const ABSENT = 0xfd;

/** Bytes of input that are kept for the next call. */
const ROOM = 4096;
/** More can't be had in one piece of 32-bit memory. */
const MOST = 0x7fff_0000;
/** Units up to which a loop is faster than a call of the encoder. */
const SHORT = 32;

const crossing = wasm.crossing_new();
const stackTop = wasm.__stack_pointer.value;

let bytes;
let numbers;
let start = 0;
let room = 0;
let at = 0;
/** The number of the last call. */
let last = 0;

grow(ROOM);

/** When memory grows, the views of it are cut to nothing. */
function look() {
  bytes = view(wasm.memory.buffer);
  numbers = new Float64Array(wasm.memory.buffer, crossing >>> 0, NUMBERS);
}

function grow(wanted) {
  const used = at - start;
  const size = Math.max(used + wanted, Math.min(2 * room, MOST));
  // Until there is new room, there is none: not even if this is cut short.
  room = start = at = 0;
  const place = size > MOST ? 0 : call(wasm.crossing_reserve, crossing, size) >>> 0;
  look();
  if (place === 0) {
    throw invalidArgument("the texts are too long for the memory there is");
  }
  start = place;
  room = size;
  at = start + used;
}

/** Starts the input of a call, and returns the number of the call. */
export function begin() {
  if (bytes.length === 0) {
    look();
  }
  at = start;
  if (room > ROOM) {
    // Texts this long are rare, and memory that isn't given back is never had again.
    release();
  }
  return ++last;
}

/** Gives back the memory of the input, wiped, and has a little of it again. */
export function release() {
  room = start = at = 0;
  call(wasm.crossing_release, crossing);
  grow(ROOM);
}

export const isWellFormed = String.prototype.isWellFormed
  ? (text) => text.isWellFormed()
  : (text) => !LONE_SURROGATE.test(text);

/** Adds a text to the input, and returns its length in bytes. */
export function put(text) {
  const { length } = text;
  if (length > SHORT) {
    return putLong(text);
  }
  if (at + length > start + room) {
    grow(length);
  }
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) {
      return putLong(text);
    }
    bytes[at + i] = unit;
  }
  at += length;
  return length;
}

function putLong(text) {
  const before = at - start;
  if (!isWellFormed(text)) {
    text.split(LONE_SURROGATE).forEach((piece, place) => {
      if (place > 0) {
        putByte(LONE);
      }
      put(piece);
    });
    return at - start - before;
  }
  let rest = text;
  for (;;) {
    const done = write(bytes, rest, at, start + room);
    at += done.written;
    if (done.read === rest.length) {
      return at - start - before;
    }
    rest = rest.slice(done.read);
    // Three bytes are the most that a unit takes.
    grow(Math.max(rest.length, 3));
  }
}

function putByte(byte) {
  if (at === start + room) {
    grow(1);
  }
  bytes[at++] = byte;
}

/** Adds bytes to the input, and returns how many. */
export function putBytes(added) {
  const { length } = added;
  if (at + length > start + room) {
    grow(length);
  }
  bytes.set(added, at);
  at += length;
  return length;
}

/** Adds a text whose length isn't given. */
export function putEnded(text) {
  if (text === undefined) {
    putByte(ABSENT);
  } else {
    put(text);
  }
  putByte(END);
}

/** Sets what is given for a field: the length of its text, or its number. */
export function give(field, number) {
  numbers[field] = number;
}

/**
 * Puts the text or number of each field that there is, in the order of the core, and returns the
 * bits that say which those are: one for each text, one for each number, one for each null.
 */
export function putFields(fields) {
  let bits = 0;
  for (let field = 0; field < fields.length; field++) {
    const value = fields[field];
    if (typeof value === "string") {
      bits |= 1 << field;
      give(field, put(value));
    } else if (value === null) {
      bits |= 1 << (2 * GIVEN_LENGTH + field);
    } else if (value !== undefined) {
      bits |= 1 << (GIVEN_LENGTH + field);
      give(field, value);
    }
  }
  return bits;
}

/** Calls the module as it is. A call that is cut short leaves everything as it was. */
export function call(operation, a, b, c, d, e, f, g) {
  try {
    return operation(a, b, c, d, e, f, g);
  } catch {
    // No call is under way any more, so the module's stack is empty.
    wasm.__stack_pointer.value = stackTop;
    look();
    throw panicked();
  }
}

/** Makes the call of this number. An error of the module is thrown. */
export function run(number, operation, a, b, c, d, e, f) {
  if (number !== last) {
    // Only a program that replaces what JavaScript itself brings comes here.
    throw invalidArgument("another call was made while the arguments of this one were written");
  }
  const result = call(operation, crossing, a, b, c, d, e, f);
  if (bytes.length === 0) {
    look();
  }
  if (numbers[CODE] !== 0) {
    throw refusal();
  }
  return result;
}

function refusal() {
  const [code, names, message] = text().split("\n");
  const optional = (number) => (Number.isNaN(number) ? undefined : number);
  return new WorkflowError(
    code,
    numbers[CODE],
    names === "" ? [] : names.split(","),
    message,
    optional(answer(0)),
    optional(answer(1)),
    answer(2) !== 0,
  );
}

/** A number that belongs to the output. */
export function answer(place) {
  return numbers[ANSWER + place];
}

/** The first text of the input, of this many bytes: what the module had, whatever became of it. */
export function input(length) {
  return read(bytes, start, start + length);
}

/** The text of the output. */
export function text() {
  const from = numbers[OUTPUT];
  return read(bytes, from, from + numbers[LENGTH]);
}
