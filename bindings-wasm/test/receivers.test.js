// The examples that receive webhooks, by HTTP: the Worker in workerd, from a wrangler bundle, and
// both servers in Node. They keep the events in D1 and in SQLite.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { it } from "node:test";
import { pathToFileURL } from "node:url";
import { Log, LogLevel, Miniflare, Response as Reply } from "miniflare";
import { Webhook } from "visiono-workflow/webhook";
import { example, node22, wrangle } from "./files.js";

const SECRET = "whsec_0123456789abcdef0123456789abcdef";
const POLL_TOKEN = "a token for those who poll";
const LARGEST = 1024 * 1024;
/** After this many milliseconds, what was waited for is taken as never to come. */
const STUCK = 20_000;

const receiver = example("node-receiver");
// It waits for the test.
writeFileSync(
  join(receiver, "work.js"),
  `import { existsSync, rmSync } from "node:fs";
  import { setTimeout } from "node:timers/promises";
  export async function work({ dedupKey }) {
    while (!existsSync("go")) {
      await setTimeout(5);
    }
    rmSync("go");
    console.log("worked", dedupKey);
  }
`,
);
const visiono = new Webhook(SECRET);

const now = () => new Date().toISOString();
const event = (id, timestamp = now()) =>
  JSON.stringify({
    event: "photo_request.submitted",
    timestamp,
    data: { photo_request: { id, status: "submitted", submissions_count: 2 } },
  });
const visionoStyle = (body) => ({
  "content-type": "application/json",
  "x-visiono-signature": visiono.sign(body),
  "x-visiono-event": "photo_request.submitted",
  "x-visiono-delivery": "d-1",
});
const webhookStyle = (body) => ({
  "content-type": "application/json",
  "X-Webhook-Signature": visiono.sign(body),
  "X-Webhook-ID": "wh_1",
});
const keyOf = (body) => createHash("sha256").update(body).digest("hex");

/** Runs the work of an example on events that a stranger had a part in, and reads its log. */
async function checkLog(where, script) {
  const { work } = await import(pathToFileURL(script));
  const hostile = "a\nforged \u001b[2J\u009b\u2028\u202e\u3164\u{1f642}";
  const link = { unique_field_value: "a", external_source: "b", external_reference: "\u202ec" };
  const deliveries = [
    { event: hostile, data: { photo_request: { id: hostile } } },
    { event: "submission.created", data: { permanent_link_submission: { ...link, external_source: hostile } } },
    { event: "submission.created", data: { permanent_link_submission: link } },
  ].map((event) => {
    const body = JSON.stringify(event);
    return visiono.receive(body, visionoStyle(body));
  });
  assert.deepEqual(
    deliveries.map((delivery) => delivery.link?.reference),
    [undefined, undefined, "\u202ec"],
  );
  const lines = [];
  const { log } = console;
  console.log = (...parts) => lines.push(parts.join(" "));
  try {
    for (const delivery of deliveries) {
      await work(delivery, {});
    }
  } finally {
    console.log = log;
  }
  assert.equal(lines.length, deliveries.length, where);
  for (const line of lines) {
    assert.match(line, /^[ -~]+$/, where);
  }
  assert.ok(lines[0].includes("a\\nforged") && lines[2].includes("\\u202ec"), where);
}

