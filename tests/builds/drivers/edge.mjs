// Calls an edge function in an environment like Vercel's: with web standards and few of Node's
// modules, with WebAssembly modules only by import, and without code generation.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { SourceTextModule, SyntheticModule } from "node:vm";
import { BODY, HEADERS, QUERY } from "../request.js";

const [file, modules] = process.argv.slice(2);
const { EdgeVM } = createRequire(join(modules, "_"))("@edge-runtime/vm");
const { context } = new EdgeVM({ codeGeneration: { strings: false, wasm: false } });
/** The modules of Node that Vercel has: https://vercel.com/docs/functions/runtimes/edge */
const BUILTIN = ["async_hooks", "events", "buffer", "assert", "util"].map((name) => `node:${name}`);
const loaded = new Map();

function load(path) {
  if (!loaded.has(path)) {
    loaded.set(path, read(path));
  }
  return loaded.get(path);
}

async function read(path) {
  if (path.endsWith("?module")) {
    const module = new WebAssembly.Module(readFileSync(path.slice(0, -"?module".length)));
    return synthetic({ default: module });
  }
  const importModuleDynamically = async (name) => {
    const module = await link(name, { identifier: path });
    await module.link(link);
    await module.evaluate();
    return module;
  };
  return new SourceTextModule(readFileSync(path, "utf8"), { context, identifier: path, importModuleDynamically });
}

function synthetic(values) {
  return new SyntheticModule(
    Object.keys(values),
    function () {
      Object.entries(values).forEach(([name, value]) => this.setExport(name, value));
    },
    { context },
  );
}

async function link(name, { identifier }) {
  if (name.startsWith(".")) return load(join(dirname(identifier), name));
  if (!BUILTIN.includes(name)) throw new Error(`the edge runtime has no module ${name}`);
  return synthetic({ ...(await import(name)) });
}

const main = await load(file);
await main.link(link);
await main.evaluate();
const request = new context.Request(`http://localhost/done${QUERY}`, { method: "POST", headers: HEADERS, body: BODY });
const response = await main.namespace.default(request, { waitUntil: () => {} });
console.log(await response.text());
process.exit(response.ok ? 0 : 1);
