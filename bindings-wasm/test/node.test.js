// The vectors in Node, from the package as it is and from an esbuild bundle.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { it } from "node:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { build } from "esbuild";
import { checkRun, files, path } from "./files.js";

function run(script) {
  const options = { input: JSON.stringify(files), maxBuffer: 2 ** 28 };
  return JSON.parse(execFileSync(process.execPath, [script], options));
}

it("vectors in Node", () => checkRun(`Node ${process.version}`, run(path("apps/node.js"))));

it("vectors in Node, from an esbuild bundle", async () => {
  // Alone in a folder, it can't find the package that it was made from.
  const alone = mkdtempSync(join(tmpdir(), "visiono-bundle-"));
  const outfile = join(alone, "bundle.mjs");
  await build({
    entryPoints: [path("apps/node.js")],
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "warning",
    outfile,
  });
  try {
    checkRun("Node, from an esbuild bundle", run(outfile));
  } finally {
    rmSync(alone, { recursive: true });
  }
});
