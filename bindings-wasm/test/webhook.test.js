// Webhooks: what is not of the right type is refused as such, every form of body and headers that
// there is works, and the same object works at the next call.

import assert from "node:assert/strict";
import { createHmac, createHash } from "node:crypto";
import { IncomingMessage } from "node:http";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import * as workflow from "visiono-workflow";
import { Webhook, WebhookSecret, WorkflowError } from "visiono-workflow/webhook";
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

const SECRET = "whsec_0123456789abcdef0123456789abcdef";
const NOW = 1735137300;
const BODY =
  '{"event":"submission.created","timestamp":"2024-12-25T14:35:00Z","data":' +
  '{"permanent_link_submission":{"id":"pls_456","unique_field_value":"ABC 🙂",' +
  '"external_source":"zendesk","external_reference":"ticket-456"},"count":9007199254740993}}';
const HEADER = `sha256=${createHmac("sha256", SECRET).update(BODY).digest("hex")}`;
const DEDUP_KEY = createHash("sha256").update(BODY).digest("hex");
const HEADERS = {
  "content-type": "application/json",
  "x-visiono-signature": HEADER,
  "x-visiono-delivery": "d-1",
  "x-visiono-tenant-id": "t-1",
};
const LINK = {
  submissionId: "pls_456",
  uniqueValue: "ABC 🙂",
  source: "zendesk",
  reference: "ticket-456",
};
const LARGEST = 2 ** 20;

const webhook = new Webhook(SECRET);
const receive = (body, headers) => webhook.receive(body, headers, { now: NOW });

function isReceived(delivery) {
  const { link, data, body, dedupKey } = delivery;
  const { link: _, ...rest } = delivery;
  assert.equal(dedupKey, DEDUP_KEY);
  assert.deepEqual(rest, {
    rawBody: BODY,
    event: "submission.created",
    eventTime: NOW,
    secretIndex: 0,
    unauthenticatedDeliveryId: "d-1",
    unauthenticatedTenantId: "t-1",
    requestId: "pls_456",
    isTest: false,
  });
  assert.deepEqual({ ...link }, LINK);
  assert.equal(data.count, 9007199254740993n);
  assert.equal(data, body.data);
  assert.equal(body.timestamp, "2024-12-25T14:35:00Z");
}

function works() {
  isReceived(receive(BODY, HEADERS));
  assert.deepEqual(webhook.verify(BODY, HEADER), { secretIndex: 0, dedupKey: DEDUP_KEY });
  assert.equal(webhook.sign(BODY), HEADER);
}

const { refused, mistaken, each, wrong } = refusals(works, SECRET);

describe("a webhook's secret", () => {
  const { array, ...nothing } = NO_GIVEN_TEXT;
  wrong(nothing, (secret) => new Webhook(secret));
  wrong(NO_GIVEN_TEXT, (secret) => new Webhook([SECRET, secret]));
  wrong(NO_GIVEN_TEXT, (secret) => new WebhookSecret(secret));
  each(ABSENT, (secret) => new Webhook(secret), "invalid_secret");
  each(ABSENT, (secret) => new Webhook([secret, SECRET]), "invalid_secret");
  each(ABSENT, (secret) => new WebhookSecret(secret), "invalid_secret");
  each(LONE_SURROGATES, (text) => new Webhook([SECRET, `${SECRET}${text}`]), "invalid_secret");
  each(LONE_SURROGATES, (text) => new WebhookSecret(`${SECRET}${text}`), "invalid_secret");
  const none = { empty: "", short: "whsec_short", key: `vsk_${SECRET}`, space: ` ${SECRET}` };
  each(none, (text) => new Webhook(text), "invalid_secret");
  each(none, (text) => new Webhook([SECRET, text]), "invalid_secret");
  each(none, (text) => new WebhookSecret(text), "invalid_secret");
  it("none", () => refused(() => new Webhook([]), "invalid_secret"));
  it("an absent one after the first is skipped, and keeps its position", () => {
    for (const absent of [undefined, null]) {
      const rotated = new Webhook(["the-new-secret,-which-signs", absent, SECRET]);
      assert.equal(rotated.receive(BODY, HEADERS, { now: NOW }).secretIndex, 2);
    }
    assert.throws(() => new Webhook([null, SECRET]), /secret\[0\].*absent/);
  });
  const others = {
    "of links": new workflow.WorkflowSecret(SECRET.replace("whsec_", "")),
    "made to look like one": Object.create(WebhookSecret.prototype),
    "a copy": structuredClone(new WebhookSecret(SECRET)),
  };
  wrong(others, (secret) => new Webhook(secret));
  wrong(others, (secret) => new Webhook([SECRET, secret]));
  it("with a type does what its text does", () => {
    const secret = new WebhookSecret(SECRET);
    for (const secrets of [secret, [secret], [secret, "another-secret-of-the-test"]]) {
      assert.equal(new Webhook(secrets).sign(BODY), HEADER);
    }
    const rotated = new Webhook(["the-new-secret,-which-signs", secret]);
    assert.equal(rotated.receive(BODY, HEADERS, { now: NOW }).secretIndex, 1);
    assert.equal(rotated.verify(BODY, HEADER).secretIndex, 1);
  });
  it("isn't shown by what prints it", () => {
    isHidden(new WebhookSecret(SECRET), SECRET);
    isHidden(webhook, SECRET);
  });
});

