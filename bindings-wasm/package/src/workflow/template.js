import { RETURN, read, string } from "../arguments.js";
import { answer, call, invoke, wasm } from "../call.js";
import { FIELDS } from "../constants.js";
import { Handle, pointerOf } from "../handle.js";

export const freeTemplate = (pointer) => call(wasm.template_free, pointer);

export class RedirectTemplate extends Handle {
  // The build shortens class names, and this name is printed.
  static name = "RedirectTemplate";

  #text;
  #placeholders = names(answer());
  #missing = names(answer());

  constructor(template) {
    super(invoke(wasm.template_new, [string(template, "the redirect template")]), freeTemplate);
    this.#text = template;
  }

  get placeholders() {
    return this.#placeholders;
  }

  get missing() {
    return this.#missing;
  }

  expand(fields) {
    const given = read(fields, "the fields", [...RETURN, ["signature", string]]);
    return invoke(wasm.template_expand, given, this, freeTemplate);
  }

  checkExtractable() {
    invoke(wasm.template_check, [], this, freeTemplate);
  }

  toString() {
    return this.#text;
  }
}

/** Reads a template. Returns its text, or undefined and the object. */
export function template(value) {
  if (typeof value === "string") {
    return [value];
  }
  // By what is inside: a proxy has the prototype alone.
  pointerOf(value, freeTemplate, "template", "a RedirectTemplate or a string");
  return [undefined, value];
}

/** Converts bits to the names of fields. */
function names(bits) {
  return Object.freeze(FIELDS.filter((_, index) => bits & (1 << index)));
}
