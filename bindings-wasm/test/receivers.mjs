// The examples that receive webhooks, by HTTP: the Worker in workerd, from a wrangler bundle, and
// both servers in Node.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { request } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Log, LogLevel, Miniflare } from "miniflare";
import { project } from "./files.mjs";

const SECRET = "whsec_0123456789abcdef0123456789abcdef";
const LARGEST = 1024 * 1024;

const installed = createRequire(join(project("webhook-worker"), "index.js")).resolve(
  "visiono-workflow/webhook",
);
const { Webhook } = await import(pathToFileURL(installed));
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

/**
 * Posts everything that a receiver has to answer. `post` returns the status and the text of an
 * answer; `worked` waits for the work on the event of a request, and `works` says how much was
 * worked on.
 */
async function check(where, post, worked, works) {
  let requests = 0;
  const answers = async (body, headers, status, text, name) => {
    requests += 1;
    assert.deepEqual(await post(body, headers), { status, text: `${text}\n` }, `${where}: ${name}`);
  };
  const refused = async (body, headers, code, name = code) => {
    await answers(body, headers, 401, code, name);
  };

  const good = event("pr_1");
  await answers(good, visionoStyle(good), 200, "received", "good");
  await worked("pr_1", keyOf(good));
  await answers(good, visionoStyle(good), 200, "received before", "a duplicate");
  await answers(good, webhookStyle(good), 200, "received before", "a duplicate, other headers");
  const other = event("pr_2");
  await answers(other, webhookStyle(other), 200, "received", "good, the other style");
  await worked("pr_2", keyOf(other));
  const spaced = JSON.stringify(JSON.parse(event("pr_3")), undefined, 4);
  await answers(spaced, visionoStyle(spaced), 200, "received", "not as JavaScript writes it");
  await worked("pr_3", keyOf(spaced));
  const padded = event("pr_4").padEnd(LARGEST);
  await answers(padded, visionoStyle(padded), 200, "received", "as large as can be");
  await worked("pr_4", keyOf(padded));

  const forged = { ...visionoStyle(good), "x-visiono-signature": `sha256=${"0".repeat(64)}` };
  await refused(good, forged, "invalid_signature", "forged");
  await refused(event("pr_5"), visionoStyle(good), "invalid_signature", "of another body");
  const { "x-visiono-signature": _, ...unsigned } = visionoStyle(good);
  await refused(good, unsigned, "missing_parameter", "unsigned");
  await refused("", { "content-type": "application/json" }, "missing_parameter", "empty");
  const both = { ...visionoStyle(good), "x-webhook-signature": `sha256=${"0".repeat(64)}` };
  await refused(good, both, "invalid_signature", "two signatures, one forged");
  const old = event("pr_6", "2024-12-25T14:35:00Z");
  await refused(old, visionoStyle(old), "expired");
  await refused("[]", visionoStyle("[]"), "malformed_parameter", "no event");
  const large = `${padded} `;
  requests += 1;
  const { status } = await post(large, visionoStyle(large));
  assert.equal(status, 413, `${where}: too large`);
  assert.equal(await works(), 4, `${where}: events that were worked on`);
  console.log(`${where}: ${requests} requests answered, 4 events worked on`);
}

async function checkWorker() {
  const root = project("webhook-worker");
  const wrangler = fileURLToPath(new URL("node_modules/.bin/wrangler", import.meta.url));
  execFileSync(wrangler, ["deploy", "--dry-run", "--outdir", "out"], {
    cwd: root,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const out = join(root, "out");
  const worker = (bindings) =>
    new Miniflare({
      modulesRoot: out,
      modules: [
        { type: "ESModule", path: join(out, "index.js") },
        ...readdirSync(out)
          .filter((name) => name.endsWith(".wasm"))
          .map((name) => ({ type: "CompiledWasm", path: join(out, name) })),
      ],
      compatibilityDate: "2026-04-01",
      kvNamespaces: ["RECEIVED"],
      bindings,
      // What it says in its log is looked at by nobody here.
      log: new Log(LogLevel.NONE),
      handleRuntimeStdio: () => {},
    });

  const miniflare = worker({ VISIONO_WEBHOOK_SECRET: SECRET });
  try {
    const url = await miniflare.ready;
    const kept = await miniflare.getKVNamespace("RECEIVED");
    const worked = async (id, key) => {
      while ((await kept.get(`visiono:${id}:${key}`)) !== "done") {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const works = async () => {
      const { keys } = await kept.list();
      for (const { expiration } of keys) {
        const left = expiration - Date.now() / 1000;
        assert.ok(left > 86000 && left < 86401, `a key is kept for ${left} s`);
      }
      return keys.length;
    };
    await check("the Worker that receives webhooks", poster(url), worked, works);
    const read = await fetch(url);
    assert.deepEqual([read.status, read.headers.get("allow")], [405, "POST"]);
  } finally {
    await miniflare.dispose();
  }

  const unset = worker({});
  try {
    const good = event("pr_1");
    const { status } = await poster(await unset.ready)(good, visionoStyle(good));
    assert.equal(status, 500);
  } finally {
    await unset.dispose();
  }
}

async function checkNode(where, script, last) {
  const server = spawn(process.execPath, [script], {
    cwd: project("node-receiver"),
    env: { ...process.env, PORT: "0", VISIONO_WEBHOOK_SECRET: SECRET },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = [];
  const errors = [];
  const said = createInterface({ input: server.stdout }).on("line", (line) => lines.push(line));
  createInterface({ input: server.stderr }).on("line", (line) => errors.push(line));
  const exited = once(server, "exit").then(() => {
    throw new Error(`${where} ended: ${errors.join("\n")}`);
  });
  const says = async (wanted) => {
    while (!lines.some(wanted)) {
      await Promise.race([once(said, "line"), exited]);
    }
    return lines.find(wanted);
  };
  try {
    const [port] = /\d+$/.exec(await says((line) => line.startsWith("listening on ")));
    const url = new URL(`http://127.0.0.1:${port}/`);
    const worked = (id, key) => says((line) => line === `photo_request.submitted ${id} ${key}`);
    await check(where, poster(url), worked, () => lines.length - 1);
    await last(url);
    assert.ok(!errors.join("\n").includes(SECRET.slice(6)));
  } finally {
    exited.catch(() => {});
    server.kill();
  }
}

/** Sends the headers of a request. */
function send(url, headers) {
  const sent = request(url, { method: "POST", headers, agent: false });
  sent.flushHeaders();
  return sent;
}

/** What posts a body in pieces, with no length announced. */
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

await checkWorker();
await checkNode("node:http", "server.js", async (url) => {
  assert.equal((await fetch(url)).status, 405);
  // It is refused by the length that it announces, before any of it was sent.
  const announced = { ...visionoStyle("{}"), "content-length": String(LARGEST + 1) };
  const [refusal] = await once(send(url, announced).on("error", () => {}), "response");
  assert.equal(refusal.statusCode, 413);
  refusal.destroy();
});
await checkNode("Express", "express.js", async (url) => {
  assert.equal((await fetch(url)).status, 404);
});
