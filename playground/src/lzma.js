// Unpacks LZMA, which makes the modules a quarter smaller than what browsers unpack by themselves.
// The format is that of Igor Pavlov's specification, with the usual parameters: 3 bits of the byte
// before a literal, 2 bits of the position.

const STATES = 12;
const LITERAL_BITS = 3;
const POSITIONS = 4;
/** The length of the header of a file: the parameters, the size of the dictionary, that of the data. */
const HEADER = 13;

/** Returns probabilities that are all one half. */
const half = (length) => new Uint16Array(length).fill(1024);

/** Returns a decoder of lengths. */
const lengths = () => ({ choice: half(2), low: half(POSITIONS << 3), middle: half(POSITIONS << 3), high: half(256) });

/** Returns what a file has packed, whose size is in its header. */
export function unpack(input) {
  const view = new DataView(input.buffer, input.byteOffset);
  const size = view.getUint32(5, true);
  const output = new Uint8Array(size);
  let at = HEADER + 5;
  let range = 0xffffffff;
  let code = view.getUint32(HEADER + 1);

  function normalize() {
    if (range < 0x1000000) {
      range = (range << 8) >>> 0;
      code = ((code << 8) | input[at++]) >>> 0;
    }
  }

  function bit(probabilities, index) {
    const probability = probabilities[index];
    const bound = (range >>> 11) * probability;
    let decoded = 0;
    if (code < bound) {
      range = bound;
      probabilities[index] += (2048 - probability) >> 5;
    } else {
      range -= bound;
      code -= bound;
      probabilities[index] -= probability >> 5;
      decoded = 1;
    }
    normalize();
    return decoded;
  }

  function tree(probabilities, count, offset = 0) {
    let symbol = 1;
    for (let left = count; left > 0; left--) symbol = (symbol << 1) | bit(probabilities, offset + symbol);
    return symbol - (1 << count);
  }

  function reversed(probabilities, count, offset = 0) {
    let symbol = 1;
    let value = 0;
    for (let index = 0; index < count; index++) {
      const next = bit(probabilities, offset + symbol);
      symbol = (symbol << 1) | next;
      value |= next << index;
    }
    return value;
  }

  function direct(count) {
    let value = 0;
    for (let left = count; left > 0; left--) {
      range >>>= 1;
      const next = code >= range ? 1 : 0;
      if (next) code -= range;
      value = (value << 1) | next;
      normalize();
    }
    return value;
  }

  const literals = half(0x300 << LITERAL_BITS);
  const isMatch = half(STATES * POSITIONS);
  const isRepeat = half(STATES);
  const isRepeat0 = half(STATES);
  const isRepeat0Long = half(STATES * POSITIONS);
  const isRepeat1 = half(STATES);
  const isRepeat2 = half(STATES);
  const slots = half(4 << 6);
  const special = half(128);
  const aligned = half(16);
  const ofMatch = lengths();
  const ofRepeat = lengths();

  function length({ choice, low, middle, high }, position) {
    if (!bit(choice, 0)) return tree(low, 3, position << 3);
    if (!bit(choice, 1)) return 8 + tree(middle, 3, position << 3);
    return 16 + tree(high, 8);
  }

  function distance(count) {
    const slot = tree(slots, 6, Math.min(count, 3) << 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) << bits;
    if (slot < 14) return base + reversed(special, bits, base - slot);
    return base + (direct(bits - 4) << 4) + reversed(aligned, 4);
  }

  let state = 0;
  let repeats = [0, 0, 0, 0];
  for (let position = 0; position < size; ) {
    const low = position & (POSITIONS - 1);
    const index = state * POSITIONS + low;
    if (!bit(isMatch, index)) {
      const before = position > 0 ? output[position - 1] : 0;
      const offset = 0x300 * (before >> (8 - LITERAL_BITS));
      let symbol = 1;
      if (state >= 7) {
        let match = output[position - repeats[0] - 1];
        do {
          const next = (match >> 7) & 1;
          match <<= 1;
          const decoded = bit(literals, offset + ((1 + next) << 8) + symbol);
          symbol = (symbol << 1) | decoded;
          if (next !== decoded) break;
        } while (symbol < 0x100);
      }
      while (symbol < 0x100) symbol = (symbol << 1) | bit(literals, offset + symbol);
      output[position++] = symbol;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let count;
    if (bit(isRepeat, state)) {
      const [first, second, third, fourth] = repeats;
      if (!bit(isRepeat0, state)) {
        if (!bit(isRepeat0Long, index)) {
          state = state < 7 ? 9 : 11;
          output[position] = output[position - first - 1];
          position++;
          continue;
        }
      } else if (!bit(isRepeat1, state)) {
        repeats = [second, first, third, fourth];
      } else if (!bit(isRepeat2, state)) {
        repeats = [third, first, second, fourth];
      } else {
        repeats = [fourth, first, second, third];
      }
      count = length(ofRepeat, low);
      state = state < 7 ? 8 : 11;
    } else {
      count = length(ofMatch, low);
      state = state < 7 ? 7 : 10;
      repeats = [distance(count), repeats[0], repeats[1], repeats[2]];
    }
    for (let left = count + 2; left > 0; left--, position++) output[position] = output[position - repeats[0] - 1];
  }
  return output;
}