/** Returns the value of a promise. Throws if it takes too long. */
async function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: it does not come`)), STUCK);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/**
 * Posts everything that a receiver has to answer. `post` returns the status and the text of an
 * answer. The work on an event can't go on until `worked` is called, so an answer that waited for
 * it would never come; `worked` returns the dedup key of the event that was worked on. `count`
 * says how many were.
 */
async function check(where, post, worked, count) {
  let requests = 0;
  const answers = async (body, headers, status, text, name) => {
    requests += 1;
    const answer = await within(post(body, headers), `${where}: the answer, ${name}`);
    assert.deepEqual(answer, { status, text }, `${where}: ${name}`);
  };
  const received = async (body, headers, name) => {
    await answers(body, headers, 204, "", name);
    const key = await within(worked(), `${where}: the work, ${name}`);
    assert.equal(key, keyOf(body), `${where}: ${name}`);
  };
  const refused = async (body, headers, code, name = code) => {
    await answers(body, headers, 401, code, name);
  };

  const good = event("pr_1");
  await received(good, visionoStyle(good), "good");
  await answers(good, visionoStyle(good), 204, "", "a duplicate");
  await answers(good, webhookStyle(good), 204, "", "a duplicate, other headers");
  const other = event("pr_2");
  await received(other, webhookStyle(other), "good, the other style");
  const spaced = JSON.stringify(JSON.parse(event("pr_3")), undefined, 4);
  // Nor with a type, for which a parser might look.
  const { "content-type": _type, ...untyped } = visionoStyle(spaced);
  await received(spaced, untyped, "not as JavaScript writes it");
  const padded = event("pr_4").padEnd(LARGEST);
  await received(padded, visionoStyle(padded), "as large as can be");

  // As the service documents it, with no time of its own.
  const undated = JSON.stringify({ event: "submission.created", data: { photo_request: { id: "pr_8" } } });
  await received(undated, visionoStyle(undated), "without a time");
  await answers(undated, webhookStyle(undated), 204, "", "a duplicate without a time");

  const forged = { ...visionoStyle(good), "x-visiono-signature": `sha256=${"0".repeat(64)}` };
  await refused(good, forged, "invalid_signature", "forged");
  await refused(event("pr_5"), visionoStyle(good), "invalid_signature", "of another body");
  const { "x-visiono-signature": _, ...unsigned } = visionoStyle(good);
  await refused(good, unsigned, "missing_parameter", "unsigned");
  await refused("", { "content-type": "application/json" }, "missing_parameter", "empty");
  await refused("", {}, "missing_parameter", "nothing at all");
  await refused("", untyped, "invalid_signature", "empty, with a signature");
  const both = { ...visionoStyle(good), "x-webhook-signature": `sha256=${"0".repeat(64)}` };
  await refused(good, both, "invalid_signature", "two signatures, one forged");
  const old = event("pr_6", "2024-12-25T14:35:00Z");
  await refused(old, visionoStyle(old), "expired");
  await refused("[]", visionoStyle("[]"), "malformed_parameter", "no event");
  const large = `${padded} `;
  requests += 1;
  const { status } = await post(large, visionoStyle(large));
  assert.equal(status, 413, `${where}: too large`);

  // If the receiver had worked on a duplicate or a refused event, it would come before this one.
  const last = event("pr_7");
  await received(last, visionoStyle(last), "after all that");
  assert.equal(count(), 6, `${where}: events that were worked on`);
  console.log(`${where}: ${requests} requests answered, 6 events worked on`);
}

async function checkMethod(url) {
  const read = await fetch(new URL("/webhook", url));
  assert.deepEqual([read.status, read.headers.get("allow")], [405, "POST"]);
}

/** Asks for paths that aren't there, and for the events of a request. */
async function checkPaths(url) {
  const large = "x".repeat(2 * LARGEST);
  for (const [path, init, status] of [
    ["/", {}, 404],
    ["/", { method: "POST", body: large }, 404],
    ["/%", {}, 404],
    ["/%ff/webhook", { method: "POST", body: "{}" }, 404],
    ["/webhook", { method: "POST", body: large }, 413],
  ]) {
    const response = await fetch(`${url.origin}${path}`, init);
    assert.equal(response.status, status, path);
    assert.doesNotMatch(await response.text(), /\.js:|at /, path);
  }
  const authorization = `Bearer ${POLL_TOKEN}`;
  const poll = async (query, headers = { authorization }) => {
    const response = await fetch(`${url.origin}/events?${query}`, { headers });
    return response.status === 200 ? (await response.json()).events : response.status;
  };
  const [event] = await poll("request_id=pr_1");
  assert.deepEqual(
    [event.event, event.requestId, event.state, JSON.parse(event.rawBody).data.photo_request.id],
    ["photo_request.submitted", "pr_1", "done", "pr_1"],
  );
  assert.equal((await poll(`request_id=pr_1&after=${event.receivedAt}`)).length, 1);
  assert.deepEqual(await poll(`request_id=pr_1&after=${event.receivedAt + 0.001}`), []);
  assert.deepEqual(await poll("request_id=%00"), []);
  assert.deepEqual(await poll(""), []);
  assert.equal(await poll("request_id=pr_1&after=x"), 400);
  assert.equal(await poll("request_id=pr_1", {}), 401);
  assert.equal(await poll("request_id=pr_1", { authorization: `${authorization}s` }), 401);
}

/** The works of a Worker: each is held up until it is asked for. */
class Works {
  #waiting = [];
  #wanted = [];
  count = 0;

  add(key) {
    this.count += 1;
    return new Promise((release) => {
      this.#waiting.push({ key, release });
      this.#match();
    });
  }

  next() {
    return new Promise((take) => {
      this.#wanted.push(take);
      this.#match();
    });
  }

  #match() {
    while (this.#waiting.length > 0 && this.#wanted.length > 0) {
      const { key, release } = this.#waiting.shift();
      release();
      this.#wanted.shift()(key);
    }
  }
}

/** Waits until the Worker has completed what it worked on. */
async function settled(miniflare) {
  const database = await miniflare.getD1Database("DB");
  const open = database.prepare("SELECT COUNT(*) AS number FROM visiono_inbox WHERE state <> 'done'");
  while ((await open.first("number")) > 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function checkWorker() {
  const webhookWorker = example("webhook-worker");
  writeFileSync(
    join(webhookWorker, "src/work.js"),
    `export async function work({ dedupKey }, env) {
      await env.WORK.fetch("https://work.example/", { method: "POST", body: dedupKey });
    }
