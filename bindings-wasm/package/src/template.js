import { RETURN, read, string } from "./arguments.js";
import { answer, invoke, text, wasm } from "./call.js";
import { FIELDS } from "./constants.js";
import { wrongType } from "./error.js";
import { Handle, isHandle, method } from "./handle.js";

const { template_free: free } = wasm;

export class RedirectTemplate extends Handle {
  // The build shortens names, and this one is printed.
  static name = "RedirectTemplate";

  #text;
  #placeholders;
  #missing;

  constructor(template) {
    string(template, "the redirect template");
    const pointer = invoke(wasm.template_new, [template]);
    const [placeholders, missing] = [names(answer()), names(answer())];
    super(pointer, free);
    this.#text = template;
    this.#placeholders = placeholders;
    this.#missing = missing;
  }

  get placeholders() {
    return this.#placeholders;
  }

  get missing() {
    return this.#missing;
  }

  expand(fields) {
    const given = read(fields, "the fields", [...RETURN, ["signature", string]]);
    method(this, free, wasm.template_expand, given);
    return text();
  }

  checkExtractable() {
    method(this, free, wasm.template_check, []);
  }

  toString() {
    return this.#text;
  }
}

/** Reads a template: its object, or its text. */
export function template(value) {
  if (typeof value !== "string" && !isHandle(value, free)) {
    throw wrongType("template", "a RedirectTemplate or a string");
  }
  return value;
}

/** Converts bits to the names of fields. */
function names(bits) {
  return Object.freeze(FIELDS.filter((_, index) => bits & (1 << index)));
}
