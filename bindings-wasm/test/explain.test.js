// The mistakes that `visiono-workflow/explain` names, in Node, in a Web Worker and in workerd.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Miniflare } from "miniflare";
import { RedirectTemplate, Workflow } from "visiono-workflow";
import { Webhook } from "visiono-workflow/webhook";
import { launch } from "./browser.js";
import { installed } from "./files.js";

/** The memory of the module, which the package keeps to itself. */
const memories = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = function (...parts) {
  const instance = new Instance(...parts);
  memories.push(instance.exports.memory);
  return instance;
};
const { WorkflowError, explain } = await import("visiono-workflow/explain");
WebAssembly.Instance = Instance;
assert.equal(memories.length, 1);

// Its parts are in no table of the module.
const secret = createHash("sha256").update("a secret of this test").digest("hex");
const other = "another-secret-of-a-staging-link";
const now = 1705500000;
const workflow = new Workflow(secret);
const hmac = (key, text) => createHmac("sha256", key).update(text).digest("hex");

const link = (signature) =>
  `https://visiono.io/s/damage-report?uv=AB%20C&src=zendesk&ref=ticket-456&ts=${now}&sig=${signature}`;
const LINK_TEXT = `AB C|zendesk|ticket-456|${now}`;
const template = "https://a.example/{reference}?id={submission_id}&u={unique_value}&n={photo_count}&t={timestamp}&s={signature}";
const fields = { submissionId: "pls_1", uniqueValue: "ABC", reference: "ticket-456", photoCount: 3, timestamp: now };
const done = workflow.signReturn(template, fields);
const RETURN_TEXT = `pls_1|ABC|ticket-456|3|${now}`;
const body = '{"event": "photo_request.expired", "data": {}}';
const headers = (signature, name = "X-Visiono-Signature") => ({ [name]: `sha256=${signature}` });

/** The kind, the message, its options, the verdict and the causes. */
const ROWS = [
  ["link", link(hmac(secret, LINK_TEXT)), {}, "valid", []],
  ["link", link(hmac(Buffer.from(secret, "hex"), LINK_TEXT)), {}, "explained", ["key_hex_decoded"]],
  ["link", link(hmac(secret, LINK_TEXT.replace(" ", "+"))), {}, "explained", ["encoded_values"]],
  ["link", link(hmac(other, LINK_TEXT)), {}, "unexplained", []],
  [
    "link",
    link(hmac(other, LINK_TEXT)),
    { others: [{ secret: other, relation: "rotated" }] },
    "explained",
    ["key_rotated"],
  ],
  ["return", done, { template }, "valid", []],
  ["return", new URL(done), { template, computed: hmac(secret, RETURN_TEXT) }, "valid", []],
  [
    "return",
    done,
    { template, computed: hmac(Buffer.from(secret, "hex"), RETURN_TEXT) },
    "explained",
    ["key_hex_decoded"],
  ],
  [
    "return",
    done,
    { otherTemplates: ["https://a.example/?s={signature}"], template, computed: hmac(secret, `${RETURN_TEXT}000`) },
    "explained",
    ["ts_milliseconds"],
  ],
  ["webhook", body, { headers: headers(hmac(secret, body)) }, "valid", []],
  [
    "webhook",
    new TextEncoder().encode(body),
    { headers: headers(hmac(secret, JSON.stringify(JSON.parse(body)))) },
    "explained",
    ["reserialized"],
  ],
  ["webhook", { rawBody: body, headers: headers(hmac(secret, body)) }, {}, "valid", []],
  ["webhook", body, { headers: headers(hmac(secret, body), "Signature") }, "hinted", ["header_style", "missing"]],
];

/** Adds a row whose value is sent in one form and signed in another, which JavaScript converts. */
const converted = (sent, signed, id) => {
  const url = link(hmac(secret, LINK_TEXT.replace("AB C", signed))).replace("AB%20C", encodeURIComponent(sent));
  ROWS.push(["link", url, {}, "explained", [id]]);
};
const LETTERS = "\ufb01 e\u0301 \u1e9b\u0323 \u00c5";
for (const form of ["NFC", "NFD", "NFKC", "NFKD"]) {
  converted(LETTERS, LETTERS.normalize(form), "normalized");
}
converted("\u00c4\u03a3 \u0130", "\u00e4\u03c2 i\u0307", "case_changed");
converted("stra\u00dfe \u0149", "STRASSE \u02bcN", "case_changed");
// More digits than a double keeps.
const long = '{"event": "photo_request.expired", "data": {"n": [-0.30000000000000004001, 1234567890123456789012e5, 5e-324]}}';
ROWS.push(["webhook", long, { headers: headers(hmac(secret, JSON.stringify(JSON.parse(long)))) }, "explained", ["reserialized"]]);

