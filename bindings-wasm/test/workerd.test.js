// The vectors in workerd without `nodejs_compat`, from the package as it is and from a wrangler bundle.

import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { Miniflare } from "miniflare";
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
