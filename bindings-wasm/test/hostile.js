// Values of the wrong type for a call, and the errors that they must cause.

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
const { null: _null, undefined: _undefined, ...given } = NO_TEXT;
/** The same of those that are there. */
export const NO_GIVEN_TEXT = given;
export const ABSENT = { null: null, undefined };
/** Nothing of these is a set of options. */
const { "lying toString": _l, "strange toString": _s, "strange tag": _t, ...noOptions } = NOTHING;
export const NO_OPTIONS = { ...noOptions, text: "a", number: 5, bigint: 5n };
/** Each of these is one, with a name that no option has. */
export const STRANGE_OPTIONS = { "lying toString": NOTHING["lying toString"], tag: NOTHING["strange tag"] };
export const LONE_SURROGATES = { high: "a\ud800", low: "\udc00b", swapped: "\ude42\ud83d" };

/** Returns functions that check refusals. After each refusal, everything must work as before. */
export function refusals(works, secret) {
  function refused(call, code, parameters = []) {
    assert.throws(call, (error) => {
      assert.ok(error instanceof WorkflowError, `${error?.stack}`);
      assert.ok(error instanceof Error);
      assert.equal(error.name, "WorkflowError");
      assert.equal(error.code, code, error.message);
      assert.equal(error.isRefusal, error.number >= 200 && error.number < 300);
      assert.deepEqual(error.parameters, parameters);
      assert.ok(!error.message.includes(secret));
      assert.equal(error.cause, undefined);
      return true;
    });
    works();
  }

  /** A value of the wrong type is JavaScript's own error. */
  function mistaken(call) {
    assert.throws(call, (error) => {
      assert.ok(error instanceof TypeError, `${error?.stack}`);
      assert.ok(!(error instanceof WorkflowError));
      assert.ok(!error.message.includes(secret));
      return true;
    });
    works();
  }

  function each(values, call, code = "invalid_argument", parameters = []) {
    for (const [name, value] of Object.entries(values)) {
      it(`${name}: ${code}`, () => refused(() => call(value), code, parameters));
    }
  }

  function wrong(values, call) {
    for (const [name, value] of Object.entries(values)) {
      it(`${name}: TypeError`, () => mistaken(() => call(value)));
    }
  }

  return { refused, mistaken, each, wrong };
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

/** Makes all objects inherit a value while a call runs. */
export function inherited(name, value, call) {
  Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true, writable: true });
  try {
    return call();
  } finally {
    delete Object.prototype[name];
  }
}
