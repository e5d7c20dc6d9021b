// Runs the code of the README.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { it } from "node:test";
import { pathToFileURL } from "node:url";
import { Miniflare } from "miniflare";
import { Workflow } from "visiono-workflow";
import { Webhook } from "visiono-workflow/webhook";
import { emptyFolder, installed, wrangle } from "./files.js";

const SECRET = "0123456789abcdef0123456789abcdef";
const WEBHOOK_SECRET = `whsec_${SECRET}`;

const root = emptyFolder("readme");
writeFileSync(join(root, "package.json"), '{ "type": "module" }');
const workflow = new Workflow(SECRET);
const webhook = new Webhook(WEBHOOK_SECRET);

const readme = readFileSync(join(installed, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
assert.equal(blocks.length, 7);
const [worker, node, expressLinks, browser, webhookWorker, express, testing] = blocks;

const done = (reference) =>
  new URL(
    workflow.signReturn("https://a.example/done", {
      submissionId: "pls_1",
      uniqueValue: "ABC123",
      reference,
      photoCount: 5,
    }),
  );

/** Sends a person, and receives a return, then some that are refused. */
async function checkLinks(get) {
  const started = await get("/start");
  assert.equal(started.status, 302);
  const link = workflow.verifyLink(started.headers.get("location"));
  assert.deepEqual([link.source, link.reference], ["zendesk", "ticket-456"]);
  const { pathname, search } = done("ticket-456");
  const answers = async (path, status, text) => {
    const response = await get(path);
    assert.deepEqual([response.status, await response.text()], [status, text]);
  };
  await answers(pathname + search, 200, "5 photos");
  await answers(pathname + search.replace("cnt=5", "cnt=6"), 400, "invalid_signature");
  await answers(pathname + done("ticket-457").search, 400, "unexpected_value");
  await answers(`${pathname}?x=1`, 400, "missing_parameter");
}

/** Posts a webhook, a forged one, and one that is read as it came. */
async function checkWebhooks(post) {
  const event = {
    event: "photo_request.submitted",
    timestamp: new Date().toISOString(),
    data: { photo_request: { id: "pr_1" } },
  };
  // As large as can be: frameworks take less unless they are told to.
  const body = JSON.stringify(event, undefined, 2).padEnd(1024 * 1024);
  const headers = { "content-type": "application/json", "x-visiono-signature": webhook.sign(body) };
  const answers = async (text, status, code) => {
    const response = await post({ method: "POST", headers, body: text });
    assert.deepEqual([response.status, await response.text()], [status, code]);
  };
  await answers(body, 204, "");
  await answers(body.replace("pr_1", "pr_2"), 401, "invalid_signature");
  return body;
}

async function inWorkerd(name, code, bindings, check) {
  const folder = join(root, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "worker.js"), code);
  const config = { name, main: "worker.js", compatibility_date: "2026-04-01" };
  writeFileSync(join(folder, "wrangler.json"), JSON.stringify(config));
  const miniflare = new Miniflare({
    ...wrangle(folder, "worker.js"),
    compatibilityDate: "2026-04-01",
    kvNamespaces: ["EVENTS"],
    bindings,
  });
  try {
    await check(miniflare);
  } finally {
    await miniflare.dispose();
  }
}

async function inNode(name, code, secrets, check) {
  const script = join(root, `${name}.mjs`);
  // Any port will do here, so it says which one it got.
  const port = ".listen(3000)";
  assert.ok(code.includes(port), code);
  const listening = ".listen(0, function () { console.log(this.address().port); })";
  writeFileSync(script, code.replace(port, listening));
  const server = spawn(process.execPath, [script], {
    env: { ...process.env, ...secrets },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  try {
    const { value } = await lines.next();
    await check(`http://127.0.0.1:${value}`, lines);
  } finally {
    server.kill();
    await once(server, "exit");
  }
}

it("the README: a Worker", async () => {
  await inWorkerd("worker", worker, { VISIONO_WORKFLOW_SECRET: SECRET }, async (miniflare) => {
    await checkLinks((path) =>
      miniflare.dispatchFetch(`https://a.example${path}`, { redirect: "manual" }),
    );
  });
});

it("the README: Node", async () => {
  await inNode("node", node, { VISIONO_WORKFLOW_SECRET: SECRET }, async (url) => {
    await checkLinks((path) => fetch(url + path, { redirect: "manual" }));
  });
});

it("the README: Express, links", async () => {
  await inNode("express-links", expressLinks, { VISIONO_WORKFLOW_SECRET: SECRET }, async (url) => {
    await checkLinks((path) => fetch(url + path, { redirect: "manual" }));
  });
});

it("the README: a page", async () => {
  /** As much of a page as the code uses. */
  const input = {
    addEventListener: (_event, listener) => {
      input.change = listener;
    },
    setCustomValidity: (text) => {
      input.validity = text;
    },
  };
  globalThis.document = { querySelector: () => input };
  writeFileSync(join(root, "browser.mjs"), browser);
  await import(pathToFileURL(join(root, "browser.mjs")));
  for (const [value, validity] of [
    ["https://a.example/", ""],
    ["https://a.example/{reference}", /^not sent back: submissionId, uniqueValue/],
    ["ftp://a.example/", /https:/],
  ]) {
    input.value = value;
    input.change();
    assert.ok(validity === "" ? input.validity === "" : validity.test(input.validity), value);
  }
});

const bindings = { VISIONO_WEBHOOK_SECRET: WEBHOOK_SECRET };

it("the README: a Worker, webhooks", async () => {
  await inWorkerd("webhook-worker", webhookWorker, bindings, async (miniflare) => {
    const body = await checkWebhooks((request) =>
      miniflare.dispatchFetch("https://a.example/", request),
    );
    const { dedupKey } = webhook.verify(body, webhook.sign(body));
    const events = await miniflare.getKVNamespace("EVENTS");
    while ((await events.get(dedupKey)) !== "photo_request.submitted") {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
});

it("the README: Express, webhooks", async () => {
  await inNode("express", express, bindings, async (url, lines) => {
    await checkWebhooks((request) => fetch(`${url}/webhook`, request));
    assert.equal((await lines.next()).value, '["photo_request.submitted",null]');
  });
});

it("the README: a test delivery", async () => {
  // The test in the README posts to this receiver.
  const testSecret = /new Webhook\("(.+)"\)/.exec(testing)[1];
  await inNode("tested", express, { VISIONO_WEBHOOK_SECRET: testSecret }, async (url, lines) => {
    const code = testing.replace("http://localhost:3000", url).replace("await fetch", "export default await fetch");
    writeFileSync(join(root, "testing.mjs"), code);
    const { default: response } = await import(pathToFileURL(join(root, "testing.mjs")));
    assert.equal(response.status, 204);
    assert.equal((await lines.next()).value, '["submission.created","ticket-456"]');
  });
});
