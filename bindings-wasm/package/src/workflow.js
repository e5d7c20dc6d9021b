import {
  FIELDS,
  REFERENCE,
  SOURCE,
  TIMESTAMP,
  UNIQUE_VALUE,
  duration,
  expectations,
  message,
  now,
  object,
  options,
  seconds,
  string,
} from "./arguments.js";
import { answer, begin, give, put, run, text, wipe, wasm } from "./crossing.js";
import { invalidArgument, typed } from "./error.js";
import { Handle, dispose } from "./handle.js";
import { putReturn, returnFields, use } from "./template.js";

const WORKFLOW_OPTIONS = ["maxAge", "leeway"];
const LINK_OPTIONS = ["now", "expect"];
const RETURN_OPTIONS = ["template", "now", "expect"];

export class Workflow {
  // The build shortens names, and this one is printed.
  static name = "Workflow";

  #handle;

  constructor(secrets, settings) {
    try {
      const texts = (Array.isArray(secrets) ? [...secrets] : [secrets]).map((secret) =>
        string(secret, "the secret"),
      );
      const { maxAge, leeway } = options(settings, "the options", WORKFLOW_OPTIONS);
      const maxAgeSeconds = duration(maxAge, "maxAge");
      const leewaySeconds = duration(leeway, "leeway");
      this.#handle = new Handle(
        makeWorkflow(texts, maxAgeSeconds, leewaySeconds),
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
      string(uniqueValue, "uniqueValue");
      string(source, "source");
      string(reference, "reference");
      const time = timestamp === undefined ? now() : seconds(timestamp, "timestamp");
      begin();
      const length = put(url);
      give(UNIQUE_VALUE, put(uniqueValue));
      give(SOURCE, put(source));
      give(REFERENCE, put(reference));
      give(TIMESTAMP, time);
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
      const { now: at, expect } = options(settings, "the options", LINK_OPTIONS);
      const time = at === undefined ? now() : instant(at);
      const expected = expectations(expect);
      begin();
      const length = put(received);
      const expects = putExpected(expected);
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
        putReturn(fields);
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
      const { template, now: at, expect } = options(settings, "the options", RETURN_OPTIONS);
      const time = at === undefined ? now() : instant(at);
      const expected = expectations(expect);
      const verify = (templatePointer) => {
        begin();
        const length = put(received);
        const expects = putExpected(expected);
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

function makeWorkflow(texts, maxAge, leeway) {
  const secrets = wasm.secrets_new(texts.length);
  try {
    for (const secret of texts) {
      begin();
      run(wasm.secrets_add, secrets, put(secret));
    }
  } catch (error) {
    wipe(wasm.secrets_free, secrets);
    throw error;
  }
  return run(wasm.workflow_new, secrets, maxAge, leeway);
}

function linkText(link) {
  return typeof link === "string" ? link : string(link instanceof URL && link.href, "link");
}

function instant(value) {
  const time = seconds(value, "now");
  if (time < 0) {
    throw invalidArgument("now can't be before 1970");
  }
  return time;
}

/** Puts what is expected, and returns the bits that say of which fields. */
function putExpected(expected) {
  let bits = 0;
  if (expected !== undefined) {
    for (let field = 0; field < expected.length; field++) {
      const wanted = expected[field];
      if (typeof wanted === "string") {
        bits |= 1 << field;
        give(field, put(wanted));
      } else if (wanted !== undefined) {
        bits |= 1 << (FIELDS.length + field);
        give(field, wanted);
      }
    }
  }
  return bits;
}
