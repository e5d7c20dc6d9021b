import {
  LIMITS,
  expectations,
  flag,
  items,
  optional,
  options,
  read,
  string,
  timeOrNow,
  typed,
  whole,
} from "../arguments.js";
import { wasm } from "../call.js";
import { wrongType } from "../error.js";
import { message } from "../input.js";
import { keyed, secretTexts } from "../secret.js";
import { received } from "../webhook/body.js";
import { headerTexts } from "../webhook/headers.js";
import { reporting } from "./progress.js";

const list = (reader) => (value, what) => {
  if (!Array.isArray(value)) {
    throw wrongType(what, "an array");
  }
  return items(value).map((item, index) => reader(item, `${what}[${index}]`));
};

const OTHER = [
  ["secret", string],
  ["relation", string],
];
const ANY = [
  ["secrets", secretTexts],
  ["others", optional(list((value, what) => read(value, what, OTHER)))],
  ["computed", optional(string)],
  ["now", timeOrNow],
  ...LIMITS,
  ["values", optional(flag)],
  ["maxBytes", optional(whole)],
  ["onProgress", optional(typed("function", "a function"))],
];

/** The options of each kind alone, and how its arguments follow the common ones. */
const KINDS = {
  __proto__: null,
  link: {
    table: [["expect", expectations]],
    read: (input, expected) => [message(input), expected],
    operation: wasm.explain_link,
  },
  return: {
    table: [
      ["expect", expectations],
      ["template", optional(string)],
      ["otherTemplates", optional(list(string))],
    ],
    read: (input, expected, template, others = []) => [
      message(input),
      [template, others.length, ...others, ...expected],
    ],
    operation: wasm.explain_return,
  },
  webhook: {
    table: [
      ["headers", (value) => value],
      ["endpoint", optional(string)],
      ["requireTimestamp", optional(flag)],
    ],
    read: (input, headers, endpoint, requireTimestamp) => {
      // A request that has the headers, too, may come alone.
      const texts = headerTexts(headers === undefined ? input : headers);
      return [received(input, headers), [endpoint, requireTimestamp, ...texts]];
    },
    operation: wasm.explain_webhook,
  },
};

export function explain(kind, input, settings = {}) {
  const { table, read: readKind, operation } = KINDS[string(kind, "kind")] ?? unknown();
  const [secrets, others = [], computed, now, maxAge, leeway, values, maxBytes, onProgress, ...own] =
    options(settings, [...ANY, ...table]);
  const [first, rest] = readKind(input, ...own);
  const given = [first, computed, now, maxAge, leeway, values, maxBytes];
  given.push(secrets.length, ...secrets, others.length, ...others.flat(), ...rest);
  return reporting(onProgress, () => ask(operation, given));
}

function ask(operation, given) {
  const { signed_text: signedText, ...diagnosis } = JSON.parse(keyed(operation, given));
  return { ...diagnosis, signedText };
}

function unknown() {
  throw wrongType("kind", '"link", "return" or "webhook"');
}
