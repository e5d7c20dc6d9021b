// workerd without `nodejs_compat`, from the package as it is and from a wrangler bundle.

import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Miniflare } from "miniflare";
import { checkRun, files, project } from "./files.mjs";

const wrangler = fileURLToPath(new URL("node_modules/.bin/wrangler", import.meta.url));

async function run(where, modulesRoot, modules, compatibilityDate) {
  const miniflare = new Miniflare({ modules, modulesRoot, compatibilityDate });
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

const root = project("workerd");
const packed = join(root, "node_modules/visiono-workflow");
await run(
  "workerd",
  root,
  [
    { type: "ESModule", path: join(root, "worker.js") },
    { type: "ESModule", path: join(root, "vectors.js") },
    { type: "ESModule", path: join(root, "json.js") },
    { type: "ESModule", path: join(root, "reentrancy.js") },
    { type: "ESModule", path: join(packed, "workerd.js") },
    { type: "CompiledWasm", path: join(packed, "visiono_workflow.wasm") },
    { type: "ESModule", path: join(packed, "webhook.workerd.js") },
    { type: "CompiledWasm", path: join(packed, "visiono_webhook.wasm") },
  ],
  "2026-04-01",
);

const bundled = project("wrangler");
execFileSync(wrangler, ["deploy", "--dry-run", "--outdir", "out"], {
  cwd: bundled,
  env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
  stdio: ["ignore", "ignore", "inherit"],
});
const out = join(bundled, "out");
const wasm = readdirSync(out).filter((name) => name.endsWith(".wasm"));
if (wasm.length !== 2) {
  throw new Error(`the wrangler bundle has ${wasm.length} modules: ${readdirSync(out)}`);
}
// Of a date on which Workers had no FinalizationRegistry yet.
await run(
  "workerd, from a wrangler bundle",
  out,
  [
    { type: "ESModule", path: join(out, "worker.js") },
    ...wasm.map((name) => ({ type: "CompiledWasm", path: join(out, name) })),
  ],
  "2024-01-01",
);
