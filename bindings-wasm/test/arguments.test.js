// Arguments of the wrong type are refused, and the same object works at the next call.

import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { RedirectTemplate, Workflow, WorkflowSecret } from "visiono-workflow";
import { WebhookSecret } from "visiono-workflow/webhook";
import {
  ABSENT,
  LONE_SURROGATES,
  NOTHING,
  NO_GIVEN_TEXT,
  NO_NUMBER,
  NO_OPTIONS,
  NO_TEXT,
  STRANGE_OPTIONS,
  boom,
  inherited,
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

const OWN = new Error("the caller's own");
const STRANGE_GETTER = {
  get uniqueValue() {
    throw OWN;
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

const { refused, mistaken, each, wrong } = refusals(works, SECRET);

const boomOwn = () => {
  throw OWN;
};

/** A getter that throws may throw what it likes. */
function own(call) {
  assert.throws(call, (error) => error === OWN);
  works();
}

describe("a secret", () => {
  const { array, ...nothing } = NO_GIVEN_TEXT;
  wrong(nothing, (secret) => new Workflow(secret));
  wrong(NO_GIVEN_TEXT, (secret) => new Workflow([secret]));
  wrong(NO_GIVEN_TEXT, (secret) => new Workflow([SECRET, secret]));
  each(LONE_SURROGATES, (text) => new Workflow(`${SECRET}${text}`), "invalid_secret");
  each(ABSENT, (secret) => new Workflow(secret), "invalid_secret");
  each(ABSENT, (secret) => new Workflow([secret, SECRET]), "invalid_secret");
  it("none", () => refused(() => new Workflow([]), "invalid_secret"));
  it("a hole", () => refused(() => new Workflow(new Array(3)), "invalid_secret"));
  it("short", () => refused(() => new Workflow("short"), "invalid_secret"));
  it("NUL", () => refused(() => new Workflow(`${SECRET}\0`), "invalid_secret"));
  it("the second of two", () => refused(() => new Workflow([SECRET, "short"]), "invalid_secret"));
  it("an absent one after the first is skipped, and keeps its position", () => {
    const other = "another secret of the test".replaceAll(" ", "-");
    for (const absent of [undefined, null]) {
      assert.equal(new Workflow([SECRET, absent]).signLink(LINK), SIGNED);
      const rotated = new Workflow([other, absent, SECRET]);
      assert.equal(rotated.verifyLink(SIGNED, { now: NOW }).secretIndex, 2);
    }
  });
  it("an error says which one it is about, and that it is absent", () => {
    assert.throws(() => new Workflow([undefined, SECRET]), /secret\[0\].*absent/);
    assert.throws(() => new Workflow([SECRET, undefined, "short"]), /secret\[2\]/);
  });
});

describe("a secret with a type", () => {
  it("does what its text does", () => {
    const secret = new WorkflowSecret(SECRET);
    for (const secrets of [secret, [secret], [secret, "another-secret-of-the-test"]]) {
      assert.equal(new Workflow(secrets).signLink(LINK), SIGNED);
    }
    const rotated = new Workflow(["the-new-secret,-which-signs", secret]);
    assert.equal(rotated.verifyLink(SIGNED, { now: NOW }).secretIndex, 1);
  });
  wrong({ ...NO_GIVEN_TEXT, typed: new WorkflowSecret(SECRET) }, (text) => new WorkflowSecret(text));
  each(ABSENT, (text) => new WorkflowSecret(text), "invalid_secret");
  each(LONE_SURROGATES, (text) => new WorkflowSecret(`${SECRET}${text}`), "invalid_secret");
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
  wrong(others, (secret) => new Workflow(secret));
  wrong(others, (secret) => new Workflow([SECRET, secret]));
  it("isn't shown by what prints it", () => isHidden(new WorkflowSecret(SECRET), SECRET));
});

describe("the options of a workflow", () => {
  wrong(NO_OPTIONS, (options) => new Workflow(SECRET, options));
  each(STRANGE_OPTIONS, (options) => new Workflow(SECRET, options));
  wrong(NO_NUMBER, (maxAge) => new Workflow(SECRET, { maxAge }));
  wrong(NO_NUMBER, (leeway) => new Workflow(SECRET, { leeway }));
  each({ negative: -1, bigint: -1n }, (maxAge) => new Workflow(SECRET, { maxAge }));
  each({ negative: -1, bigint: -1n }, (leeway) => new Workflow(SECRET, { leeway }));
  it("a slip", () => refused(() => new Workflow(SECRET, { maxage: 5 }), "invalid_argument"));
  it("a getter", () => own(() => new Workflow(SECRET, { get maxAge() { return boomOwn(); } })));
});

describe("the fields of a link", () => {
  const { "lying tag": _tag, ...noFields } = NO_TEXT;
  wrong({ ...noFields, text: "a" }, (fields) => workflow.signLink(fields));
  for (const name of ["uniqueValue", "source", "reference"]) {
    wrong(NO_TEXT, (value) => workflow.signLink({ ...LINK, [name]: value }));
    each(LONE_SURROGATES, (value) => workflow.signLink({ ...LINK, [name]: value }));
  }
  const { slug, ...fields } = LINK;
  const { undefined: _undefined, ...noSlug } = NO_TEXT;
  wrong(noSlug, (value) => workflow.signLink({ ...LINK, slug: value }));
  each(LONE_SURROGATES, (value) => workflow.signLink({ ...LINK, slug: value }), "invalid_field", [
    "slug",
  ]);
  const { URL: _url, ...noLink } = noSlug;
  wrong(noLink, (link) => workflow.signLink({ ...fields, link }));
  each(
    LONE_SURROGATES,
    (text) => workflow.signLink({ ...fields, link: `https://a.example/${text}` }),
    "invalid_url",
  );
  it("both targets", () => refused(() => workflow.signLink({ ...LINK, link: "" }), "invalid_argument"));
  it("no target", () => refused(() => workflow.signLink(fields), "invalid_argument"));
  wrong(NO_NUMBER, (timestamp) => workflow.signLink({ ...LINK, timestamp }));
  it("a getter", () => own(() => workflow.signLink(STRANGE_GETTER)));
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
  it("a link that is an object with a URL", () => {
    const link = "https://visiono.io/s/damage-report";
    class Link {
      get href() {
        return link;
      }
    }
    for (const given of [link, new URL(link), { href: link }, new Link()]) {
      assert.equal(workflow.signLink({ ...fields, link: given }), SIGNED);
    }
  });
});

describe("the fields of a return", () => {
  wrong({ ...NO_TEXT, text: "a" }, (fields) => workflow.signReturn(template, fields));
  for (const name of ["submissionId", "uniqueValue", "reference"]) {
    wrong(NO_TEXT, (value) => workflow.signReturn(template, { ...RETURN, [name]: value }));
    wrong(NO_TEXT, (value) => template.expand({ ...RETURN, signature: SIGNATURE, [name]: value }));
    each(LONE_SURROGATES, (value) => workflow.signReturn(template, { ...RETURN, [name]: value }));
    each(LONE_SURROGATES, (value) => workflow.signReturn("https://a.example/{", { ...RETURN, [name]: value }));
  }
  wrong({ ...NO_NUMBER, undefined, date: new Date("2024-01-01T00:00:00Z") }, (photoCount) =>
    workflow.signReturn(template, { ...RETURN, photoCount }),
  );
  wrong(NO_TEXT, (signature) => template.expand({ ...RETURN, signature }));
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
  it("climbing path segments are refused", () => {
    for (const reference of ["..", ".", "../admin", "a/../b", "..\\x", "x;..", "%2e%2e"]) {
      const sign = () => workflow.signReturn("https://a.example/{reference}/done", { ...RETURN, reference });
      if (reference === "%2e%2e") {
        assert.match(sign(), /\/%252e%252e\/done/);
      } else {
        refused(sign, "invalid_field", ["ref"]);
      }
    }
  });
});

describe("a redirect template", () => {
  wrong(NO_TEXT, (text) => new RedirectTemplate(text));
  wrong(NO_TEXT, (text) => workflow.signReturn(text, RETURN));
  const { undefined: _, ...noTemplate } = NO_TEXT;
  wrong(noTemplate, (text) => workflow.verifyReturn(SIGNED, { template: text }));
  const surrogate = (text) => `https://a.example/${text}`;
  each(LONE_SURROGATES, (text) => new RedirectTemplate(surrogate(text)), "invalid_template");
  each(LONE_SURROGATES, (text) => workflow.signReturn(surrogate(text), RETURN), "invalid_template");
  each(
    LONE_SURROGATES,
    (text) => workflow.verifyReturn(SIGNED, { template: surrogate(text) }),
    "invalid_template",
  );
  it("an object made to look like one", () => {
    const fake = Object.create(RedirectTemplate.prototype);
    mistaken(() => workflow.signReturn(fake, RETURN));
    mistaken(() => fake.expand({ ...RETURN, signature: SIGNATURE }));
    for (const other of [fake, new Proxy(template, {}), Object.create(template)]) {
      const message = "template must be a RedirectTemplate or a string";
      assert.throws(() => workflow.signReturn(other, RETURN), { name: "TypeError", message });
    }
  });
  it("a brace", () => {
    assert.throws(() => new RedirectTemplate("https://a.example/{nope}"), {
      code: "invalid_template",
      number: 103,
      position: 18,
    });
  });
  it("can be checked before the first return", () => {
    assert.equal(template.checkExtractable(), undefined);
    const twice = new RedirectTemplate("https://a.example/{reference}{signature}");
    refused(() => twice.checkExtractable(), "invalid_template");
    refused(() => workflow.verifyReturn(SIGNED, { now: NOW, template: twice }), "invalid_template");
  });
  it("with a look-alike of a parameter is refused when it is made", () => {
    for (const query of ["REF=1", "ref[]=1", "%20ref=1", "x=1;ref=2"]) {
      refused(() => new RedirectTemplate(`https://a.example/?${query}`), "invalid_template", ["ref"]);
    }
  });
  it("of an argument that is refused comes after what contradicts", () => {
    const settings = { template: "https://a.example/{", now: -1 };
    refused(() => workflow.verifyReturn(SIGNED, settings), "invalid_argument");
    const expect = { source: "zendesk" };
    refused(
      () => workflow.verifyReturn(SIGNED, { template: "https://a.example/{", expect }),
      "invalid_argument",
    );
  });
});

describe("a message", () => {
  const {
    URL: _,
    map: _map,
    "array of arrays": _pairs,
    "lying toString": _lying,
    "strange toString": _strange,
    "strange tag": _tag,
    ...noMessage
  } = NO_TEXT;
  each(noMessage, (input) => workflow.verifyLink(input));
  each(noMessage, (input) => workflow.verifyReturn(input));
  const all = ["uv", "src", "ref", "ts", "sig"];
  it("a class of the caller's", () => {
    class Query {
      uv = "ABC123";
    }
    refused(() => workflow.verifyLink(new Query()), "invalid_argument");
  });
  it("none of the parameters", () => {
    const others = [
      "",
      {},
      [],
      new Map(),
      { uv: undefined },
      { uv: null },
      { uv: [] },
      { other: boom },
      NOTHING["lying toString"],
      NOTHING["strange tag"],
      new Map([["é", "a"]]),
    ];
    for (const input of others) {
      refused(() => workflow.verifyLink(input), "missing_parameter", all);
    }
  });
  it("an object that throws is refused as one that can't be read", () => {
    const throwing = [
      STRANGE_GETTER,
      new Proxy({}, { ownKeys: boom }),
      { [Symbol.iterator]: boom },
      new (class {
        get href() {
          return boom();
        }
      })(),
    ];
    for (const input of throwing) {
      refused(() => workflow.verifyLink(input), "invalid_argument");
    }
  });
  it("parameters of one name", () => {
    const { searchParams } = new URL(`${SIGNED}&uv=ABC123`);
    refused(() => workflow.verifyLink(searchParams), "duplicate_parameter", ["uv"]);
  });
  it("look-alike names are refused", () => {
    const names = ["%20ref", "ref%00x", "ref%00", "ref[]", "ref%5b0%5d", "REF", "x=1;ref", "[ref]", ".ref", "ref%FF%00"];
    for (const name of names.slice(0, -1)) {
      refused(() => workflow.verifyLink(`${SIGNED}&${name}=ticket-999`, { now: NOW }), "duplicate_parameter", ["ref"]);
    }
    workflow.verifyLink(`${SIGNED}&${names.at(-1)}=ticket-999`, { now: NOW });
    for (const name of [" ref", "ref\0x", "ref[]", "ref[0]", "REF", "[ref]", ".ref", "ref\0\ud800"]) {
      const pairs = { ...Object.fromEntries(new URL(SIGNED).searchParams), [name]: "ticket-999" };
      refused(() => workflow.verifyLink(pairs, { now: NOW }), "duplicate_parameter", ["ref"]);
    }
    for (const name of ["%20ref", "ref[]", "REF", "x=1;ref"]) {
      const { slug, ...fields } = LINK;
      const link = `https://a.example/?${name}=1`;
      refused(() => workflow.signLink({ ...fields, link }), "invalid_url", ["ref"]);
    }
  });

  const url = new URL(SIGNED);
  const bare = Object.assign(Object.create(null), Object.fromEntries(url.searchParams));
  function Parsed() {}
  Parsed.prototype = Object.create(null);
  class NextUrl {
    get href() {
      return SIGNED;
    }
  }
  class Incoming {
    headers = {};
    url = url.pathname + url.search;
  }
  const accepted = {
    text: SIGNED,
    "a query string": url.search.slice(1),
    "a path": url.pathname + url.search,
    URL: url,
    Request: new Request(SIGNED),
    "an object with a URL in href, as request.nextUrl": new NextUrl(),
    "an object with a URL in url": new Incoming(),
    "a request of Node": Object.assign(new IncomingMessage(null), { url: url.pathname + url.search }),
    URLSearchParams: url.searchParams,
    "a plain object": Object.fromEntries(url.searchParams),
    "an object without prototype": bare,
    "an object with an empty prototype": Object.assign(new Parsed(), bare),
    "an object of another realm": runInNewContext("Object.assign({}, bare)", { bare }),
    "a proxy of a plain object": new Proxy({ ...bare }, {}),
    "lists of one, as a Lambda has them": Object.fromEntries(
      Object.entries(bare).map(([name, value]) => [name, [value]]),
    ),
    Map: new Map(url.searchParams),
    "a Map of lists": new Map(Object.entries(bare).map(([name, value]) => [name, [value]])),
    pairs: [...url.searchParams],
    "an iterator of pairs": url.searchParams.entries(),
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
  it("parameters named href and url don't replace the pairs that they are among", () => {
    const others = { href: SIGNED, url: SIGNED, headers: { a: "b" }, method: "GET" };
    refused(() => workflow.verifyLink(others), "missing_parameter", all);
    const pairs = { ...bare, href: "https://a.example/?uv=X", url: "https://a.example/?uv=X" };
    assert.deepEqual(workflow.verifyLink(pairs, { now: NOW }), VERIFIED);
    refused(() => workflow.verifyLink({ ...others, ...bare, uv: "X" }, { now: NOW }), "invalid_signature");
  });
});

describe("decoded pairs", () => {
  const pairs = Object.fromEntries(new URL(SIGNED).searchParams);
  const { null: _null, undefined: _undefined, array: _array, "revoked proxy": _proxy, ...values } = NO_TEXT;
  const strange = {
    ...values,
    date: new Date(),
    nested: { a: { b: ["c"] } },
    "a list with a list": ["ABC123", ["ABC123"]],
    "a list with null": ["ABC123", null],
    "a list with a hole": Array(2),
    ...LONE_SURROGATES,
  };
  each(strange, (uv) => workflow.verifyLink({ ...pairs, uv }), "malformed_parameter", ["uv"]);
  each(strange, (uv) => workflow.verifyLink(Object.entries({ ...pairs, uv })), "malformed_parameter", ["uv"]);
  each(strange, (sig) => workflow.verifyLink({ ...pairs, sig }), "invalid_signature");
  for (const [name, value] of Object.entries({ ...strange, ...ABSENT, list: ["a", "b"] })) {
    it(`${name} in a parameter of somebody else is ignored`, () => {
      const others = { utm: value, ...pairs, "utm\ud800": value };
      assert.deepEqual(workflow.verifyLink(others, { now: NOW }), VERIFIED);
    });
  }
  it("a list is one occurrence for each text", () => {
    const two = { ...pairs, ref: ["ticket-456", "ticket-456"] };
    refused(() => workflow.verifyLink(two, { now: NOW }), "duplicate_parameter", ["ref"]);
    for (const absent of [undefined, null, []]) {
      refused(() => workflow.verifyLink({ ...pairs, ref: absent }), "missing_parameter", ["ref"]);
      const read = { ...pairs, REF: absent };
      assert.deepEqual(workflow.verifyLink(read, { now: NOW }), VERIFIED);
    }
  });
  it("a pair that isn't one", () => {
    for (const input of [[["uv"]], [["uv", "a", "b"]], ["uv"], [[5, "a"]], [[["uv"], "a"]], [null]]) {
      refused(() => workflow.verifyLink([...Object.entries(pairs), ...input]), "invalid_argument");
    }
  });
  it("what all objects inherit is no parameter", () => {
    const { uv, ...rest } = pairs;
    inherited("uv", uv, () => {
      refused(() => workflow.verifyLink(rest, { now: NOW }), "missing_parameter", ["uv"]);
    });
    inherited("href", SIGNED, () => {
      refused(() => workflow.verifyLink(new (class A {})(), { now: NOW }), "invalid_argument");
    });
  });
});

describe("a lone surrogate", () => {
  for (const [name, text] of Object.entries(LONE_SURROGATES)) {
    it(`${name}: in a parameter of somebody else is ignored`, () => {
      for (const input of [`${SIGNED}&x=${text}`, `${SIGNED}&${text}=x`, `${SIGNED}&${"é".repeat(99)}${text}`]) {
        assert.deepEqual(workflow.verifyLink(input, { now: NOW }), VERIFIED);
      }
    });
    it(`${name}: in a parameter of the message is malformed`, () => {
      const input = SIGNED.replace("ABC123", text);
      refused(() => workflow.verifyLink(input, { now: NOW }), "malformed_parameter", ["uv"]);
    });
    it(`${name}: in a signature is no signature`, () => {
      refused(() => workflow.verifyLink(SIGNED + text, { now: NOW }), "invalid_signature");
    });
    it(`${name}: as a message has no parameters`, () => {
      refused(() => workflow.verifyLink(text), "missing_parameter", ["uv", "src", "ref", "ts", "sig"]);
    });
  }
});

describe("the options of a verification", () => {
  wrong(NO_OPTIONS, (options) => workflow.verifyLink(SIGNED, options));
  each(STRANGE_OPTIONS, (options) => workflow.verifyLink(SIGNED, options));
  wrong(NO_NUMBER, (now) => workflow.verifyLink(SIGNED, { now }));
  const noTime = {
    negative: -1,
    bigint: -1n,
    date: new Date(-1),
    milliseconds: NOW * 1000,
    "as large as can be": 100000000000,
    "too large a bigint": 2n ** 64n + BigInt(NOW),
  };
  each(noTime, (now) => workflow.verifyLink(SIGNED, { now }));
  each(noTime, (now) => workflow.verifyReturn(SIGNED, { now }));
  wrong(NO_OPTIONS, (expect) => workflow.verifyLink(SIGNED, { expect }));
  each(STRANGE_OPTIONS, (expect) => workflow.verifyLink(SIGNED, { expect }));
  it("a slip", () => {
    refused(() => workflow.verifyLink(SIGNED, { Now: NOW }), "invalid_argument");
    refused(() => workflow.verifyLink(SIGNED, { template }), "invalid_argument");
    const expect = { uniqeValue: "ABC123" };
    refused(() => workflow.verifyLink(SIGNED, { now: NOW, expect }), "invalid_argument");
    refused(() => workflow.verifyLink(SIGNED, { expect: { unique_value: "a" } }), "invalid_argument");
    refused(() => workflow.verifyLink(SIGNED, { expect: { [Symbol("a")]: "a" } }), "invalid_argument");
  });
  it("a getter", () => own(() => workflow.verifyLink(SIGNED, new Proxy({ now: NOW }, { get: () => boomOwn() }))));
  for (const name of ["uniqueValue", "source", "reference"]) {
    wrong(NO_GIVEN_TEXT, (value) => workflow.verifyLink(SIGNED, { expect: { [name]: value } }));
    each(LONE_SURROGATES, (value) => workflow.verifyLink(SIGNED, { expect: { [name]: value } }));
  }
  const { text: _text, null: _null, ...noNumber } = NO_NUMBER;
  wrong(noNumber, (timestamp) => workflow.verifyLink(SIGNED, { expect: { timestamp } }));
  wrong({ ...noNumber, date: new Date() }, (photoCount) =>
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
  it("a check can't turn itself off: an expected value that is undefined or null is refused", () => {
    const done = workflow.signReturn("https://a.example/", RETURN);
    for (const absent of [undefined, null]) {
      const link = { uniqueValue: "uv", source: "src", reference: "ref", timestamp: "ts" };
      for (const [name, short] of Object.entries(link)) {
        const expect = { [name]: absent };
        refused(() => workflow.verifyLink(SIGNED, { now: NOW, expect }), "invalid_argument", [short]);
      }
      const { source, ...shared } = link;
      const fields = { submissionId: "sub", photoCount: "cnt", ...shared };
      for (const [name, short] of Object.entries(fields)) {
        const hidden = Object.defineProperty({}, name, { value: absent, enumerable: false });
        for (const expect of [{ [name]: absent }, hidden]) {
          refused(() => workflow.verifyReturn(done, { now: NOW, expect }), "invalid_argument", [short]);
        }
      }
    }
    const hidden = Object.defineProperty({}, "reference", { value: "ticket-999", enumerable: false });
    refused(() => workflow.verifyReturn(done, { now: NOW, expect: hidden }), "unexpected_value", ["ref"]);
    const inheriting = Object.create(Object.create(null, { reference: { value: "ticket-999" } }));
    mistaken(() => workflow.verifyReturn(done, { now: NOW, expect: inheriting }));
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

describe("what all objects inherit", () => {
  const now = NOW + 99999;
  it("is no option", () => {
    inherited("now", NOW, () => {
      refused(() => workflow.verifyLink(SIGNED, {}), "expired");
      refused(() => workflow.verifyLink(SIGNED), "expired");
    });
    inherited("maxAge", 10 ** 9, () => {
      refused(() => new Workflow(SECRET, {}).verifyLink(SIGNED, { now }), "expired");
      refused(() => new Workflow(SECRET).verifyLink(SIGNED, { now }), "expired");
    });
    inherited("template", "https://a.example/{reference}", () => {
      const done = workflow.signReturn("https://a.example/", RETURN);
      assert.equal(workflow.verifyReturn(done, { now: NOW }).reference, "ticket-456");
    });
  });
  it("is not expected, and no field", () => {
    const other = workflow.signLink({ ...LINK, reference: "ticket-999" });
    inherited("expect", { reference: "ticket-456" }, () => workflow.verifyLink(other, { now: NOW }));
    inherited("reference", "ticket-456", () => {
      workflow.verifyLink(other, { now: NOW, expect: {} });
      const { reference, ...rest } = LINK;
      mistaken(() => workflow.signLink(rest));
      const { reference: _, ...fields } = RETURN;
      mistaken(() => workflow.signReturn(template, fields));
    });
    inherited("timestamp", 5, () => {
      const { timestamp, ...fields } = LINK;
      workflow.verifyLink(workflow.signLink(fields));
    });
    inherited("link", "https://b.example/", () => assert.equal(workflow.signLink(LINK), SIGNED));
  });
  it("is read of a class only where it is the class's", () => {
    class Fields {
      get reference() {
        return "ticket-456";
      }
    }
    const { reference, ...rest } = LINK;
    mistaken(() => workflow.signLink(Object.assign(new Fields(), rest)));
  });
});

describe("another record", () => {
  const routed = "https://a.example/tickets/{reference}/done?tenant=acme&s={submission_id}&u={unique_value}&c={photo_count}&t={timestamp}&h={signature}";
  const done = workflow.signReturn(routed, RETURN);
  const verify = (input, template = routed) =>
    workflow.verifyReturn(input, { now: NOW, template, expect: { reference: "ticket-456" } });
  const sent = ["sub", "uv", "ref", "cnt", "ts", "sig"];
  it("in the path is refused", () => {
    assert.equal(verify(done).reference, "ticket-456");
    for (const [from, to] of [
      ["/tickets/ticket-456/done", "/tickets/ticket-999/done/"],
      ["/tickets/ticket-456/done", "/TICKETS/ticket-999/done"],
      ["/tickets/ticket-456/done", "//tickets/ticket-999/done"],
      ["/tickets/ticket-456/done", "/x/../tickets/ticket-999/done"],
      ["tenant=acme", "tenant=globex"],
      ["tenant=acme&", ""],
      ["tenant=acme", "tenant=acme&tenant=acme"],
      ["tenant=acme", "tenant=acme&TENANT=globex"],
    ]) {
      const input = done.replace(from, to);
      assert.notEqual(input, done);
      refused(() => verify(input), "missing_parameter", sent);
      // A request's URL has no dot segments, as what a router sees.
      const [code, names] = to.includes("..") ? ["invalid_signature", []] : ["missing_parameter", sent];
      refused(() => verify(new Request(input)), code, names);
      refused(() => verify(input, new RedirectTemplate(routed)), "missing_parameter", sent);
    }
    assert.throws(() => verify(done.replace("/done", "/done/")), /template/);
  });
  it("in a path that climbs is refused", () => {
    const climbing = done.replace("ticket-456", "..%2Fadmin");
    refused(() => verify(climbing), "malformed_parameter", ["ref"]);
  });
});

describe("what is right", () => {
  it("times of every type", () => {
    for (const timestamp of [1705500000, 1705500000n, new Date(1705500000999)]) {
      assert.equal(workflow.signLink({ ...LINK, timestamp }), SIGNED);
    }
    for (const now of [NOW, BigInt(NOW), new Date(NOW * 1000)]) {
      const expect = { timestamp: new Date(1705500000000) };
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
    const rotated = new Workflow(["the-new-secret,-which-signs", SECRET]);
    assert.equal(rotated.verifyLink(SIGNED, { now: NOW }).secretIndex, 1);
  });
  it("a template's fields", () => {
    assert.deepEqual(template.placeholders, ["reference", "signature"]);
    assert.deepEqual(template.missing, ["submissionId", "uniqueValue", "photoCount", "timestamp"]);
    assert.equal(String(template), "https://a.example/{reference}?s={signature}");
    assert.throws(() => template.missing.push("source"), TypeError);
    const { reference, timestamp, ...known } = RETURN;
    for (const given of [template, String(template)]) {
      const signed = workflow.signReturn(given, RETURN);
      assert.equal(signed, `https://a.example/ticket-456?s=${SIGNATURE}`);
      const settings = { template: given, now: NOW, expect: { ...known, timestamp } };
      assert.deepEqual(workflow.verifyReturn(signed, settings), { ...RETURN, secretIndex: 0 });
    }
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
