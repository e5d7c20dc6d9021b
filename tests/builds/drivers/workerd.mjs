// Runs a Worker in workerd: a file, and the modules next to it.

import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import process from "node:process";
import { BODY, HEADERS, QUERY } from "../request.js";

const [file, modules, ...compatibilityFlags] = process.argv.slice(2);
const { Miniflare, convertV4MiniflareOptions } = createRequire(join(modules, "_"))("miniflare");
const TYPES = { ".js": "ESModule", ".mjs": "ESModule", ".wasm": "CompiledWasm" };

const folder = dirname(file);
const others = readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
const files = others.filter((path) => path !== file && extname(path) in TYPES);
const options = {
  modulesRoot: folder,
  modules: [file, ...files].map((path) => ({ type: TYPES[extname(path)], path })),
  compatibilityDate: "2026-04-01",
  compatibilityFlags,
};
const worker = new Miniflare(convertV4MiniflareOptions(options));
const init = { method: "POST", headers: HEADERS, body: BODY };
const response = await worker.dispatchFetch(`http://localhost/done${QUERY}`, init);
console.log(await response.text());
await worker.dispose();
process.exit(response.ok ? 0 : 1);
