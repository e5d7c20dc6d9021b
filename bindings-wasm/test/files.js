// The vectors, and the folders and bundles of the tests.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { check, count } from "./vectors.js";

const folder = process.env.VECTORS ?? fileURLToPath(new URL("../../tests/vectors", import.meta.url));

/** Every file of vectors. */
export const files = readdirSync(folder)
  .filter((name) => name.endsWith(".json") && name !== "schema.json")
  .sort()
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));

const counts = count(files);

/** Throws unless exactly these vectors ran, and passed. */
export function checkRun(where, result) {
  check(where, result, counts);
}

/** A file of this folder. */
export const path = (name) => fileURLToPath(new URL(name, import.meta.url));
/** The package that is tested. */
export const installed = path("node_modules/visiono-workflow");
/** A program that the tests run. */
export const tool = (name) => path(`../node_modules/.bin/${name}`);

/** Makes an empty folder, in which the package is installed as in this one. */
export function emptyFolder(name) {
  const made = path(`out/${name}`);
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  return made;
}

/** Copies an example into such a folder. */
export function example(name, to = name) {
  const made = emptyFolder(to);
  cpSync(path(`../examples/${name}`), made, { recursive: true });
  return made;
}

/** Bundles a Worker, and returns the modules of Miniflare. */
export function wrangle(cwd, main, args = []) {
  execFileSync(tool("wrangler"), ["deploy", "--dry-run", "--outdir", "out", ...args], {
    cwd,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const out = join(cwd, "out");
  return {
    modulesRoot: out,
    modules: [
      { type: "ESModule", path: join(out, main) },
      ...readdirSync(out)
        .filter((name) => name.endsWith(".wasm"))
        .map((name) => ({ type: "CompiledWasm", path: join(out, name) })),
    ],
  };
}

/** Node 22, which has `node:sqlite`. */
export const node22 = path("../node_modules/node22/bin/node");
