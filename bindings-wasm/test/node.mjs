// Node, from the package as it is and from an esbuild bundle.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { build } from "esbuild";
import { checkRun, files, project } from "./files.mjs";

function run(script) {
  const options = { input: JSON.stringify(files), maxBuffer: 2 ** 28 };
  return JSON.parse(execFileSync(process.execPath, [script], options));
}

checkRun(`Node ${process.version}`, run(join(project("node"), "main.js")));

const outfile = join(project("esbuild"), "bundle.mjs");
await build({
  entryPoints: [join(project("esbuild"), "main.js")],
  bundle: true,
  format: "esm",
  platform: "node",
  logLevel: "warning",
  outfile,
});
// Alone in a folder, it can't find the package that it was made from.
const alone = mkdtempSync(join(tmpdir(), "visiono-bundle-"));
copyFileSync(outfile, join(alone, "bundle.mjs"));
checkRun("Node, from an esbuild bundle", run(join(alone, "bundle.mjs")));
rmSync(alone, { recursive: true });