describe("the options of a webhook", () => {
  wrong(NO_OPTIONS, (options) => new Webhook(SECRET, options));
  each(STRANGE_OPTIONS, (options) => new Webhook(SECRET, options));
  wrong(NO_NUMBER, (maxAge) => new Webhook(SECRET, { maxAge }));
  wrong(NO_NUMBER, (leeway) => new Webhook(SECRET, { leeway }));
  each({ negative: -1, bigint: -1n }, (maxAge) => new Webhook(SECRET, { maxAge }));
  each({ negative: -1, bigint: -1n }, (leeway) => new Webhook(SECRET, { leeway }));
  const { true: _, undefined: _undefined, ...noBoolean } = { ...NO_TEXT, text: "false", zero: 0 };
  wrong(noBoolean, (requireTimestamp) => new Webhook(SECRET, { requireTimestamp }));
  it("a slip", () => refused(() => new Webhook(SECRET, { freshness: false }), "invalid_argument"));
  it("are not what all objects inherit", () => {
    inherited("now", NOW, () => {
      refused(() => webhook.receive(BODY, HEADERS, {}), "expired");
      refused(() => webhook.receive(BODY, HEADERS), "expired");
    });
    inherited("maxAge", 10 ** 9, () => {
      refused(() => new Webhook(SECRET, {}).receive(BODY, HEADERS), "expired");
    });
    inherited("requireTimestamp", true, () => {
      const body = '{"event":"x"}';
      new Webhook(SECRET).receive(body, { "x-visiono-signature": webhook.sign(body) });
    });
  });
  it("say how old an event may be", () => {
    const strict = new Webhook(SECRET, { maxAge: 100n, leeway: 0, requireTimestamp: true });
    strict.receive(BODY, HEADERS, { now: NOW + 100 });
    const late = () => strict.receive(BODY, HEADERS, { now: NOW + 101 });
    assert.throws(late, { code: "expired", number: 204, seconds: 1 });
    const early = () => strict.receive(BODY, HEADERS, { now: NOW - 2 });
    assert.throws(early, { code: "not_yet_valid", number: 205, seconds: 2 });
    assert.throws(() => webhook.receive(BODY, HEADERS), { code: "expired" });
  });
});

