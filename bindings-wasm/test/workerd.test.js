// The vectors in workerd without `nodejs_compat`, from the package as it is and from a wrangler bundle.

import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { Miniflare } from "miniflare";
import { Workflow } from "visiono-workflow";
import { Webhook } from "visiono-workflow/webhook";
import { checkRun, emptyFolder, files, installed, path, wrangle } from "./files.js";

async function run(where, options) {
  const miniflare = new Miniflare(options);
  try {
    const response = await miniflare.dispatchFetch("http://localhost/", {
      method: "POST",
      body: JSON.stringify(files),
    });
    if (response.status !== 200) {
      throw new Error(`${where}: ${await response.text()}`);
    }
    checkRun(where, await response.json());
  } finally {
    await miniflare.dispose();
  }
}

it("vectors in workerd", async () => {
  const modules = [
    ...["apps/workerd.js", "vectors.js", "json.js", "reentrancy.js"].map(path),
    ...["workerd.js", "webhook.workerd.js", "visiono_workflow.wasm", "visiono_webhook.wasm"].map((name) =>
      join(installed, name),
    ),
  ].map((file) => ({ type: file.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path: file }));
  await run("workerd", { modules, modulesRoot: path("."), compatibilityDate: "2026-04-01" });
});

it("vectors in workerd, from a wrangler bundle", async () => {
  const folder = emptyFolder("wrangler");
  cpSync(path("apps/wrangler"), folder, { recursive: true });
  const bundle = wrangle(folder, "worker.js");
  assert.equal(bundle.modules.length, 3);
  // Of a date on which Workers had no FinalizationRegistry yet.
  await run("workerd, from a wrangler bundle", { ...bundle, compatibilityDate: "2024-01-01" });
});

it("requests of frameworks in workerd", async () => {
  const folder = emptyFolder("frameworks");
  cpSync(path("apps/frameworks"), folder, { recursive: true });
  cpSync(path("apps/wrangler/wrangler.jsonc"), join(folder, "wrangler.jsonc"));
  const miniflare = new Miniflare({ ...wrangle(folder, "worker.js"), compatibilityDate: "2026-04-01" });
  const check = async (count, expected, url, init) => {
    const response = await miniflare.dispatchFetch(url, init);
    const answers = Object.entries(await response.json());
    assert.deepEqual(answers, answers.map(([name]) => [name, expected]));
    assert.equal(answers.length, count);
  };
  try {
    const workflow = new Workflow("0123456789abcdef0123456789abcdef");
    const template =
      "https://a.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}" +
      "&cnt={photo_count}&ts={timestamp}&sig={signature}";
    const fields = { submissionId: "pls_1", uniqueValue: "a b+é", reference: "a/b", photoCount: 5 };
    const done = workflow.signReturn(template, fields);
    await check(11, "a b+é", `${done}&tag=a&tag=b&utm_source=`);
    await check(11, "duplicate_parameter", `${done}&uv=other`);
    await check(11, "missing_parameter", done.replace("a%2Fb", "a%2Fb/c"));
    const body = JSON.stringify({ event: "photo_request.expired", timestamp: new Date().toISOString() });
    const headers = { "x-visiono-signature": new Webhook("whsec_0123456789abcdef").sign(body) };
    const post = { method: "POST", headers, body };
    await check(6, "photo_request.expired", "https://a.example/webhook", post);
    await check(6, "invalid_signature", "https://a.example/webhook", { ...post, body: `${body} ` });
  } finally {
    await miniflare.dispose();
  }
});
