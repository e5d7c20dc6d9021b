// A receiver in each runtime's way: with an inbox that is a double.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { it } from "node:test";
import express5 from "express";
import express4 from "express-v4";
import { Hono } from "hono";
import { Inbox, InboxError, createReceiver } from "visiono-workflow/inbox";
import { Webhook } from "visiono-workflow/webhook";

const SECRET = "whsec_0123456789abcdef0123456789abcdef";
const LARGEST = 1024 * 1024;
const webhook = new Webhook(SECRET);
const body = JSON.stringify({ event: "something.new\n\u202e", data: { id: "r_1" } });
const signed = (text = body) => ({ "content-type": "application/json", "x-visiono-signature": webhook.sign(text) });

/** Makes a receiver, and keeps what it accepts and logs. */
function receiverOf(accept = async () => "new", deadline = 1) {
  const accepted = [];
  const entries = [];
  const inbox = { accept: (delivery) => (accepted.push(delivery), accept(delivery)) };
  const log = (line, entry) => {
    assert.match(line, /^[ -~]+$/);
    assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(entry)));
    entries.push(entry);
  };
  return { receive: createReceiver({ webhook, inbox, deadline, log }), accepted, entries };
}

const post = (text = body, headers = signed(text)) =>
  new Request("https://a.example/", { method: "POST", body: text, headers });

it("the answers to a Request", async () => {
  const { receive, accepted, entries } = receiverOf();
  const answers = async (given, status, text = "") => {
    const response = await receive(given);
    assert.deepEqual([response.status, await response.text()], [status, text]);
    return response;
  };
  await answers(post(), 204);
  await answers(post("", {}), 401, "missing_parameter");
  await answers(post(body, signed("{}")), 401, "invalid_signature");
  await answers(post("x".repeat(LARGEST + 1), {}), 413, "larger than Visiono sends");
  const { headers } = await answers(new Request("https://a.example/"), 405, "only POST");
  assert.equal(headers.get("allow"), "POST");
  const used = post();
  await used.text();
  await answers(used, 500);
  assert.match(entries.at(-1).message, /was read before the receiver/);
  assert.equal(accepted.length, 1);
  assert.deepEqual(
    entries.map(({ webhook, status }) => [webhook, status]),
    [["new", 204], ["refused", 401], ["refused", 401], ["too_large", 413], ["refused", 405], ["error", 500]],
  );
  assert.deepEqual([entries[0].event, entries[0].requestId], ["something.new\n\u202e", "r_1"]);
});

it("a database that is slow, down or not set up", async () => {
  const late = receiverOf(() => new Promise(() => {}), 0.05);
  const response = await late.receive(post());
  assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "60"]);
  assert.equal(late.entries[0].webhook, "unavailable");
  const outdated = new Inbox({ perform: async () => Promise.reject(new InboxLike()) });
  class InboxLike extends InboxError {
    constructor() {
      super("outdated_schema", "call migrate()");
    }
  }
  const { receive } = receiverOf((delivery) => outdated.accept(delivery));
  assert.equal((await receive(post())).status, 503);
  const broken = receiverOf(() => Promise.reject(new TypeError(`secret ${SECRET}`)));
  assert.equal((await broken.receive(post())).status, 500);
  assert.ok(!JSON.stringify(broken.entries).includes(SECRET));
});

it("a body that doesn't end", async () => {
  const { receive } = receiverOf(undefined, 0.05);
  const stream = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from("{")) });
  const endless = new Request("https://a.example/", { method: "POST", body: stream, duplex: "half" });
  assert.equal((await receive(endless)).status, 408);
});

it("arguments that can't be right", () => {
  for (const given of [undefined, {}, { webhook }, { webhook: {}, inbox: {} }, { webhook, inbox: { accept() {} }, path: "/" }]) {
    assert.throws(() => createReceiver(given), { code: "invalid_argument" });
  }
});

async function serve(listener, check) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await check(`http://127.0.0.1:${server.address().port}/webhook`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const statusOf = async (url, text = body, headers = signed(text)) =>
  (await fetch(url, { method: "POST", body: text, headers })).status;

it("node:http", async () => {
  const { receive, entries } = receiverOf();
  await serve(receive.node, async (url) => {
    assert.equal(await statusOf(url), 204);
    assert.equal(await statusOf(url, ""), 401);
    assert.equal(await statusOf(url, "x".repeat(2 * LARGEST)), 413);
    const endless = async function* () {
      yield "x".repeat(2 * LARGEST);
    };
    const chunked = await fetch(url, { method: "POST", body: endless(), duplex: "half" });
    assert.equal(chunked.status, 413);
    // A client that goes away in the middle.
    const sent = request(url, { method: "POST", headers: { "content-length": 100 } });
    sent.on("error", () => {}).write("{");
    await new Promise((resolve) => setTimeout(resolve, 50));
    sent.destroy();
    while (!entries.some(({ webhook }) => webhook === "aborted")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(await statusOf(url), 204);
  });
});

for (const [name, express] of Object.entries({ "Express 5": express5, "Express 4": express4 })) {
  it(name, async () => {
    const { receive, entries } = receiverOf();
    const keep = (given, _response, bytes) => {
      given.rawBody = bytes;
    };
    const parsers = [
      [[], 204],
      [[express.raw({ type: () => true })], 204],
      [[express.text({ type: () => true })], 204],
      [[express.json({ verify: keep })], 204],
      // It doesn't read what isn't JSON.
      [[express.urlencoded({ extended: false })], 204],
      [[express.json()], 500],
    ];
    for (const [before, status] of parsers) {
      const app = express().use(...(before.length > 0 ? before : [(_request, _response, next) => next()]));
      app.all("/webhook", receive.express);
      await serve(app, async (url) => {
        assert.equal(await statusOf(url), status);
        assert.equal(await statusOf(url, "", {}), 401);
        assert.equal((await fetch(url)).status, 405);
      });
    }
    assert.match(entries.find((entry) => entry.status === 500).message, /mount the receiver before express\.json\(\)/);
  });
}

it("Hono", async () => {
  const { receive } = receiverOf();
  const app = new Hono().post("/webhook", (c) => receive(c.req.raw));
  const response = await app.request("/webhook", { method: "POST", body, headers: signed() });
  assert.equal(response.status, 204);
});
