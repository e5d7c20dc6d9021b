import { FIELDS, object, string, timestampOrNow, whole } from "./arguments.js";
import { begin, put, putFields, run, text, wasm } from "./crossing.js";
import { invalidArgument, typed } from "./error.js";
import { Handle, dispose } from "./handle.js";

export class RedirectTemplate {
  // The build shortens names, and this one is printed.
  static name = "RedirectTemplate";

  #handle;
  #text;
  #placeholders;
  #missing;

  constructor(template) {
    try {
      this.#text = string(template, "the redirect template");
      begin();
      const pointer = run(wasm.template_new, put(template));
      this.#handle = new Handle(pointer, wasm.template_free);
      this.#placeholders = names(wasm.template_placeholders(pointer));
      this.#missing = names(wasm.template_missing(pointer));
    } catch (error) {
      throw typed(error);
    }
  }

  get placeholders() {
    return this.#placeholders;
  }

  get missing() {
    return this.#missing;
  }

  expand(values) {
    try {
      const { pointer } = this.#handle;
      const fields = [...returnFields(values), string(values.signature, "signature")];
      begin();
      putFields(fields);
      run(wasm.template_expand, pointer);
      return text();
    } catch (error) {
      throw typed(error);
    }
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

  /** The pointer of a template, or of one made for the time of `use` from text. */
  static use(template, use) {
    if (typeof template === "string") {
      const made = new RedirectTemplate(template);
      try {
        return use(made.#handle.pointer);
      } finally {
        made.free();
      }
    }
    if (!(#handle in Object(template))) {
      throw invalidArgument("template has to be a RedirectTemplate or a string");
    }
    return use(template.#handle.pointer);
  }
}

export const { use } = RedirectTemplate;
delete RedirectTemplate.use;

function names(bits) {
  return Object.freeze(FIELDS.filter((_, place) => bits & (1 << place)));
}

/** The text or number of each of `FIELDS` of a return that is to be made. */
export function returnFields(values) {
  const { submissionId, uniqueValue, reference, photoCount, timestamp } = object(
    values,
    "the fields of the return",
  );
  return [
    string(submissionId, "submissionId"),
    string(uniqueValue, "uniqueValue"),
    undefined,
    string(reference, "reference"),
    whole(photoCount, "photoCount"),
    timestampOrNow(timestamp),
  ];
}
