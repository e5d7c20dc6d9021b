// What is not of the right type is refused as such, and the same object works at the next call.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { RedirectTemplate, Workflow, WorkflowSecret } from "visiono-workflow";
import { WebhookSecret } from "visiono-workflow/webhook";
import {
  LONE_SURROGATES,
  NOTHING,
  NO_NUMBER,
  NO_OPTIONS,
  NO_TEXT,
  boom,
  isHidden,
  refusals,
} from "./hostile.js";

const SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const NOW = 1705500100;
const LINK = {
  slug: "damage-report",
  uniqueValue: "ABC123",
  source: "zendesk",
  reference: "ticket-456",
  timestamp: 1705500000,
};
const SIGNED =
  "https://visiono.io/s/damage-report?uv=ABC123&src=zendesk&ref=ticket-456&ts=1705500000" +
  "&sig=a41da862b5034a9a68355d16aa0dfddc8171963d6a1e72ef4ec057eeeed19b04";
const VERIFIED = {
  uniqueValue: "ABC123",
  source: "zendesk",
  reference: "ticket-456",
  timestamp: 1705500000,
  secretIndex: 0,
};
const RETURN = {
  submissionId: "pls_123",
  uniqueValue: "ABC123",
  reference: "ticket-456",
  photoCount: 5,
  timestamp: 1705500100,
};
const SIGNATURE = "1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5";

const workflow = new Workflow(SECRET);
const template = new RedirectTemplate("https://a.example/{reference}?s={signature}");

const STRANGE_GETTER = {
  get uniqueValue() {
    return boom();
  },
  get now() {
    return boom();
  },
  get maxAge() {
    return boom();
  },
};

function works() {
  assert.equal(workflow.signLink(LINK), SIGNED);
  assert.deepEqual(workflow.verifyLink(SIGNED, { now: NOW }), VERIFIED);
  assert.equal(
    template.expand({ ...RETURN, signature: SIGNATURE }),
    `https://a.example/ticket-456?s=${SIGNATURE}`,
  );
}

const { refused, each } = refusals(works, SECRET);

describe("a secret", () => {
  each(NO_TEXT, (secret) => new Workflow(secret === NOTHING.array ? [secret] : secret));
  each(NO_TEXT, (secret) => new Workflow([SECRET, secret]));
  each(LONE_SURROGATES, (text) => new Workflow(`${SECRET}${text}`));
  it("none", () => refused(() => new Workflow([]), "invalid_secret"));
  it("a hole", () => refused(() => new Workflow(new Array(3)), "invalid_argument"));
  it("short", () => refused(() => new Workflow("short"), "invalid_secret"));
  it("NUL", () => refused(() => new Workflow(`${SECRET}\0`), "invalid_secret"));
  it("the second of two", () => refused(() => new Workflow([SECRET, "short"]), "invalid_secret"));
});

describe("a secret with a type", () => {
  it("does what its text does", () => {
    const secret = new WorkflowSecret(SECRET);
    for (const secrets of [secret, [secret], [secret, "another secret of the test"]]) {
      assert.equal(new Workflow(secrets).signLink(LINK), SIGNED);
    }
    const rotated = new Workflow(["the new secret, which signs", secret]);
    assert.equal(rotated.verifyLink(SIGNED, { now: NOW }).secretIndex, 1);
  });
  each({ ...NO_TEXT, typed: new WorkflowSecret(SECRET) }, (text) => new WorkflowSecret(text));
  each(LONE_SURROGATES, (text) => new WorkflowSecret(`${SECRET}${text}`));
  each(
    { short: "short", webhook: "whsec_0123456789abcdef", key: "vsk_0123456789abcdef", empty: "" },
    (text) => new WorkflowSecret(text),
    "invalid_secret",
  );
  const others = {
    "of webhooks": new WebhookSecret(SECRET),
    "made to look like one": Object.create(WorkflowSecret.prototype),
    "a copy": structuredClone(new WorkflowSecret(SECRET)),
  };
  each(others, (secret) => new Workflow(secret));
  each(others, (secret) => new Workflow([SECRET, secret]));
  it("isn't shown by what prints it", () => isHidden(new WorkflowSecret(SECRET), SECRET));
});