`,
  );
  const bundle = wrangle(webhookWorker, "index.js");
  const works = new Works();
  const worker = (bindings) =>
    new Miniflare({
      ...bundle,
      compatibilityDate: "2026-04-01",
      d1Databases: ["DB"],
      bindings,
      serviceBindings: {
        WORK: async (sent) => {
          await works.add(await sent.text());
          return new Reply();
        },
      },
      // The log is not tested here.
      log: new Log(LogLevel.NONE),
      handleRuntimeStdio: () => {},
    });

  const miniflare = worker({ VISIONO_WEBHOOK_SECRET: SECRET, POLL_TOKEN });
  try {
    const url = await miniflare.ready;
    const post = poster(new URL("/webhook", url));
    await check("the Worker that receives webhooks", post, () => works.next(), () => works.count);
    await checkMethod(url);
    await settled(miniflare);
    await checkPaths(url);
  } finally {
    await miniflare.dispose();
  }

  const unset = worker({});
  try {
    const good = event("pr_1");
    const { status } = await poster(new URL("/webhook", await unset.ready))(good, visionoStyle(good));
    assert.equal(status, 500);
  } finally {
    await unset.dispose();
  }
}

async function checkNode(where, script, last) {
  readdirSync(receiver)
    .filter((name) => name.startsWith("inbox.db"))
    .forEach((name) => rmSync(join(receiver, name)));
  const server = spawn(node22, ["--no-warnings", script], {
    cwd: receiver,
    env: { ...process.env, PORT: "0", VISIONO_WEBHOOK_SECRET: SECRET, POLL_TOKEN },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = [];
  const errors = [];
  const said = createInterface({ input: server.stdout }).on("line", (line) => lines.push(line));
  createInterface({ input: server.stderr }).on("line", (line) => errors.push(line));
  const exited = once(server, "exit").then(() => {
    throw new Error(`${where} ended: ${errors.join("\n")}`);
  });
  exited.catch(() => {});
  const says = async (find) => {
    while (find() === undefined) {
      await Promise.race([once(said, "line"), exited]);
    }
    return find();
  };
  const works = () => lines.filter((line) => line.startsWith("worked "));
  const done = () => lines.filter((line) => line.startsWith('{"event"') && line.includes('"inbox":"done"'));
  try {
    const [port] = await says(() => lines.map((line) => /(?<=^listening on )\d+$/.exec(line)).find(Boolean));
    const url = new URL(`http://127.0.0.1:${port}/webhook`);
    let taken = 0;
    const worked = async () => {
      writeFileSync(join(receiver, "go"), "");
      taken += 1;
      await says(() => (done().length === taken ? true : undefined));
      return works()[taken - 1].slice("worked ".length);
    };
    await check(where, poster(url), worked, () => works().length);
    await checkMethod(url);
    await checkPaths(url);
    await last(url);
    // It ends after what it has.
    server.kill();
    assert.deepEqual(await within(once(server, "exit"), `${where}: the end`), [0, null]);
    const log = [...lines, ...errors].join("\n");
    assert.ok(!log.includes(SECRET.slice(6)) && !log.includes(POLL_TOKEN));
    assert.match(log, /^[ -~\n]*$/);
  } finally {
    server.kill("SIGKILL");
  }
}

/** Sends the headers of a request. */
function send(url, headers) {
  const sent = request(url, { method: "POST", headers, agent: false });
  sent.flushHeaders();
  return sent;
}

/** Returns a function that posts a body in chunks without a length. */
function poster(url) {
  return async (body, headers) => {
    const sent = send(url, headers);
    const answered = once(sent, "response");
    const bytes = Buffer.from(body);
    for (let at = 0; at < bytes.length; at += 65_536) {
      sent.write(bytes.subarray(at, at + 65_536));
    }
    sent.end();
    const [response] = await answered;
    const pieces = await response.toArray();
    return { status: response.statusCode, text: Buffer.concat(pieces).toString() };
  };
}

it("the examples escape what they log", async () => {
  const receivers = { "webhook-worker": "src/work.js", "node-receiver": "work.js" };
  for (const [name, script] of Object.entries(receivers)) {
    await checkLog(name, join(example(name, `${name}-log`), script));
  }
});

it("the Worker that receives webhooks", checkWorker);

it("the receiver in Node", async () => {
  await checkNode("node:http", "server.js", async (url) => {
    // It is refused by the length that it announces, before any of it was sent.
    const announced = { ...visionoStyle("{}"), "content-length": String(LARGEST + 1) };
    const [refusal] = await once(send(url, announced).on("error", () => {}), "response");
    assert.equal(refusal.statusCode, 413);
    refusal.destroy();
  });
});

it("the receiver in Express", () => checkNode("Express", "express.js", async () => {}));