const question = ([kind, message, options]) => [kind, message, { ...options, secrets: secret, now }];
const summary = ({ verdict, causes }) => [verdict, causes.map(({ id }) => id)];
/** The rows that can be sent to a Worker as JSON, and their answers. */
const sent = ROWS.filter(([, message]) => typeof message === "string");
const answers = sent.map((row) => row.slice(3));
assert.deepEqual([ROWS.length, sent.length], [20, 17]);

describe("explain in Node", () => {
  for (const row of ROWS) {
    it(`${row[0]}: ${row[3]} ${row[4]}`, () => {
      const diagnosis = explain(...question(row));
      assert.deepEqual(summary(diagnosis), row.slice(3));
      const printed = JSON.stringify(diagnosis);
      for (const hidden of [secret, other, hmac(secret, LINK_TEXT), hmac(secret, RETURN_TEXT), hmac(secret, body)]) {
        assert.ok(!printed.includes(hidden.slice(0, 16)) && !printed.includes(hidden.slice(-16)));
      }
    });
  }

  it("from CommonJS, as the same function", () => {
    assert.equal(createRequire(import.meta.url)("visiono-workflow/explain").explain, explain);
  });

  it("the signed text, in UTF-16 units", () => {
    const signature = hmac(secret, `ü😀|Zendesk|r|${now}`);
    const url = `?uv=${encodeURIComponent("ü😀")}&src=zendesk&ref=r&ts=${now}&sig=${signature}`;
    const { signedText } = explain("link", url, { secrets: secret, now });
    const marked = ({ text, marks }) => marks.map(([start, end]) => text.slice(start, end)).join();
    assert.deepEqual([marked(signedText.right), marked(signedText.used)], ["z", "Z"]);
    assert.equal(explain("link", url, { secrets: secret, now, values: false }).signedText, null);
  });

  it("an unusable secret or time is a diagnosis", () => {
    const failed = (kind, message, options) =>
      explain(kind, message, options).checks.find(({ outcome }) => outcome === "failed")?.code;
    assert.equal(failed("link", ROWS[0][1], { secrets: undefined, now }), "invalid_secret");
    assert.equal(failed("link", ROWS[0][1], { secrets: [], now }), "invalid_secret");
    assert.equal(failed("link", ROWS[0][1], { secrets: secret }), "expired");
    assert.equal(failed("link", ROWS[0][1], { secrets: secret, now: now - 61 }), "not_yet_valid");
    assert.equal(failed("link", ROWS[0][1], { secrets: secret, now, expect: { source: "x" } }), "unexpected_value");
    assert.equal(failed("link", ROWS[0][1], { secrets: secret, now: now + 11, maxAge: 10 }), "expired");
  });

  it("a wrong argument", () => {
    const wrong = (error, kind, message, options) =>
      assert.throws(() => explain(kind, message, options), error, `${kind} ${JSON.stringify(options)}`);
    const invalid = (error) => error instanceof WorkflowError && error.code === "invalid_argument";
    for (const kind of ["event", "", "toString", "__proto__", undefined, 5, {}]) {
      wrong(TypeError, kind, "", { secrets: secret });
    }
    wrong(TypeError, "link", "", { secrets: 5 });
    wrong(TypeError, "link", "", { secrets: secret, computed: 5 });
    wrong(TypeError, "link", "", { secrets: secret, others: {} });
    wrong(TypeError, "link", "", { secrets: secret, others: [secret] });
    wrong(TypeError, "link", "", { secrets: secret, others: [{ secret }] });
    wrong(TypeError, "link", "", { secrets: secret, onProgress: true });
    wrong(TypeError, "link", "", { secrets: secret, maxBytes: 0.5 });
    wrong(TypeError, "return", "", { secrets: secret, otherTemplates: template });
    wrong(TypeError, "return", "", { secrets: secret, template: new RedirectTemplate(template) });
    wrong(TypeError, "link", "", 5);
    wrong(invalid, "link", "", { secret });
    wrong(invalid, "link", "", { secrets: secret, template });
    wrong(invalid, "link", "", { secrets: secret, others: [{ secret, relation: "other" }] });
    wrong(invalid, "link", "", { secrets: secret, maxBytes: -1 });
    wrong(invalid, "link", "", { secrets: secret, maxAge: -1 });
    wrong(invalid, "link", "", { secrets: secret, now: -1 });
    wrong(invalid, "link", "", { secrets: secret, expect: { reference: undefined } });
    wrong(invalid, "link", 5, { secrets: secret });
    wrong(invalid, "webhook", {}, { secrets: secret });
    wrong(invalid, "webhook", JSON.parse(body), { secrets: secret, headers: {} });
    wrong(invalid, "webhook", body, { secrets: secret, headers: 5 });
  });

  it("progress, a stop, an error and a call within", () => {
    const ask = (onProgress, more) => explain(...question(["link", ROWS[3][1], { onProgress, ...more }]));
    const reports = [];
    assert.equal(ask((...report) => void reports.push(report)).bound, null);
    assert.ok(reports.length > 10 && reports.every(([tried, total]) => tried > 0 && tried <= total));
    let calls = 0;
    assert.equal(ask(() => ++calls < 2).bound, "stopped");
    assert.equal(calls, 2);
    const failure = new Error("mine");
    assert.throws(() => ask(() => { throw failure; }), (error) => error === failure);
    assert.throws(() => ask(() => void ask()), WorkflowError);
    assert.equal(ask(undefined, { maxBytes: 100_000 }).bound, "bytes");
    assert.equal(ask().verdict, "unexplained");
  });

  it("no secret is left in memory", () => {
    const memory = () => Buffer.from(memories[0].buffer);
    explain(...question(["link", ROWS[3][1], { others: [{ secret: other, relation: "rotated" }] }]));
    assert.throws(() => explain(...question(["link", ROWS[3][1], { onProgress: () => { throw new Error(); } }])));
    for (const text of [secret, other, Buffer.from(secret, "hex"), secret.toUpperCase()]) {
      for (const pad of [0, 0x36, 0x5c]) {
        const bytes = Buffer.from(text).map((byte) => byte ^ pad);
        assert.ok(!memory().includes(bytes.subarray(0, 12)) && !memory().includes(bytes.subarray(-12)), `${pad}`);
      }
    }
  });
});

