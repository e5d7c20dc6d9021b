// Builds and runs one route with the usual tools: `node matrix.mjs [options] [name…]`.
//
// A name selects the rows that begin with it. The package is the tarball in `TARBALL`, or is packed
// from bindings-wasm. Everything is written to target/builds.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Place } from "./place.mjs";
import { ROWS } from "./rows.mjs";

const source = fileURLToPath(new URL(".", import.meta.url));
const root = join(source, "../..");
const target = join(root, "target/builds/tree");

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const rows = ROWS.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)));
const options = process.argv.slice(2).filter((argument) => argument.startsWith("--"));
const unknown = options.find((option) => !["--list", "--markdown"].includes(option));
if (unknown !== undefined || rows.length === 0) {
  console.error(unknown === undefined ? "no row has this name" : `${unknown}: unknown option`);
  process.exit(2);
}

function npm(folder, ...args) {
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  return execFileSync("npm", [...args, ...quiet], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
}

/** Installs the tools, unless these versions are installed. */
function installTools() {
  const lock = readFileSync(join(source, "package-lock.json"), "utf8");
  const stamp = join(target, "node_modules/.installed.json");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.error("Installing the tools");
  rmSync(target, { recursive: true, force: true });
  for (const file of ["package.json", "package-lock.json"]) {
    cpSync(join(source, file), join(target, file));
  }
  npm(target, "ci");
  writeFileSync(stamp, lock);
}

/** Installs the package like a user. */
function installPackage() {
  let tarball = process.env.TARBALL;
  if (tarball === undefined) {
    const output = npm(join(root, "bindings-wasm"), "run", "--silent", "pack");
    tarball = output.toString().trim().split("\n").at(-1);
  }
  // The projects are below this folder, their builds are elsewhere: a bundle can't find the
  // package.
  const folder = join(target, "projects");
  rmSync(join(folder, "node_modules"), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  npm(folder, "install", "--no-save", "--no-package-lock", resolve(tarball));
}

async function runRow(row) {
  const start = Date.now();
  const place = new Place(row, source, target);
  let error;
  try {
    await place.prepare();
    await row.test(place);
  } catch (failure) {
    error = failure;
  } finally {
    place.close();
  }
  const seconds = Math.round((Date.now() - start) / 1000);
  const result = { name: row.name, tool: place.version, ran: place.ran.join(", "), error, seconds };
  console.error(
    `${row.name.padEnd(32)} ${place.version.padEnd(40)} ${error ? "FAILED" : "passed"} (${result.ran}) ${seconds} s`,
  );
  if (error) console.error(`${place.log}\n${error.stack ?? error}\n`);
  return result;
}

/** Returns the first informative line of an error. */
function summary(error) {
  const lines = String(error.message ?? error)
    .split("\n")
    .filter((line) => /\w/.test(line));
  return (lines[0] ?? "failed").trim().slice(0, 120).replaceAll("|", "\\|");
}

if (options.includes("--list")) {
  rows.forEach(({ name }) => console.log(name));
} else {
  mkdirSync(target, { recursive: true });
  installTools();
  installPackage();
  const queue = [...rows];
  const results = [];
  const work = async () => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
      results.push(await runRow(row));
    }
  };
  await Promise.all([work(), work()]);
  results.sort(
    (one, other) => rows.findIndex(({ name }) => name === one.name) - rows.findIndex(({ name }) => name === other.name),
  );
  if (options.includes("--markdown")) {
    console.log("| build | tool | ran on | result |\n|---|---|---|---|");
    for (const { name, tool, ran, error } of results) {
      console.log(`| ${name} | ${tool} | ${ran} | ${error ? `**failed:** ${summary(error)}` : "passed"} |`);
    }
  }
  const failed = results.filter(({ error }) => error !== undefined);
  console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
