import {
  duration,
  expectations,
  isObject,
  member,
  message,
  options,
  string,
  timeOrNow,
  values,
} from "./arguments.js";
import { answer, begin, put, putFields, run, text, wasm } from "./crossing.js";
import { wrongType } from "./error.js";
import { Handle, dispose } from "./handle.js";
import { held, keyed, secretTexts } from "./secret.js";
import { handleOf, returnFields } from "./template.js";

export class WorkflowSecret {
  // The build shortens names, and this one is printed.
  static name = "WorkflowSecret";

  constructor(text) {
    if (isObject(text)) {
      throw wrongType("the secret", "a string");
    }
    // The core judges it where it is used.
    new Workflow(text).free();
    held.set(this, text);
  }
}

export class Workflow {
  // The build shortens names, and this one is printed.
  static name = "Workflow";

  #handle;

  constructor(secrets, settings) {
    const texts = secretTexts(secrets);
    const [maxAge, leeway] = options(settings, ["maxAge", "leeway"]);
    const times = [duration(maxAge, "maxAge"), duration(leeway, "leeway")];
    const pointer = keyed(wasm.workflow_new, texts, times[0], times[1]);
    this.#handle = new Handle(pointer, wasm.workflow_free);
  }

  signLink(fields) {
    const [slug, link, uniqueValue, source, reference, timestamp] = values(fields, "the fields", [
      "slug",
      "link",
      "uniqueValue",
      "source",
      "reference",
      "timestamp",
    ]);
    const slugText = slug === undefined ? slug : string(slug, "slug");
    const linkText = link === undefined ? link : string(isObject(link) ? member(link, "href") : link, "link");
    const given = [
      undefined,
      string(uniqueValue, "uniqueValue"),
      string(source, "source"),
      string(reference, "reference"),
      undefined,
      timeOrNow(timestamp, "timestamp"),
    ];
    const call = begin();
    const slugLength = putOptional(slugText);
    const linkLength = putOptional(linkText);
    putFields(given);
    run(call, wasm.sign_link, this.#handle.pointer, slugLength, linkLength);
    return text();
  }

  verifyLink(input, settings) {
    const received = message(input);
    const [now, expect] = options(settings, ["now", "expect"]);
    const time = timeOrNow(now, "now");
    const expected = expectations(expect);
    const call = begin();
    const length = put(received);
    const expects = putFields(expected);
    run(call, wasm.verify_link, this.#handle.pointer, length, expects, time);
    const texts = text();
    const source = answer(0);
    const reference = source + answer(1);
    return {
      uniqueValue: texts.slice(0, source),
      source: texts.slice(source, reference),
      reference: texts.slice(reference),
      timestamp: answer(3),
      secretIndex: answer(4),
    };
  }

  signReturn(template, fields) {
    const [handle, source] = handleOrText(template);
    const given = returnFields(fields);
    const call = begin();
    const length = putOptional(source);
    putFields(given);
    run(call, wasm.sign_return, this.#handle.pointer, handle === undefined ? 0 : handle.pointer, length);
    return text();
  }

  verifyReturn(input, settings) {
    const received = message(input);
    const [template, now, expect] = options(settings, ["template", "now", "expect"]);
    const [handle, source] = template === undefined ? [] : handleOrText(template);
    const time = timeOrNow(now, "now");
    const expected = expectations(expect);
    const call = begin();
    const length = put(received);
    const sourceLength = putOptional(source);
    const expects = putFields(expected);
    run(
      call,
      wasm.verify_return,
      this.#handle.pointer,
      handle === undefined ? 0 : handle.pointer,
      length,
      sourceLength,
      expects,
      time,
    );
    const texts = text();
    const uniqueValue = answer(0);
    const reference = uniqueValue + answer(1);
    return {
      submissionId: texts.slice(0, uniqueValue),
      uniqueValue: texts.slice(uniqueValue, reference),
      reference: texts.slice(reference),
      photoCount: answer(3),
      timestamp: answer(4),
      secretIndex: answer(5),
    };
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }
}

/** Adds a text to the input, and returns its length in bytes; NaN if there is none. */
function putOptional(given) {
  return given === undefined ? Number.NaN : put(given);
}

/** The handle of a template, or its text. */
function handleOrText(template) {
  return typeof template === "string" ? [undefined, template] : [handleOf(template), undefined];
}
