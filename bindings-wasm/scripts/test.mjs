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

const cwd = fileURLToPath(new URL("../test", import.meta.url));
const given = process.env.TARBALL;
if (given === undefined) {
  build();
}
const tarball = given === undefined ? pack() : resolve(given);
for (const name of ["node_modules", "out"]) {
  rmSync(join(cwd, name), { recursive: true, force: true });
}
const quiet = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"];
run("npm", ["install", ...quiet, tarball], { cwd });

const isInbox = process.argv[2] === "inbox";
const args = process.argv.slice(isInbox ? 3 : 2);
args.unshift(...(isInbox ? ["--no-warnings", "--test-concurrency=1"] : ["--expose-gc"]));
if (!args.some((arg) => arg.startsWith("--test-reporter"))) {
  args.unshift(`--test-reporter=${isInbox ? "spec" : "dot"}`);
}
if (!args.some((arg) => arg.endsWith(".test.js"))) {
  const folder = isInbox ? "inbox" : ".";
  const names = readdirSync(join(cwd, folder)).filter((name) => name.endsWith(".test.js"));
  args.push(...names.map((name) => join(folder, name)));
}
const env = { ...process.env, TARBALL: tarball };
const { status } = spawnSync(process.execPath, ["--test", ...args], { cwd, stdio: "inherit", env });
process.exitCode = status ?? 1;
