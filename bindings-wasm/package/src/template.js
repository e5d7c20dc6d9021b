import { string, timeOrNow, values, whole } from "./arguments.js";
import { FIELDS } from "./constants.js";
import { begin, call, put, putFields, run, text, wasm } from "./crossing.js";
import { wrongType } from "./error.js";
import { Handle, dispose } from "./handle.js";

export class RedirectTemplate {
  // The build shortens names, and this one is printed.
  static name = "RedirectTemplate";

  #handle;
  #text;
  #placeholders;
  #missing;

  constructor(template) {
    this.#text = string(template, "the redirect template");
    const call = begin();
    const pointer = run(call, wasm.template_new, put(template));
    this.#handle = new Handle(pointer, wasm.template_free);
    this.#placeholders = names(wasm.template_placeholders, pointer);
    this.#missing = names(wasm.template_missing, pointer);
  }

  get placeholders() {
    return this.#placeholders;
  }

  get missing() {
    return this.#missing;
  }

  expand(fields) {
    const given = returnFields(fields, true);
    const call = begin();
    putFields(given);
    run(call, wasm.template_expand, this.#handle.pointer);
    return text();
  }

  checkExtractable() {
    run(begin(), wasm.template_check, this.#handle.pointer);
  }

  toString() {
    return this.#text;
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }

  /** The handle of a template. */
  static handleOf(template) {
    if (!(#handle in Object(template))) {
      throw wrongType("template", "a RedirectTemplate or a string");
    }
    return template.#handle;
  }
}

export const { handleOf } = RedirectTemplate;
delete RedirectTemplate.handleOf;

/** The names of the fields that a function of the module returns as bits. */
function names(fields, pointer) {
  const bits = call(fields, pointer);
  return Object.freeze(FIELDS.filter((_, place) => bits & (1 << place)));
}

/** The text or number of each of `FIELDS` of a return that is to be made. */
export function returnFields(fields, isSigned) {
  const [submissionId, uniqueValue, reference, photoCount, timestamp, signature] = values(
    fields,
    "the fields",
    ["submissionId", "uniqueValue", "reference", "photoCount", "timestamp", "signature"],
  );
  return [
    string(submissionId, "submissionId"),
    string(uniqueValue, "uniqueValue"),
    undefined,
    string(reference, "reference"),
    whole(photoCount, "photoCount"),
    timeOrNow(timestamp, "timestamp"),
    isSigned ? string(signature, "signature") : undefined,
  ];
}