describe("a body", () => {
  const { null: _null, "typed array": _, ...nothing } = NOTHING;
  const parsed = {
    ...nothing,
    number: 5,
    "a parsed object": JSON.parse(BODY),
    "a parsed array": [JSON.parse(BODY)],
    Request: new Request("https://a.example/", { method: "POST", body: BODY }),
    Response: new Response(BODY),
    ReadableStream: new Response(BODY).body,
    Blob: new Blob([BODY]),
    URLSearchParams: new URLSearchParams(BODY),
    IncomingMessage: new IncomingMessage(null),
    "lying tag": { [Symbol.toStringTag]: "ArrayBuffer", byteLength: 5 },
    "serialised buffer": Buffer.from(BODY).toJSON(),
  };
  each(parsed, (body) => receive(body, HEADERS));
  each(parsed, (body) => webhook.verify(body, HEADER));
  wrong(parsed, (body) => webhook.sign(body));
  it("that is absent is an empty one", () => {
    const header = webhook.sign("");
    for (const body of [undefined, null]) {
      assert.equal(webhook.sign(body), header);
      assert.deepEqual(webhook.verify(body, header), webhook.verify("", header));
      refused(() => receive(body, { "x-visiono-signature": header }), "malformed_parameter", ["body"]);
      refused(() => receive(body, HEADERS), "invalid_signature");
    }
  });
  it("that was parsed: the error says what to keep", () => {
    assert.throws(() => receive(JSON.parse(BODY), HEADERS), (error) => {
      assert.match(error.message, /express\.raw\(\{ type: \(\) => true \}\)/);
      assert.match(error.message, /await request\.text\(\)/);
      return error.number === 301;
    });
  });
  each(LONE_SURROGATES, (text) => receive(BODY + text, HEADERS), "invalid_signature");
  each(LONE_SURROGATES, (text) => webhook.verify(BODY + text, HEADER), "invalid_signature");
  each(LONE_SURROGATES, (text) => webhook.sign(BODY + text));
  it("detached", () => {
    const bytes = new TextEncoder().encode(BODY);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    refused(() => receive(bytes, HEADERS), "invalid_argument");
    refused(() => receive(bytes.buffer, HEADERS), "invalid_argument");
    mistaken(() => webhook.sign(bytes));
  });
  it("detached while headers are read", () => {
    const bytes = new TextEncoder().encode(BODY);
    const headers = {
      get "x-visiono-signature"() {
        structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
        return HEADER;
      },
    };
    refused(() => receive(bytes, headers), "invalid_argument");
  });
  it("whose length changes while headers or options are read", () => {
    const length = Buffer.byteLength(BODY);
    for (const Kind of [ArrayBuffer, SharedArrayBuffer]) {
      for (const change of [0, 7, 2 * length, 2 ** 21]) {
        const isShared = Kind === SharedArrayBuffer;
        const wanted = isShared ? Math.max(change, length) : change;
        const make = () => {
          const buffer = new Kind(length, { maxByteLength: 2 ** 22 });
          new Uint8Array(buffer).set(Buffer.from(BODY));
          return [buffer, () => (isShared ? buffer.grow(wanted) : buffer.resize(wanted))];
        };
        for (const view of [(one) => one, (one) => new Uint8Array(one), (one) => new DataView(one)]) {
          const [buffer, resize] = make();
          const body = view(buffer);
          isReceived(receive(body, HEADERS));
          const options = {
            get now() {
              resize();
              return NOW;
            },
          };
          const [code, names] = wanted > LARGEST ? ["malformed_parameter", ["body"]] : ["invalid_signature", []];
          if (wanted === length) {
            isReceived(webhook.receive(body, HEADERS, options));
          } else {
            refused(() => webhook.receive(body, HEADERS, options), code, names);
          }
        }
        const [buffer, resize] = make();
        const fixed = new Uint8Array(buffer, 0, length);
        resize();
        if (wanted < length) {
          refused(() => receive(fixed, HEADERS), "invalid_signature");
        } else {
          isReceived(receive(fixed, HEADERS));
        }
      }
    }
  });

  const bytes = new TextEncoder().encode(BODY);
  const padded = new Uint8Array(bytes.length + 8);
  padded.set(bytes, 5);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  class Strange extends Uint8Array {
    get byteLength() {
      works();
      return super.byteLength;
    }
    get length() {
      return boom();
    }
  }
  const forms = {
    text: BODY,
    Uint8Array: bytes,
    Buffer: Buffer.from(BODY),
    ArrayBuffer: bytes.buffer,
    SharedArrayBuffer: shared.buffer,
    "a part of a buffer": padded.subarray(5, 5 + bytes.length),
    DataView: new DataView(padded.buffer, 5, bytes.length),
    Int8Array: new Int8Array(bytes.buffer),
    "shared memory": shared,
    "a shared buffer's view": Buffer.from(shared.buffer),
    "bytes of another realm": runInNewContext("new Uint8Array(bytes)", { bytes }),
    "a buffer of another realm": runInNewContext("new Uint8Array(bytes).buffer", { bytes }),
    "a class of the caller's": new Strange(bytes),
  };
  for (const [name, body] of Object.entries(forms)) {
    it(`${name} is read`, () => {
      isReceived(receive(body, HEADERS));
      assert.equal(webhook.verify(body, HEADER).dedupKey, DEDUP_KEY);
      assert.equal(webhook.sign(body), HEADER);
    });
  }
  it("that isn't UTF-8 or JSON is signed and verified, and no delivery", () => {
    for (const body of [Uint8Array.of(0xff, 0xfe), "", "null", "\ufeff{}", '{"event":5}']) {
      const header = webhook.sign(body);
      const bytes = Buffer.from(body);
      assert.equal(header, `sha256=${createHmac("sha256", SECRET).update(bytes).digest("hex")}`);
      webhook.verify(body, header);
      const read = () => receive(body, { "x-visiono-signature": header });
      refused(read, "malformed_parameter", ["body"]);
    }
  });
  it("of a megabyte and more", () => {
    for (const piece of ["a", "é", "🙂", "\n"]) {
      const open = '{"event":"x","timestamp":"2024-12-25T14:35:00Z","data":"';
      const text = piece === "\n" ? "\\n" : piece;
      const count = Math.floor((LARGEST - open.length - 2) / Buffer.byteLength(text));
      const start = `${open}${text.repeat(count)}"}`;
      const largest = start + " ".repeat(LARGEST - Buffer.byteLength(start));
      for (const body of [largest, Buffer.from(largest)]) {
        const headers = { "x-visiono-signature": webhook.sign(body) };
        assert.equal(receive(body, headers).data, piece.repeat(count));
      }
      const larger = `${largest} `;
      for (const body of [larger, Buffer.from(larger), larger.repeat(9)]) {
        const header = webhook.sign(body);
        const hmac = createHmac("sha256", SECRET).update(body).digest("hex");
        assert.equal(header, `sha256=${hmac}`);
        const headers = { "x-visiono-signature": header };
        refused(() => receive(body, headers), "malformed_parameter", ["body"]);
        refused(() => webhook.verify(body, header), "malformed_parameter", ["body"]);
      }
    }
  });
  it("of many small values", () => {
    // In no order, so that what they take isn't given back in the order in which it was taken.
    const names = Array.from({ length: 50000 }, (_, i) => `"${(i * 2654435761) >>> 0}":[{}]`);
    const values = {
      names: `{${names.join()}}`,
      objects: `[${'{"a":0},'.repeat(100000)}0]`,
      depth: `${"[[],".repeat(125)}0${"]".repeat(125)}`,
    };
    for (const data of Object.values(values)) {
      const body = `{"event":"x","timestamp":"2024-12-25T14:35:00Z","data":${data}}`;
      const delivery = receive(body, { "x-visiono-signature": webhook.sign(body) });
      assert.deepEqual(delivery.data, JSON.parse(data));
    }
  });
  it("that changes while headers are read is what it was when it was signed", () => {
    const changing = Buffer.from(BODY);
    const headers = {
      get "x-visiono-signature"() {
        changing.write("photo_request.x_created", BODY.indexOf("submission.created"));
        return HEADER;
      },
    };
    refused(() => receive(changing, headers), "invalid_signature");
  });
});

