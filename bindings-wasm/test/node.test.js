// The vectors in Node, from each file that it can load, and from esbuild bundles.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { it } from "node:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { build } from "esbuild";
import * as workflow from "visiono-workflow";
import * as webhook from "visiono-workflow/webhook";
import { checkRun, files, path } from "./files.js";

function run(script, ...options) {
  const input = JSON.stringify(files);
  return JSON.parse(execFileSync(process.execPath, [...options, script], { input, maxBuffer: 2 ** 28 }));
}

const NAMES = { js: "an ES module", cjs: "CommonJS" };
for (const [type, name] of Object.entries(NAMES)) {
  const app = path(`apps/node.${type}`);
  it(`vectors in Node, from ${name}`, () => checkRun(`Node ${process.version}, ${name}`, run(app)));

  // Those of other runtimes, and the module as JavaScript.
  for (const condition of ["edge-light", "workerd"]) {
    it(`vectors in Node, from ${name} for ${condition}`, () => {
      checkRun(`Node, ${name} for ${condition}`, run(app, `--conditions=${condition}`));
    });
  }
}

const FORMATS = { esm: "mjs", cjs: "cjs" };
for (const [format, extension] of Object.entries(FORMATS)) {
  // For Node, for browsers, and without a known runtime.
  for (const platform of ["node", "browser", "neutral"]) {
    it(`vectors in Node, from an esbuild bundle, ${format}, ${platform}`, async () => {
      // Alone in a folder, it can't find the package that it was made from.
      const alone = mkdtempSync(join(tmpdir(), "visiono-bundle-"));
      const outfile = join(alone, `bundle.${extension}`);
      try {
        await build({
          entryPoints: [path("apps/node.js")],
          bundle: true,
          external: ["node:fs"],
          format,
          platform,
          logLevel: "warning",
          outfile,
        });
        checkRun(`Node, from an esbuild bundle, ${format}, ${platform}`, run(outfile));
      } finally {
        rmSync(alone, { recursive: true });
      }
    });
  }
}

it("ES modules and CommonJS share their classes", () => {
  const require = createRequire(import.meta.url);
  for (const [name, module] of [["visiono-workflow", workflow], ["visiono-workflow/webhook", webhook]]) {
    const required = require(name);
    assert.deepEqual({ ...required }, { ...module });
    assert.deepEqual(Object.keys(required), Object.keys(module));
  }
});
