import { isObject, items, string } from "./arguments.js";
import { invoke, reserve } from "./call.js";
import { wrongType } from "./error.js";

/** The texts of the objects that are secrets. Nothing that prints such an object shows its text. */
const held = new WeakMap();

/** Makes the class of the secrets of another class, which says whether a text is one. */
export const secretClass = (name, Holder) =>
  class {
    // The build shortens names, and this one is printed.
    static name = name;

    constructor(text) {
      if (isObject(text)) {
        throw wrongType("the secret", "a string");
      }
      new Holder(text).free();
      held.set(this, text);
    }
  };

/** Reads one or several secrets, of which those that are absent are undefined. */
export const secretTexts = (secrets) =>
  Array.isArray(secrets)
    ? items(secrets).map((secret, index) => secretText(secret, `secrets[${index}]`))
    : [secretText(secrets, "the secret")];

function secretText(secret, what) {
  return secret === undefined || secret === null
    ? undefined
    : (held.get(secret) ?? string(secret, what));
}

/** Calls an operation with secrets, and wipes them. */
export function keyed(operation, given) {
  try {
    return invoke(operation, given);
  } finally {
    reserve();
  }
}