describe("headers", () => {
  const {
    map: _map,
    "array of arrays": _pairs,
    "lying toString": _lying,
    "strange toString": _strange,
    "strange tag": _tag,
    ...none
  } = NO_TEXT;
  each({ ...none, text: "a" }, (headers) => receive(BODY, headers));
  const { null: _null, undefined: _undefined, array: _array, "revoked proxy": _proxy, ...noValue } = NO_TEXT;
  const values = { ...noValue, ...LONE_SURROGATES, mixed: ["a", 5], nested: [["a"]] };
  for (const [name, value] of Object.entries(values)) {
    it(`${name}, in a header that nobody verifies, is ignored`, () => {
      isReceived(receive(BODY, { ...HEADERS, "x-other": value }));
      isReceived(receive(BODY, { ...HEADERS, "x-other\ud800": value }));
      isReceived(receive(BODY, [...Object.entries(HEADERS), ["x-other", value], [value, "a"]]));
      const ids = { ...HEADERS, "x-visiono-delivery": value, "x-visiono-tenant-id": value };
      assert.equal(receive(BODY, ids).eventTime, NOW);
    });
    it(`${name} is no signature`, () => {
      refused(() => receive(BODY, { ...HEADERS, "x-visiono-signature": value }), "invalid_signature");
      refused(() => receive(BODY, [...Object.entries(HEADERS), ["X-VISIONO-SIGNATURE", value]]), "invalid_signature");
      refused(() => receive(BODY, { ...HEADERS, "x-webhook-signature": value }), "invalid_signature");
    });
  }
  it("what all objects inherit is no header", () => {
    const { "x-visiono-signature": _signature, ...rest } = HEADERS;
    inherited("x-visiono-signature", HEADER, () => {
      refused(() => receive(BODY, rest), "missing_parameter", ["sig"]);
    });
    inherited("headers", HEADERS, () => {
      refused(() => receive(BODY, rest), "missing_parameter", ["sig"]);
      refused(() => receive(BODY, new (class A {})()), "invalid_argument");
    });
  });
  each(
    {
      "raw headers of Node without the last value": Object.entries(HEADERS).flat().slice(0, -1),
      "a pair of three": [["x-visiono-signature", HEADER, "a"]],
      "a pair of one": [["x-visiono-signature"]],
      "a class of the caller's": new (class {
        "x-visiono-signature" = HEADER;
      })(),
      "a getter": {
        get "x-visiono-signature"() {
          return boom();
        },
      },
      "an iterator": { [Symbol.iterator]: boom },
    },
    (headers) => receive(BODY, headers),
  );
  const cyclic = {};
  cyclic.headers = cyclic;
  each(
    { "headers in headers": { headers: { headers: HEADERS } }, cyclic },
    (headers) => receive(BODY, headers),
    "missing_parameter",
    ["sig"],
  );

  const upper = Object.fromEntries(
    Object.entries(HEADERS).map(([name, value]) => [name.toUpperCase(), value]),
  );
  const incoming = new IncomingMessage(null);
  Object.entries(HEADERS).forEach(([name, value]) => {
    incoming._addHeaderLine(name, value, incoming.headers);
  });
  const forms = {
    "a plain object": HEADERS,
    "names in upper case": upper,
    "an object without prototype": Object.assign(Object.create(null), HEADERS),
    "an object of another realm": runInNewContext("({ ...HEADERS })", { HEADERS }),
    "values in arrays": Object.fromEntries(Object.entries(HEADERS).map(([n, v]) => [n, [v]])),
    "values that are absent": {
      ...HEADERS,
      "x-webhook-signature": undefined,
      "X-Webhook-Signature": null,
      "x-other": [],
    },
    "other headers": { ...HEADERS, "set-cookie": ["a", "b"], é: "🙂\n\0" },
    Headers: new Headers(HEADERS),
    Map: new Map(Object.entries(HEADERS)),
    pairs: Object.entries(HEADERS),
    iterator: Object.entries(HEADERS).values(),
    Request: new Request("https://a.example/", { headers: HEADERS }),
    IncomingMessage: incoming,
    "headers of an IncomingMessage": incoming.headers,
    "an object that has headers": { headers: HEADERS, body: "of a function" },
    "the names of CGI": Object.fromEntries(
      Object.entries(upper).map(([n, v]) => [`HTTP_${n.replaceAll("-", "_")}`, v]),
    ),
  };
  for (const [name, headers] of Object.entries(forms)) {
    it(`${name} are read`, () => isReceived(receive(BODY, headers)));
  }
  it("of the other style", () => {
    const headers = { "X-Webhook-Signature": HEADER, "X-Webhook-ID": "wh_1" };
    const delivery = receive(BODY, headers);
    assert.equal(delivery.unauthenticatedDeliveryId, "wh_1");
    assert.equal(delivery.unauthenticatedTenantId, null);
  });
  it("in each spelling", () => {
    const spellings = [
      (name) => name,
      (name) => name.toUpperCase(),
      (name) => name.replaceAll("-", "_"),
      (name) => `HTTP_${name.toUpperCase().replaceAll("-", "_")}`,
      (name) => `http_${name}`,
    ];
    const styles = [
      ["x-visiono-signature", "x-visiono-delivery", "x-visiono-tenant-id"],
      ["x-webhook-signature", "x-webhook-id", "x-visiono-tenant-id"],
    ];
    for (const [spell, names] of spellings.flatMap((one) => styles.map((style) => [one, style]))) {
      const pairs = [HEADER, "d-1", "t-1"].map((value, index) => [spell(names[index]), value]);
      for (const headers of [pairs, pairs.flat(), Object.fromEntries(pairs)]) {
        isReceived(receive(BODY, headers));
      }
    }
  });
  it("of other names with these lengths", () => {
    const lengths = [12, 17, 18, 19, 23, 24, 44, 50, 51];
    const others = lengths.flatMap((length) => ["x", "h"].map((letter) => [letter.repeat(length), "a"]));
    isReceived(receive(BODY, { ...Object.fromEntries(others), ...HEADERS, "": "a" }));
    refused(() => receive(BODY, others), "missing_parameter", ["sig"]);
  });
  it("none", () => {
    for (const headers of [{}, [], new Headers(), new Map(), { other: "a" }]) {
      refused(() => receive(BODY, headers), "missing_parameter", ["sig"]);
    }
  });
  it("twice", () => {
    const twice = new Headers(HEADERS);
    twice.append("x-visiono-signature", HEADER);
    for (const headers of [
      twice,
      [...Object.entries(HEADERS), ["X-Visiono-Signature", HEADER]],
      { "x-visiono-signature": [HEADER, HEADER] },
      { "x-visiono-signature": HEADER, "X-VISIONO-SIGNATURE": HEADER },
    ]) {
      refused(() => receive(BODY, headers), "invalid_signature");
    }
  });
  it("a line in a value is no header", () => {
    const headers = { "x-other": `a\r\nx-visiono-signature: ${HEADER}` };
    refused(() => receive(BODY, headers), "missing_parameter", ["sig"]);
  });
  it("of a megabyte", () => {
    isReceived(receive(BODY, { ...HEADERS, "x-other": "é".repeat(LARGEST) }));
    const many = Array.from({ length: 20000 }, (_, i) => [`x-${i}`, "value"]);
    isReceived(receive(BODY, [...many, ...Object.entries(HEADERS)]));
  });
});

