// A body that the core has judged, in JavaScript's types.

/** A whole number that a `number` can't hold has at least as many digits. */
const LONG = /\d{16}/;
const WHOLE = /^-?\d+$/;
/** In JSON, a number is what isn't in a string. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** Parses JSON that is well-formed. Whole numbers that a `number` can't hold are bigints. */
export function parse(json) {
  if (!LONG.test(json)) {
    return JSON.parse(json);
  }
  return hasSource ? JSON.parse(json, revive) : merge(JSON.parse(json), JSON.parse(quote(json)));
}

/** Node has it from version 21 on. */
export const hasSource = JSON.parse("0", (_name, _value, context) => context?.source === "0");

function revive(_name, value, { source }) {
  return isLarge(value) && WHOLE.test(source) ? BigInt(source) : value;
}

function isLarge(value) {
  return typeof value === "number" && !Number.isSafeInteger(value);
}

/** Makes the long whole numbers strings. */
function quote(json) {
  return json.replace(STRING_OR_NUMBER, (token) => (WHOLE.test(token) ? `"${token}"` : token));
}

/** What differs between the two is what was quoted. */
function merge(value, quoted) {
  if (typeof value === "object" && value !== null) {
    for (const name of Object.keys(value)) {
      value[name] = merge(value[name], quoted[name]);
    }
    return value;
  }
  return isLarge(value) && typeof quoted === "string" ? BigInt(quoted) : value;
}