it("explain in a Web Worker in Chromium", async () => {
  const files = {
    "/": ["text/html", "<!doctype html><title>Explain</title>"],
    "/worker.js": [
      "text/javascript",
      `import { explain } from "./explain.browser.js";
      onmessage = ({ data }) => postMessage(data.map((question) => explain(...question)));`,
    ],
    "/explain.browser.js": ["text/javascript", readFileSync(join(installed, "explain.browser.js"))],
  };
  const server = createServer((request, response) => {
    const [type, text] = files[request.url] ?? ["text/plain", ""];
    response.writeHead(200, { "content-type": type, "content-security-policy": "script-src 'self' 'wasm-unsafe-eval'" });
    response.end(text);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const diagnoses = await page.evaluate((questions) => {
      const worker = new Worker("/worker.js", { type: "module" });
      return new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage(questions);
      });
    }, sent.map(question));
    assert.deepEqual(diagnoses.map(summary), answers);
  } finally {
    await browser.close();
    server.close();
  }
});

it("explain in workerd", async () => {
  const main = `import { explain } from "./explain.workerd.js";
  export default {
    fetch: async (request) => Response.json((await request.json()).map((question) => explain(...question))),
  };`;
  const miniflare = new Miniflare({
    modulesRoot: installed,
    modules: [
      { type: "ESModule", path: join(installed, "main.js"), contents: main },
      { type: "ESModule", path: join(installed, "explain.workerd.js") },
      { type: "CompiledWasm", path: join(installed, "visiono_explain.wasm") },
    ],
    compatibilityDate: "2026-04-01",
  });
  try {
    const post = { method: "POST", body: JSON.stringify(sent.map(question)) };
    const response = await miniflare.dispatchFetch("http://localhost/", post);
    assert.deepEqual((await response.json()).map(summary), answers);
  } finally {
    await miniflare.dispose();
  }
});