describe("the signature header", () => {
  const { undefined: _, null: _null, ...noHeader } = NO_TEXT;
  each(noHeader, (header) => webhook.verify(BODY, header));
  each(LONE_SURROGATES, (header) => webhook.verify(BODY, HEADER + header), "invalid_signature");
  each(
    { null: null, undefined },
    (header) => webhook.verify(BODY, header),
    "missing_parameter",
    ["sig"],
  );
  const wrong = {
    empty: "",
    bare: HEADER.slice(7),
    "upper case": HEADER.toUpperCase(),
    long: `${HEADER}0`,
    short: HEADER.slice(0, -1),
    other: `sha256=${"0".repeat(64)}`,
    "of a megabyte": HEADER.repeat(LARGEST / 64),
  };
  each(wrong, (header) => webhook.verify(BODY, header), "invalid_signature");
  each(
    wrong,
    (header) => receive(BODY, { "x-visiono-signature": header }),
    "invalid_signature",
  );
});

describe("the time of receiving", () => {
  wrong(NO_OPTIONS, (options) => webhook.receive(BODY, HEADERS, options));
  each(STRANGE_OPTIONS, (options) => webhook.receive(BODY, HEADERS, options));
  wrong(NO_NUMBER, (now) => webhook.receive(BODY, HEADERS, { now }));
  each(
    { negative: -1, bigint: -1n, "before 1970": new Date(-1), milliseconds: NOW * 1000 },
    (now) => webhook.receive(BODY, HEADERS, { now }),
  );
  it("of every type", () => {
    for (const now of [NOW, BigInt(NOW), new Date(NOW * 1000 + 999)]) {
      isReceived(webhook.receive(BODY, HEADERS, { now }));
    }
  });
  it("is the system's, where none is given", () => {
    const body = JSON.stringify({ event: "x", timestamp: new Date().toISOString() });
    const delivery = webhook.receive(body, { "x-visiono-signature": webhook.sign(body) });
    assert.ok(Math.abs(delivery.eventTime - Date.now() / 1000) < 60);
  });
});