describe("the options of a workflow", () => {
  each(NO_OPTIONS, (options) => new Workflow(SECRET, options));
  each(NO_NUMBER, (maxAge) => new Workflow(SECRET, { maxAge }));
  each(NO_NUMBER, (leeway) => new Workflow(SECRET, { leeway }));
  each({ negative: -1, bigint: -1n }, (maxAge) => new Workflow(SECRET, { maxAge }));
  it("a slip", () => refused(() => new Workflow(SECRET, { maxage: 5 }), "invalid_argument"));
  it("a getter", () => refused(() => new Workflow(SECRET, STRANGE_GETTER), "invalid_argument"));
});

describe("the fields of a link", () => {
  each({ ...NO_TEXT, text: "a" }, (fields) => workflow.signLink(fields));
  for (const name of ["slug", "uniqueValue", "source", "reference"]) {
    each(NO_TEXT, (value) => workflow.signLink({ ...LINK, [name]: value }));
    each(LONE_SURROGATES, (value) => workflow.signLink({ ...LINK, [name]: value }));
  }
  const { slug, ...fields } = LINK;
  const { URL: _, ...noLink } = NO_TEXT;
  each(noLink, (link) => workflow.signLink({ ...fields, link }));
  it("both targets", () => refused(() => workflow.signLink({ ...LINK, link: "" }), "invalid_argument"));
  each(NO_NUMBER, (timestamp) => workflow.signLink({ ...LINK, timestamp }));
  it("a getter", () => refused(() => workflow.signLink(STRANGE_GETTER), "invalid_argument"));
  const outOfRange = {
    negative: -1,
    milliseconds: 1705500000000,
    large: Number.MAX_VALUE,
    "large bigint": 2n ** 2000n,
    "negative bigint": -(2n ** 70n),
    "before 1970": new Date(-1),
    "a wrapped bigint": 2n ** 64n + 5n,
  };
  each(
    outOfRange,
    (timestamp) => workflow.signLink({ ...LINK, timestamp }),
    "invalid_field",
    ["ts"],
  );
  each({ NUL: "\0", empty: "" }, (source) => workflow.signLink({ ...LINK, source }), "invalid_field", [
    "src",
  ]);
  it("a link that is none", () => {
    refused(() => workflow.signLink({ ...fields, link: "ftp://a" }), "invalid_url");
  });
});

describe("the fields of a return", () => {
  each({ ...NO_TEXT, text: "a" }, (fields) => workflow.signReturn(template, fields));
  for (const name of ["submissionId", "uniqueValue", "reference"]) {
    each(NO_TEXT, (value) => workflow.signReturn(template, { ...RETURN, [name]: value }));
    each(NO_TEXT, (value) => template.expand({ ...RETURN, signature: SIGNATURE, [name]: value }));
    each(LONE_SURROGATES, (value) => workflow.signReturn(template, { ...RETURN, [name]: value }));
  }
  each({ ...NO_NUMBER, undefined, date: new Date() }, (photoCount) =>
    workflow.signReturn(template, { ...RETURN, photoCount }),
  );
  each(NO_TEXT, (signature) => template.expand({ ...RETURN, signature }));
  each(
    { negative: -1, large: 2 ** 32, bigint: 2n ** 32n, huge: 2n ** 64n + 5n },
    (photoCount) => workflow.signReturn(template, { ...RETURN, photoCount }),
    "invalid_field",
    ["cnt"],
  );
  each(
    { empty: "", short: "ab", "upper case": SIGNATURE.toUpperCase() },
    (signature) => template.expand({ ...RETURN, signature }),
    "invalid_field",
    ["sig"],
  );
});

