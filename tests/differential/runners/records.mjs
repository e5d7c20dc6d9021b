import { readFileSync, writeFileSync } from "node:fs";

/**
 * Reads the records of standard input, each a list of byte strings. The number of strings and the
 * length of each are four bytes in little-endian order.
 */
function* records() {
  const input = readFileSync(0);
  for (let place = 0; place < input.length; ) {
    const count = input.readUInt32LE(place);
    place += 4;
    const record = [];
    for (let part = 0; part < count; part++) {
      const size = input.readUInt32LE(place);
      record.push(input.subarray(place + 4, place + 4 + size));
      place += 4 + size;
    }
    yield record;
  }
}

function number(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Answers every record except the first, which has the keys. */
export function answerAll(answer) {
  let keys;
  const answers = [];
  for (const record of records()) {
    if (keys === undefined) {
      keys = record.map(String);
      continue;
    }
    const parts = answer(record, keys).map((part) => Buffer.from(String(part)));
    answers.push(number(parts.length), ...parts.flatMap((part) => [number(part.length), part]));
  }
  writeFileSync(1, Buffer.concat(answers));
}

/** Returns the headers of a webhook's record, as names and values. */
export function headersOf(record) {
  const headers = [];
  for (let place = 2; place < record.length; place += 2) {
    headers.push([String(record[place]), String(record[place + 1])]);
  }
  return headers;
}
