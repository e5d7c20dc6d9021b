// Runs the code of the README.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { execFileSync, spawn } from "node:child_process";
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
import { emptyFolder, installed, node22, tool, wrangle } from "./files.js";

const SECRET = "0123456789abcdef0123456789abcdef";
const WEBHOOK_SECRET = `whsec_${SECRET}`;

const root = emptyFolder("readme");
writeFileSync(join(root, "package.json"), '{ "type": "module" }');
const workflow = new Workflow(SECRET);
const webhook = new Webhook(WEBHOOK_SECRET);

const readme = readFileSync(join(installed, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```(?:js|ts)\n(.*?)^```$/gms)].map(([, code]) => code);
assert.equal(blocks.length, 10);
const [node, returning, expressLinks, worker, browser, webhookWorker, express, testing, inbox, explaining] = blocks;
const [, template] = /^```text\n(.*?)\n```$/ms.exec(readme);
const PLATES = { "ticket-456": "ABC 123", "2024/0815": "XYZ 789" };

/** Returns the path and query of a return, as Visiono makes it. */
const done = (reference, fields) =>
  workflow
    .signReturn(template, { submissionId: "pls_1", uniqueValue: PLATES[reference] ?? "a", reference, photoCount: 5, ...fields })
    .slice("https://app.example".length);

/** Sends a person for two tickets at once, and receives both returns, then some that are refused. */
async function checkLinks(fetch) {
  const get = (path, init) => fetch(path, { redirect: "manual", ...init });
  const shows = async (path, status, text) => {
    const response = await get(path);
    assert.equal(response.status, status, path);
    assert.match(await response.text(), text, path);
  };
  const refused = async (path) => shows(path, 400, /^This address is not valid\. .* start again\.$/);
  const pages = Object.keys(PLATES).map((reference) => `/tickets/${encodeURIComponent(reference)}`);
  for (const page of pages) {
    await shows(page, 200, /^No photos yet\..*<form method="post"/);
    assert.equal((await get(`${page}/start`)).headers.get("location"), null);
    const started = await get(`${page}/start`, { method: "POST" });
    assert.equal(started.status, 303);
    const link = workflow.verifyLink(started.headers.get("location"));
    const reference = decodeURIComponent(page.slice("/tickets/".length));
    assert.deepEqual([link.source, link.uniqueValue, link.reference], ["zendesk", PLATES[reference], reference]);
  }
  await refused(`${pages[0]}/done`);
  await refused(`${pages[0]}/done?x=1`);
  await refused(done("ticket-456").replace("cnt=5", "cnt=6"));
  await refused(done("2024/0815").replace("2024%2F0815", "ticket-456"));
  await refused(done("ticket-456", { timestamp: Math.floor(Date.now() / 1000) - 3601 }));
  await refused(`${done("ticket-456")}&ref=ticket-456`);
  await shows(done("ticket-9"), 404, /no such ticket/);
  for (const path of ["/", "/tickets/", "/tickets/%ff", "/tickets/%", "/%2e%2e?", "/tickets/%22%3E", "//", "/done?x=1"]) {
    assert.ok([400, 404].includes((await get(path)).status), path);
  }
  await shows(pages[0], 200, /^No photos yet\./);
  for (const [index, reference] of Object.keys(PLATES).entries()) {
    for (const time of ["once", "again"]) {
      const returned = await get(`${done(reference)}&utm_source=a&tag=a&tag=b`);
      assert.equal(returned.status, 303, `${reference}, ${time}`);
      assert.ok(returned.headers.get("location").endsWith(pages[index]));
    }
    await shows(pages[index], 200, /^5 photos arrived\./);
  }
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
  const answers = async (text, status, sent = headers) => {
    const response = await post({ method: "POST", headers: sent, body: text });
    assert.equal(response.status, status);
  };
  await answers(body, 204);
  const { "content-type": _, ...untyped } = headers;
  await answers(Buffer.from(body), 204, untyped);
  await answers(body.replace("pr_1", "pr_2"), 401);
  await answers("", 401);
  await answers(undefined, 401);
  await answers(undefined, 401, {});
  return body;
}

async function inWorkerd(name, code, bindings, check) {
  const folder = join(root, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "worker.ts"), code);
  const config = { name, main: "worker.ts", compatibility_date: "2026-04-01" };
  writeFileSync(join(folder, "wrangler.json"), JSON.stringify(config));
  const miniflare = new Miniflare({
    ...wrangle(folder, "worker.js"),
    compatibilityDate: "2026-04-01",
    kvNamespaces: ["PHOTOS"],
    d1Databases: ["DB"],
    // The log is not tested here.
    handleRuntimeStdio: () => {},
    bindings,
  });
  try {
    await check(miniflare);
  } finally {
    await miniflare.dispose();
  }
}