describe("a redirect template", () => {
  each(NO_TEXT, (text) => new RedirectTemplate(text));
  each(NO_TEXT, (text) => workflow.signReturn(text, RETURN));
  const { undefined: _, ...given } = NO_TEXT;
  each(given, (text) => workflow.verifyReturn(SIGNED, { template: text }));
  each(LONE_SURROGATES, (text) => new RedirectTemplate(`https://a.example/${text}`));
  it("an object made to look like one", () => {
    const fake = Object.create(RedirectTemplate.prototype);
    refused(() => workflow.signReturn(fake, RETURN), "invalid_argument");
    refused(() => fake.expand({ ...RETURN, signature: SIGNATURE }), "invalid_argument");
  });
  it("a brace", () => {
    assert.throws(() => new RedirectTemplate("https://a.example/{nope}"), {
      code: "invalid_template",
      number: 103,
      position: 18,
    });
  });
});

describe("a message", () => {
  const { URL: _, ...noMessage } = NO_TEXT;
  each(noMessage, (input) => workflow.verifyLink(input));
  each(noMessage, (input) => workflow.verifyReturn(input));
  each(LONE_SURROGATES, (input) => workflow.verifyLink(input));
  each(NO_TEXT, (uv) => workflow.verifyLink({ uv: uv ?? null }));
  each(LONE_SURROGATES, (uv) => workflow.verifyLink({ uv }));
  it("a class of the caller's", () => {
    class Query {
      uv = "ABC123";
    }
    refused(() => workflow.verifyLink(new Query()), "invalid_argument");
  });
  it("none of the parameters", () => {
    const all = ["uv", "src", "ref", "ts", "sig"];
    refused(() => workflow.verifyLink(""), "missing_parameter", all);
    refused(() => workflow.verifyLink({}), "missing_parameter", all);
    refused(() => workflow.verifyLink({ uv: undefined }), "missing_parameter", all);
  });
  it("parameters of one name", () => {
    const { searchParams } = new URL(`${SIGNED}&uv=ABC123`);
    refused(() => workflow.verifyLink(searchParams), "duplicate_parameter", ["uv"]);
  });

  const url = new URL(SIGNED);
  const bare = Object.assign(Object.create(null), Object.fromEntries(url.searchParams));
  const accepted = {
    text: SIGNED,
    "a query string": url.search.slice(1),
    "a path": url.pathname + url.search,
    URL: url,
    Request: new Request(SIGNED),
    URLSearchParams: url.searchParams,
    "a plain object": Object.fromEntries(url.searchParams),
    "an object without prototype": bare,
    "an object of another realm": runInNewContext("Object.assign({}, bare)", { bare }),
    "a proxy of a plain object": new Proxy({ ...bare }, {}),
  };
  for (const [name, input] of Object.entries(accepted)) {
    it(`${name} is read`, () => {
      assert.deepEqual(workflow.verifyLink(input, { now: NOW }), VERIFIED);
    });
  }
  it("names and values of a plain object are taken as they are", () => {
    const fields = { ...LINK, uniqueValue: "a+b %41&c=é🙂" };
    const { searchParams } = new URL(workflow.signLink(fields));
    const pairs = { ...Object.fromEntries(searchParams), "": "", "uv&": "uv=", é: "%" };
    assert.equal(workflow.verifyLink(pairs, { now: NOW }).uniqueValue, fields.uniqueValue);
  });
});

