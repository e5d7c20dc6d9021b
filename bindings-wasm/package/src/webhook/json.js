// Parses a body that the core has validated.

const WHOLE = /^-?\d+$/;
/** Matches the strings and numbers of JSON. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** Parses well-formed JSON. Integers that a `number` can't hold become bigints, if there are any. */
export function parse(json, hasLarge) {
  // A reviver that takes the source of each number is slower, and Node 20 passes none.
  return hasLarge ? merge(JSON.parse(json), JSON.parse(quote(json))) : JSON.parse(json);
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
  const isLarge = typeof value === "number" && !Number.isSafeInteger(value);
  return isLarge && typeof quoted === "string" ? BigInt(quoted) : value;
}

/** Returns a copy in which bigints are the text of their digits, as JSON takes no bigint. */
export function shown(value) {
  return JSON.parse(JSON.stringify(value, (_name, one) => (typeof one === "bigint" ? `${one}` : one)));
}
