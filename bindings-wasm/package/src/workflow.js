import {
  duration,
  expectations,
  instant,
  message,
  object,
  options,
  string,
  timestampOrNow,
} from "./arguments.js";
import { answer, begin, put, putFields, run, text, wasm } from "./crossing.js";
import { invalidArgument, typed } from "./error.js";
import { Handle, dispose } from "./handle.js";
import { held, keyed, secretTexts } from "./secret.js";
import { returnFields, use } from "./template.js";

const WORKFLOW_OPTIONS = ["maxAge", "leeway"];
const LINK_OPTIONS = ["now", "expect"];
const RETURN_OPTIONS = ["template", "now", "expect"];

export class WorkflowSecret {
  // The build shortens names, and this one is printed.
  static name = "WorkflowSecret";

  constructor(text) {
    // It is judged where it is used.
    new Workflow(string(text, "the secret")).free();
    held.set(this, text);
  }
}

export class Workflow {
  // The build shortens names, and this one is printed.
  static name = "Workflow";

  #handle;

  constructor(secrets, settings) {
    try {
      const given = secretTexts(secrets);
      const { maxAge, leeway } = options(settings, WORKFLOW_OPTIONS);
      const maxAgeSeconds = duration(maxAge, "maxAge");
      const leewaySeconds = duration(leeway, "leeway");
      this.#handle = new Handle(
        keyed(wasm.workflow_new, given, maxAgeSeconds, leewaySeconds),
        wasm.workflow_free,
      );
    } catch (error) {
      throw typed(error);
    }
  }

  signLink(values) {
    try {
      const { pointer } = this.#handle;
      const { slug, link, uniqueValue, source, reference, timestamp } = object(
        values,
        "the fields of the link",
      );
      if ((slug === undefined) === (link === undefined)) {
        throw invalidArgument("pass either slug or link");
      }
      const url = slug === undefined ? linkText(link) : string(slug, "slug");
      const fields = [
        undefined,
        string(uniqueValue, "uniqueValue"),
        string(source, "source"),
        string(reference, "reference"),
        undefined,
        timestampOrNow(timestamp),
      ];
      begin();
      const length = put(url);
      putFields(fields);
      run(wasm.sign_link, pointer, length, slug !== undefined);
      return text();
    } catch (error) {
      throw typed(error);
    }
  }

  verifyLink(input, settings) {
    try {
      const { pointer } = this.#handle;
      const received = message(input);
      const { now: at, expect } = options(settings, LINK_OPTIONS);
      const time = instant(at);
      const expected = expectations(expect);
      begin();
      const length = put(received);
      const expects = putFields(expected);
      run(wasm.verify_link, pointer, length, expects, time);
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
    } catch (error) {
      throw typed(error);
    }
  }

  signReturn(template, values) {
    try {
      const { pointer } = this.#handle;
      const fields = returnFields(values);
      return use(template, (templatePointer) => {
        begin();
        putFields(fields);
        run(wasm.sign_return, pointer, templatePointer);
        return text();
      });
    } catch (error) {
      throw typed(error);
    }
  }

  verifyReturn(input, settings) {
    try {
      const { pointer } = this.#handle;
      const received = message(input);
      const { template, now: at, expect } = options(settings, RETURN_OPTIONS);
      const time = instant(at);
      const expected = expectations(expect);
      const verify = (templatePointer) => {
        begin();
        const length = put(received);
        const expects = putFields(expected);
        run(wasm.verify_return, pointer, templatePointer, length, expects, time);
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
      };
      return template === undefined ? verify(0) : use(template, verify);
    } catch (error) {
      throw typed(error);
    }
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }
}

function linkText(link) {
  return typeof link === "string" ? link : string(link instanceof URL && link.href, "link");
}
