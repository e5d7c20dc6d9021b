// Packs the package, or takes the one in `TARBALL`, installs it in test/, and runs the tests there
// with Node's test runner, to which all arguments go: `node scripts/test.mjs [options] [files]`.
//
// `node scripts/test.mjs inbox` runs those of the inbox that need databases, and Node 22.

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build, pack, run } from "./build.mjs";

const folder = fileURLToPath(new URL("../test", import.meta.url));
const given = process.env.TARBALL;
if (given === undefined) {
  build();
}
const tarball = given === undefined ? pack() : resolve(given);
rmSync(join(folder, "node_modules"), { recursive: true, force: true });
rmSync(join(folder, "out"), { recursive: true, force: true });
const quiet = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"];
run("npm", ["install", ...quiet, tarball], { cwd: folder });

const isInbox = process.argv[2] === "inbox";
const options = process.argv.slice(isInbox ? 3 : 2);
const args = isInbox ? ["--no-warnings", "--test-concurrency=1"] : ["--expose-gc"];
if (!options.some((option) => option.startsWith("--test-reporter"))) {
  args.push(`--test-reporter=${isInbox ? "spec" : "dot"}`);
}
args.push(...options);
if (!options.some((option) => option.endsWith(".test.js"))) {
  const within = isInbox ? "inbox" : "";
  const names = readdirSync(join(folder, within)).filter((name) => name.endsWith(".test.js"));
  args.push(...names.map((name) => join(within, name)));
}
const env = { ...process.env, TARBALL: tarball };
const { status } = spawnSync(process.execPath, ["--test", ...args], { cwd: folder, stdio: "inherit", env });
process.exitCode = status ?? 1;
