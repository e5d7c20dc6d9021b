import { isObject, items, string } from "./arguments.js";
import { invoke, reserve } from "./call.js";
import { wrongType } from "./error.js";

/** The texts of secret objects, apart from the objects, so that printing one does not show its text. */
const held = new WeakMap();

/** Makes the secret class of another class, whose constructor validates the text. */
export const secretClass = (name, Holder) =>
  class {
    // The build shortens class names, and this name is printed.
    static name = name;

    constructor(text) {
      if (isObject(text)) {
        throw wrongType("the secret", "a string");
      }
      new Holder(text).free();
      held.set(this, text);
    }
  };

/** Reads one or several secrets. An absent secret is undefined. */
export const secretTexts = (secrets) =>
  Array.isArray(secrets)
    ? items(secrets).map((secret, index) => secretText(secret, `secrets[${index}]`))
    : [secretText(secrets, "the secret")];

function secretText(secret, what) {
  return secret === undefined || secret === null
    ? undefined
    : (held.get(secret) ?? string(secret, what));
}

/** Calls an operation with secrets, and wipes the arguments. */
export function keyed(operation, given) {
  try {
    return invoke(operation, given);
  } finally {
    reserve();
  }
}
