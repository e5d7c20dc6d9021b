// Values that are not what a call wants, and what has to come of them.

import assert from "node:assert/strict";
import { it } from "node:test";
import { inspect } from "node:util";
import { WorkflowError } from "visiono-workflow";

const URL_TEXT = "https://visiono.io/s/damage-report?uv=ABC123";

export const boom = () => {
  throw new TypeError("boom");
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();

/** Nothing of these is text, a whole number or an object of values. */
export const NOTHING = {
  null: null,
  true: true,
  symbol: Symbol("a"),
  function: () => "ABC123",
  array: ["ABC123"],
  "array of arrays": [["a", "b"]],
  map: new Map([["uv", "ABC123"]]),
  "boxed string": new String("ABC123"),
  "strange toString": { toString: boom, valueOf: boom, [Symbol.toPrimitive]: boom },
  "lying toString": { toString: () => "ABC123" },
  "strange tag": {
    get [Symbol.toStringTag]() {
      return boom();
    },
  },
  "lying tag": Object.assign(Object.create({}), { [Symbol.toStringTag]: "URL", href: 5 }),
  "revoked proxy": revoked.proxy,
  "proxy of a URL": new Proxy(new URL(URL_TEXT), {}),
  "typed array": new Uint8Array(4),
  promise: Promise.resolve("ABC123"),
};
export const NO_NUMBER = {
  ...NOTHING,
  text: "1705500000",
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  fraction: 1.5,
  "boxed number": new Number(5),
  "invalid date": new Date(Number.NaN),
};
export const NO_TEXT = { ...NOTHING, number: 5, bigint: 5n, undefined, URL: new URL(URL_TEXT) };
/** Nothing of these is a set of options. */
const { "strange tag": _tag, ...noOptions } = NOTHING;
export const NO_OPTIONS = { ...noOptions, text: "a", number: 5, bigint: 5n };
export const LONE_SURROGATES = { high: "a\ud800", low: "\udc00b", swapped: "\ude42\ud83d" };

/** What checks refusals, after each of which everything has to work as before. */
export function refusals(works, secret) {
  function refused(call, code, parameters = []) {
    assert.throws(call, (error) => {
      assert.ok(error instanceof WorkflowError, `${error?.stack}`);
      assert.ok(error instanceof Error);
      assert.equal(error.name, "WorkflowError");
      assert.equal(error.code, code, error.message);
      assert.deepEqual(error.parameters, parameters);
      assert.ok(!error.message.includes(secret));
      assert.equal(error.cause, undefined);
      return true;
    });
    works();
  }

  function each(values, call, code = "invalid_argument", parameters = []) {
    for (const [name, value] of Object.entries(values)) {
      it(name, () => refused(() => call(value), code, parameters));
    }
  }

  return { refused, each };
}

/** Throws if anything that prints or serialises an object shows its secret. */
export function isHidden(object, secret) {
  const shown = [
    inspect(object, { depth: 9, showHidden: true, getters: true }),
    JSON.stringify(object),
    JSON.stringify(Object.getOwnPropertyDescriptors(object)),
    inspect(structuredClone(object)),
    String(object),
  ];
  for (const text of shown) {
    assert.ok(!text.includes(secret), text);
  }
}