async function inNode(name, code, secrets, check, node = process.execPath) {
  const script = join(root, `${name}.mjs`);
  // Any port will do here, so it says which one it got.
  const port = ".listen(3000)";
  assert.ok(code.includes(port), code);
  const listening = ".listen(0, function () { console.log(this.address().port); })";
  writeFileSync(script, code.replace(port, listening));
  const server = spawn(node, [script], {
    cwd: root,
    env: { ...process.env, ...secrets },
    stdio: ["ignore", "pipe", "ignore"],
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

it("the README: every program compiles in TypeScript's strict mode", () => {
  const programs = { node, returning, expressLinks, browser, express, testing, explaining, inbox, worker, webhookWorker };
  const folder = join(root, "types");
  mkdirSync(folder);
  const options = { strict: true, noEmit: true, target: "es2022", module: "nodenext", skipLibCheck: true };
  const projects = {
    node: { lib: ["es2022", "dom"], types: ["node22"] },
    worker: { lib: ["es2022"], types: ["@cloudflare/workers-types"] },
  };
  for (const [name, own] of Object.entries(projects)) {
    const isWorker = name === "worker";
    const names = Object.keys(programs).filter((program) => /worker/i.test(program) === isWorker);
    names.forEach((program) => writeFileSync(join(folder, `${program}.ts`), programs[program]));
    const project = join(folder, `tsconfig.${name}.json`);
    const files = names.map((program) => `${program}.ts`);
    writeFileSync(project, JSON.stringify({ compilerOptions: { ...options, ...own }, files }));
    execFileSync(tool("tsc"), ["--project", project], { stdio: ["ignore", "inherit", "inherit"] });
  }
});

it("the README: a Worker", async () => {
  await inWorkerd("worker", worker, { VISIONO_WORKFLOW_SECRET: SECRET }, async (miniflare) => {
    await checkLinks((path, init) => miniflare.dispatchFetch(`https://app.example${path}`, init));
  });
});

it("the README: Node", async () => {
  await inNode("node", node, { VISIONO_WORKFLOW_SECRET: SECRET }, async (url) => {
    await checkLinks((path, init) => fetch(url + path, init));
  });
});

it("the README: Express, links", async () => {
  await inNode("express-links", expressLinks, { VISIONO_WORKFLOW_SECRET: SECRET }, async (url) => {
    await checkLinks((path, init) => fetch(url + path, init));
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
    const rows = async () => {
      const database = await miniflare.getD1Database("DB");
      const { results } = await database.prepare("SELECT dedup_key, state, raw_body FROM visiono_inbox").all();
      return results;
    };
    assert.deepEqual(await rows(), [{ dedup_key: dedupKey, state: "waiting", raw_body: body }]);
    const worker = await miniflare.getWorker();
    await worker.scheduled({});
    assert.equal((await rows())[0].state, "done");
  });
});

it("the README: the inbox", async () => {
  const check = async (url, lines) => {
    const body = await checkWebhooks((request) => fetch(`${url}/webhook`, request));
    const { dedupKey } = webhook.verify(body, webhook.sign(body));
    const said = [];
    while (!said.some((line) => line.includes('"inbox":"done"'))) {
      said.push((await lines.next()).value);
    }
    assert.equal(said.filter((line) => line === '["photo_request.submitted","pr_1"]').length, 1);
    assert.equal(said.filter((line) => line.includes(dedupKey) && line.includes('"webhook":"new"')).length, 1);
  };
  await inNode("inbox", inbox, bindings, check, node22);
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

it("the README: a return to try it with", () => {
  writeFileSync(join(root, "returning.mjs"), returning);
  const env = { ...process.env, VISIONO_WORKFLOW_SECRET: SECRET };
  const printed = execFileSync(process.execPath, [join(root, "returning.mjs")], { env, encoding: "utf8" });
  const expect = { uniqueValue: PLATES["ticket-456"], reference: "ticket-456" };
  assert.equal(workflow.verifyReturn(printed.trim(), { expect }).photoCount, 3);
  assert.ok(printed.startsWith("http://localhost:3000/tickets/ticket-456/done?"));
});

it("the README: a wrong signature", () => {
  writeFileSync(join(root, "explaining.mjs"), explaining);
  const timestamp = Math.floor(Date.now() / 1000);
  const key = Buffer.from(SECRET, "hex");
  const computed = createHmac("sha256", key).update(`pls_1|ABC 123|ticket-456|5|${timestamp}`).digest("hex");
  const fields = { submissionId: "pls_1", uniqueValue: "ABC 123", reference: "ticket-456", photoCount: 5, timestamp };
  const url = workflow.signReturn("https://app.example/done", fields);
  const env = { ...process.env, VISIONO_WORKFLOW_SECRET: SECRET, MY_SIGNATURE: computed };
  const printed = execFileSync(process.execPath, [join(root, "explaining.mjs"), url], { env, encoding: "utf8" });
  assert.match(printed, /^explained\nThe secret was decoded as hex; the key is its text\.\ncreateHmac\('sha256', secret\)[^\n]*\n$/);
});