describe("a delivery", () => {
  it("can be stored by one call, and copied", () => {
    const delivery = receive(BODY, HEADERS);
    const stored = {
      event: "submission.created",
      eventTime: NOW,
      dedupKey: DEDUP_KEY,
      secretIndex: 0,
      unauthenticatedDeliveryId: "d-1",
      unauthenticatedTenantId: "t-1",
      requestId: "pls_456",
      isTest: false,
      link: LINK,
      data: { ...JSON.parse(BODY).data, count: "9007199254740993" },
      rawBody: BODY,
    };
    assert.deepEqual(JSON.parse(JSON.stringify(delivery)), stored);
    assert.deepEqual(JSON.parse(JSON.stringify([delivery])), [stored]);
    const { rawBody } = JSON.parse(JSON.stringify(delivery));
    assert.equal(webhook.sign(rawBody), HEADER);
    assert.deepEqual(structuredClone(delivery.toJSON()), stored);
    assert.deepEqual(delivery.toJSON(), stored);
    assert.deepEqual({ ...structuredClone(delivery).link }, LINK);
    assert.equal(structuredClone(delivery).rawBody, BODY);
  });
  it("is printed with its members, and without a secret", () => {
    const delivery = receive(BODY, HEADERS);
    const shown = inspect(delivery);
    assert.match(shown, /^Delivery \{\n {2}event: 'submission\.created',\n/);
    assert.match(shown, /link: DeliveredLink \{\n {4}submissionId: 'pls_456',/);
    isHidden(delivery, SECRET);
  });
  it("may have no request ID", () => {
    const body = '{"event":"x","data":{"id":5}}';
    const delivery = receive(body, { "x-visiono-signature": webhook.sign(body) });
    assert.equal(delivery.requestId, null);
  });
  it("has the numbers of its body, and stores large ones as text", () => {
    const numbers = {
      "0": 0,
      "-0": -0,
      "1.0": 1,
      "9007199254740991": 9007199254740991,
      "-9007199254740991": -9007199254740991,
      "9007199254740992": 9007199254740992n,
      "-9007199254740992": -9007199254740992n,
      "9007199254740993": 9007199254740993n,
      "9223372036854775807": 9223372036854775807n,
      "-9223372036854775808": -9223372036854775808n,
      "-9223372036854775809": -9223372036854775809n,
      "18446744073709551615": 18446744073709551615n,
      "18446744073709551616": 18446744073709551616n,
      [`1${"0".repeat(308)}`]: 10n ** 308n,
      "9007199254740993.0": 9007199254740992,
      "9007199254740993.5": 9007199254740994,
      "1e16": 1e16,
      "1e308": 1e308,
      "-1E+300": -1e300,
      "1e-400": 0,
      "0.1": 0.1,
    };
    for (const [text, number] of Object.entries(numbers)) {
      // Alone, too: another number must not decide how it is read.
      const body = `{"event":"x","data":{"one":${text},"list":[[${text}]]}}`;
      const delivery = receive(body, { "x-visiono-signature": webhook.sign(body) });
      assert.deepEqual(delivery.data, { one: number, list: [[number]] }, text);
      assert.ok(Object.is(delivery.data.one, number), text);
      const stored = JSON.parse(JSON.stringify(delivery));
      const shown = typeof number === "bigint" ? `${number}` : number + 0;
      assert.deepEqual(stored.data, { one: shown, list: [[shown]] }, text);
      assert.equal(stored.rawBody, body);
    }
    for (const text of ["1e400", "-1e400", `1${"0".repeat(309)}`, "01", "+1", ".5", "NaN"]) {
      const body = `{"event":"x","data":${text}}`;
      const read = () => receive(body, { "x-visiono-signature": webhook.sign(body) });
      refused(read, "malformed_parameter", ["body"]);
    }
  });
  it("is read when it is asked for, and only once", () => {
    const bytes = Buffer.from(BODY);
    const delivery = receive(bytes, HEADERS);
    bytes.fill(0);
    new Webhook(SECRET).free();
    assert.throws(() => receive("a", HEADERS));
    assert.equal(delivery.dedupKey, DEDUP_KEY);
    assert.equal(delivery.body, delivery.body);
    assert.equal(delivery.data, delivery.body.data);
    for (const name of ["body", "data", "dedupKey"]) {
      assert.throws(() => {
        delivery[name] = "other";
      }, TypeError);
    }
  });
  it("of any data can be stored", () => {
    for (const data of ["null", "5", '"a"', "[9007199254740993]", '{"__proto__":{"a":1},"toJSON":1,"constructor":2}', "18446744073709551616"]) {
      const body = `{"event":"x","data":${data}}`;
      const stored = JSON.parse(JSON.stringify(receive(body, { "x-visiono-signature": webhook.sign(body) })));
      assert.equal(JSON.stringify(stored.data), data.replace(/\d{16,}/, '"$&"'));
    }
  });
  it("without data, time or link", () => {
    for (const body of ['{"event":"coffee.ready"}', '{"event":"x","data":null,"timestamp":null}']) {
      const headers = { "x-visiono-signature": webhook.sign(body) };
      const delivery = inherited("data", { a: 1 }, () => webhook.receive(body, headers));
      assert.deepEqual([delivery.data, delivery.eventTime, delivery.link], [null, null, null]);
      const strict = new Webhook(SECRET, { requireTimestamp: true });
      refused(() => strict.receive(body, headers), "missing_parameter", ["timestamp"]);
    }
  });
  it("has a link only where its texts are fields", () => {
    for (const value of ["a\\nforged line", "\\u001b[2J", "a|b", "", "\\u2028"]) {
      const body = BODY.replace('"ticket-456"', `"${value}"`);
      const delivery = receive(body, { "x-visiono-signature": webhook.sign(body) });
      assert.equal(delivery.link, null);
      assert.equal(delivery.event, "submission.created");
    }
  });
});

describe("a test delivery", () => {
  const EVENTS = [
    // cargo xtask generate: events
    // "{name}",
    "photo_request.created",
    "photo_request.first_viewed",
    "photo_submission.created",
    "photo_request.submitted",
    "photo_request.expired",
    "photo_submission.dropbox_synced",
    "submission.created",
    // end generated
  ];
  it("of each event, in both styles, is received", () => {
    for (const event of EVENTS) {
      for (const style of [undefined, "guide", "developer"]) {
        const { body, headers } = webhook.testDelivery(event, { style });
        const delivery = webhook.receive(body, headers);
        assert.equal(delivery.event, event);
        assert.ok(Math.abs(delivery.eventTime - Date.now() / 1000) < 60);
        assert.equal(new Headers(headers).get("content-type"), "application/json");
      }
    }
  });
  it("has the fields that it is given", () => {
    const given = {
      id: "d-9",
      submissionId: "pls_9",
      uniqueValue: 'a "b" 🙂',
      source: "claims",
      reference: "ticket-9",
      now: NOW,
    };
    const { body, headers } = webhook.testDelivery("submission.created", given);
    const { link, eventTime } = receive(body, headers);
    assert.equal(eventTime, NOW);
    const { id, now, ...fields } = given;
    assert.deepEqual({ ...link }, fields);
    assert.deepEqual({ ...receive(...Object.values(webhook.testDelivery("submission.created", { now: NOW }))).link }, {
      submissionId: "pls_test",
      uniqueValue: "ABC123",
      source: "zendesk",
      reference: "ticket-456",
    });
  });
  it("may have no time, as the service documents submission.created", () => {
    const { body, headers } = webhook.testDelivery("submission.created", { timestamp: false });
    assert.ok(!body.includes('"timestamp"'));
    assert.equal(webhook.receive(body, headers).eventTime, null);
  });
  it("is signed by the first secret", () => {
    const other = new Webhook(["another-secret-of-the-test", SECRET]);
    const { body, headers } = other.testDelivery("photo_request.expired");
    assert.equal(other.receive(body, headers).secretIndex, 0);
    refused(() => webhook.receive(body, headers), "invalid_signature");
  });
  wrong(NO_TEXT, (event) => webhook.testDelivery(event));
  each({ unknown: "coffee.ready", empty: "", ...LONE_SURROGATES }, (event) => webhook.testDelivery(event));
  const make = (options) => webhook.testDelivery("submission.created", options);
  wrong(NO_OPTIONS, make);
  each({ ...STRANGE_OPTIONS, slip: { submission_id: "a" } }, make);
  const { undefined: _, ...noText } = NO_TEXT;
  for (const name of ["id", "submissionId", "uniqueValue", "source", "reference", "style"]) {
    wrong(noText, (value) => make({ [name]: value }));
    each(LONE_SURROGATES, (value) => make({ [name]: value }));
  }
  each({ style: "other", empty: "" }, (style) => make({ style }));
  wrong(NO_NUMBER, (now) => make({ now }));
  each({ negative: -1, milliseconds: NOW * 1000 }, (now) => make({ now }));
  wrong({ text: "false", zero: 0, null: null }, (timestamp) => make({ timestamp }));
});

describe("a delivered link", () => {
  const { link } = receive(BODY, HEADERS);
  const done = { submissionId: "pls_456", uniqueValue: "ABC 🙂", reference: "ticket-456" };
  it("matches its return, and no other", () => {
    const links = new workflow.Workflow("0123456789abcdef");
    const url = links.signReturn("https://a.example/", { ...done, photoCount: 2 });
    assert.equal(link.matches(links.verifyReturn(url)), true);
    for (const name of Object.keys(done)) {
      assert.equal(link.matches({ ...done, [name]: `${done[name]} ` }), false, name);
      assert.equal(link.matches({ ...done, [name]: "" }), false, name);
    }
    const body = BODY.replace('"id":"pls_456",', "");
    const without = receive(body, { "x-visiono-signature": webhook.sign(body) }).link;
    assert.equal(without.submissionId, null);
    assert.equal(without.matches({ ...done, submissionId: "pls_457" }), true);
    assert.equal(without.matches({ ...done, reference: "ticket-457" }), false);
  });
  wrong({ ...NO_TEXT, text: "a" }, (other) => link.matches(other));
  it("isn't compared with what all objects inherit", () => {
    const { reference, ...rest } = done;
    inherited("reference", reference, () => mistaken(() => link.matches(rest)));
  });
  for (const name of Object.keys(done)) {
    wrong(NO_TEXT, (value) => link.matches({ ...done, [name]: value }));
    each(LONE_SURROGATES, (value) => link.matches({ ...done, [name]: value }));
  }
});

describe("an error", () => {
  it("says whether the message is to be refused", () => {
    const isRefusal = (call) => {
      try {
        call();
      } catch (error) {
        return error.isRefusal;
      }
    };
    assert.equal(isRefusal(() => webhook.verify(BODY, "")), true);
    assert.equal(isRefusal(() => receive(BODY, {})), true);
    assert.equal(isRefusal(() => new Webhook("short")), false);
    assert.equal(isRefusal(() => webhook.receive(BODY, HEADERS, { now: -1 })), false);
    assert.equal(isRefusal(() => receive({ event: "x" }, HEADERS)), false);
    // In Express 4, it is what a request without a body has.
    assert.equal(isRefusal(() => receive({}, HEADERS)), true);
  });
  it("is of one class in both entries", () => {
    const thrown = (call) => {
      try {
        call();
      } catch (error) {
        return error;
      }
    };
    const errors = [
      thrown(() => webhook.verify(BODY, HEADER.slice(1))),
      thrown(() => new workflow.Workflow("short")),
    ];
    for (const error of errors) {
      assert.ok(error instanceof WorkflowError && error instanceof workflow.WorkflowError);
    }
    for (const other of [new Error("a"), { name: "WorkflowError" }, WorkflowError, null, "a", 5]) {
      assert.ok(!(other instanceof WorkflowError) && !(other instanceof workflow.WorkflowError));
    }
  });
  it("never says which signature would have been right", () => {
    assert.throws(() => webhook.verify(BODY, `sha256=${"0".repeat(64)}`), (error) => {
      const shown = `${error.stack} ${JSON.stringify(error)}`;
      return !shown.includes(HEADER.slice(7)) && !shown.includes(SECRET);
    });
  });
});

describe("a webhook that was freed", () => {
  it("can't be used, and can be freed again", () => {
    const gone = new Webhook(SECRET);
    gone.free();
    gone[Symbol.dispose]();
    for (const call of [
      () => gone.receive(BODY, HEADERS),
      () => gone.verify(BODY, HEADER),
      () => gone.sign(BODY),
      () => gone.testDelivery("submission.created"),
    ]) {
      refused(call, "invalid_argument");
    }
  });
});
