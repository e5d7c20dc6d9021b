// Parses a body that the core has validated.

const WHOLE = /^-?\d+$/;
/** Matches the strings and numbers of JSON. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** Parses well-formed JSON. Integers that a `number` can't hold become bigints, if there are any. */
export function parse(json, isLarge) {
  if (!isLarge) {
    return JSON.parse(json);
  }
  return hasSource ? JSON.parse(json, revive) : merge(JSON.parse(json), JSON.parse(quote(json)));
}

/** True if `JSON.parse` passes the source of a value, as in Node 21 and later. */
export const hasSource = JSON.parse("0", (_name, _value, context) => context?.source === "0");

function revive(_name, value, { source }) {
  return isLarge(value) && WHOLE.test(source) ? BigInt(source) : value;
}

function isLarge(value) {
  return typeof value === "number" && !Number.isSafeInteger(value);
}

/** Puts integers into quotes. */
function quote(json) {
  return json.replace(STRING_OR_NUMBER, (token) => (WHOLE.test(token) ? `"${token}"` : token));
}

/** Replaces the large numbers by bigints of the strings that they are in the quoted value. */
function merge(value, quoted) {
  if (typeof value === "object" && value !== null) {
    for (const name of Object.keys(value)) {
      value[name] = merge(value[name], quoted[name]);
    }
    return value;
  }
  return isLarge(value) && typeof quoted === "string" ? BigInt(quoted) : value;
}

/** Returns a copy in which bigints are the text of their digits, as JSON takes no bigint. */
export function shown(value) {
  return JSON.parse(JSON.stringify(value, (_name, one) => (typeof one === "bigint" ? `${one}` : one)));
}