describe("the options of a verification", () => {
  each(NO_OPTIONS, (options) => workflow.verifyLink(SIGNED, options));
  each(NO_NUMBER, (now) => workflow.verifyLink(SIGNED, { now }));
  each({ number: -1, bigint: -1n, date: new Date(-1) }, (now) => workflow.verifyLink(SIGNED, { now }));
  each(NO_OPTIONS, (expect) => workflow.verifyLink(SIGNED, { expect }));
  it("a slip", () => {
    refused(() => workflow.verifyLink(SIGNED, { Now: NOW }), "invalid_argument");
    refused(() => workflow.verifyLink(SIGNED, { template }), "invalid_argument");
    const expect = { uniqeValue: "ABC123" };
    refused(() => workflow.verifyLink(SIGNED, { now: NOW, expect }), "invalid_argument");
  });
  it("a getter", () => refused(() => workflow.verifyLink(SIGNED, STRANGE_GETTER), "invalid_argument"));
  const { undefined: _, ...given } = NO_TEXT;
  for (const name of ["uniqueValue", "source", "reference"]) {
    each(given, (value) => workflow.verifyLink(SIGNED, { expect: { [name]: value } }));
    each(LONE_SURROGATES, (value) => workflow.verifyLink(SIGNED, { expect: { [name]: value } }));
  }
  const { text: _text, ...noNumber } = NO_NUMBER;
  each(noNumber, (timestamp) => workflow.verifyLink(SIGNED, { expect: { timestamp } }));
  each({ ...noNumber, date: new Date() }, (photoCount) =>
    workflow.verifyReturn(SIGNED, { expect: { photoCount } }),
  );
  each(
    { fraction: "5.0", sign: "+5", space: " 5", empty: "" },
    (photoCount) => workflow.verifyReturn(SIGNED, { expect: { photoCount } }),
    "invalid_field",
    ["cnt"],
  );
  it("a number as text", () => {
    const expect = { timestamp: "1705500000" };
    assert.deepEqual(workflow.verifyLink(SIGNED, { now: NOW, expect }), VERIFIED);
  });
  it("a field that the message doesn't have", () => {
    for (const expect of [{ photoCount: 5 }, { submissionId: "a" }, { signature: SIGNATURE }]) {
      refused(() => workflow.verifyLink(SIGNED, { now: NOW, expect }), "invalid_argument");
    }
    for (const expect of [{ source: "a" }, { signature: SIGNATURE }]) {
      refused(() => workflow.verifyReturn(SIGNED, { now: NOW, expect }), "invalid_argument");
    }
  });
});

describe("what is right", () => {
  it("times of every type", () => {
    for (const timestamp of [1705500000, 1705500000n, new Date(1705500000999)]) {
      assert.equal(workflow.signLink({ ...LINK, timestamp }), SIGNED);
    }
    for (const now of [NOW, BigInt(NOW), new Date(NOW * 1000)]) {
      const expect = { timestamp: new Date(1705500000000), reference: undefined };
      assert.deepEqual(workflow.verifyLink(SIGNED, { now, expect }), VERIFIED);
    }
  });
  it("the system's time, where none is given", () => {
    const { timestamp, ...fields } = LINK;
    const { timestamp: signed } = workflow.verifyLink(workflow.signLink(fields));
    assert.ok(Math.abs(signed - Date.now() / 1000) < 60);
    refused(() => workflow.verifyLink(SIGNED), "expired");
  });
  it("how long a message is good", () => {
    const strict = new Workflow(SECRET, { maxAge: 100n, leeway: 0 });
    strict.verifyLink(SIGNED, { now: NOW });
    assert.throws(() => strict.verifyLink(SIGNED, { now: NOW + 7 }), {
      code: "expired",
      number: 204,
      seconds: 7,
      position: undefined,
    });
    assert.throws(() => strict.verifyLink(SIGNED, { now: 1705499998 }), {
      code: "not_yet_valid",
      seconds: 2,
    });
  });
  it("which secret matched", () => {
    const rotated = new Workflow(["the new secret, which signs", SECRET]);
    assert.equal(rotated.verifyLink(SIGNED, { now: NOW }).secretIndex, 1);
  });
  it("a template's fields", () => {
    assert.deepEqual(template.placeholders, ["reference", "signature"]);
    assert.deepEqual(template.missing, ["submissionId", "uniqueValue", "photoCount", "timestamp"]);
    assert.equal(String(template), "https://a.example/{reference}?s={signature}");
    assert.throws(() => template.missing.push("source"), TypeError);
    const { reference, timestamp, ...known } = RETURN;
    const done = workflow.verifyReturn(workflow.signReturn(template, RETURN), {
      template: String(template),
      now: NOW,
      expect: { ...known, timestamp },
    });
    assert.deepEqual(done, { ...RETURN, secretIndex: 0 });
  });
  it("a getter that makes a call of its own", () => {
    const fields = {
      ...LINK,
      get reference() {
        works();
        return LINK.reference;
      },
    };
    assert.equal(workflow.signLink(fields), SIGNED);
  });
});
