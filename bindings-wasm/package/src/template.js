import {
  FIELDS,
  PHOTO_COUNT,
  REFERENCE,
  SIGNATURE,
  SUBMISSION_ID,
  TIMESTAMP,
  UNIQUE_VALUE,
  now,
  object,
  seconds,
  string,
  whole,
} from "./arguments.js";
import { begin, give, put, run, text, wasm } from "./crossing.js";
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
      const fields = returnFields(values);
      const signature = string(values.signature, "signature");
      begin();
      putReturn(fields);
      give(SIGNATURE, put(signature));
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
    if (typeof template !== "object" || template === null || !(#handle in template)) {
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

/** Reads the fields of a return that is to be made. */
export function returnFields(values) {
  const { submissionId, uniqueValue, reference, photoCount, timestamp } = object(
    values,
    "the fields of the return",
  );
  return {
    submissionId: string(submissionId, "submissionId"),
    uniqueValue: string(uniqueValue, "uniqueValue"),
    reference: string(reference, "reference"),
    photoCount: whole(photoCount, "photoCount"),
    timestamp: timestamp === undefined ? now() : seconds(timestamp, "timestamp"),
  };
}

export function putReturn(fields) {
  give(SUBMISSION_ID, put(fields.submissionId));
  give(UNIQUE_VALUE, put(fields.uniqueValue));
  give(REFERENCE, put(fields.reference));
  give(PHOTO_COUNT, fields.photoCount);
  give(TIMESTAMP, fields.timestamp);
}
