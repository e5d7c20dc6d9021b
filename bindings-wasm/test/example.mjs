// The example Worker that sends people, bundled by wrangler and run in workerd.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Log, LogLevel, Miniflare } from "miniflare";
import { project } from "./files.mjs";

const SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

const root = project("worker");
const installed = createRequire(join(root, "index.js")).resolve("visiono-workflow");
const { Workflow } = await import(pathToFileURL(installed));
const visiono = new Workflow(SECRET);

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
    bindings: { VISIONO_SLUG: "damage-report", ...bindings },
    // What it says in its log is looked at by nobody here.
    log: new Log(LogLevel.NONE),
    handleRuntimeStdio: () => {},
  });

const miniflare = worker({ VISIONO_WORKFLOW_SECRET: SECRET });
const get = (path, headers = {}) =>
  miniflare.dispatchFetch(`https://tickets.example${path}`, { redirect: "manual", headers });
const done = (ticket, fields, cookie = ticket) => {
  const url = visiono.signReturn("https://tickets.example/done", {
    submissionId: "pls_<123>",
    uniqueValue: ticket,
    reference: ticket,
    photoCount: 5,
    ...fields,
  });
  return get(url.slice("https://tickets.example".length), { cookie: `a=b; ticket=${cookie}` });
};

try {
  const started = await get("/start/ticket-456");
  assert.equal(started.status, 302);
  const location = started.headers.get("location");
  assert.ok(location.startsWith("https://visiono.io/s/damage-report?uv=ticket-456&"));
  const link = visiono.verifyLink(location);
  assert.deepEqual([link.uniqueValue, link.reference], ["ticket-456", "ticket-456"]);
  const cookie = started.headers.get("set-cookie");
  assert.match(cookie, /^ticket=ticket-456; Path=\/done; HttpOnly; Secure; SameSite=Lax$/);

  const page = await done("ticket-456");
  assert.equal(page.status, 200);
  const text = await page.text();
  assert.match(text, /<h1>Ticket ticket-456<\/h1>/);
  assert.match(text, /5 photos arrived as pls_&#60;123&#62;\./);

  const refused = async (response, code) => {
    assert.equal(response.status, 403);
    assert.match(await response.text(), new RegExp(`<p>${code}`));
  };
  await refused(await done("ticket-456", {}, "ticket-457"), "unexpected_value");
  await refused(await done("ticket-456", { timestamp: 1705500000 }), "expired");
  await refused(
    await get("/done?sub=a&uv=b&ref=c&cnt=1&ts=1&sig=0", { cookie: "ticket=c" }),
    "invalid_signature",
  );
  await refused(await get("/done", { cookie: "ticket=c" }), "missing_parameter");
  await refused(await get(`/done?sub=a`), "Start at");
  assert.equal((await get("/start/a%7Cb")).status, 400);
  assert.equal((await get("/start/%ff")).status, 400);
  assert.equal((await get("/")).status, 404);
} finally {
  await miniflare.dispose();
}

const unset = worker({});
try {
  const response = await unset.dispatchFetch("https://tickets.example/start/ticket-456");
  assert.equal(response.status, 500);
} finally {
  await unset.dispose();
}
console.log("the example Worker: sends, verifies and refuses");
