// Builds the page in dist/playground.html: `node build.mjs [TARBALL]`. Without a tarball of the npm
// package, packs it first.

import { Buffer } from "node:buffer";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { deflateRawSync, gzipSync } from "node:zlib";
import { build, buildSync } from "esbuild";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const installed = path("../target/playground");
/** The page. */
export const PAGE = path("dist/playground.html");
/** The maximum size of the page, gzipped. */
const BUDGET = 250 * 1000;
/** The package's WebAssembly modules. */
const MODULES = ["visiono_explain", "visiono_webhook", "visiono_workflow"];

function run(command, args, options) {
  return execFileSync(command, args, { stdio: ["ignore", "pipe", "inherit"], ...options }).toString();
}

/** Packs the npm package with its own tools, and returns the tarball. */
function pack() {
  const cwd = path("../bindings-wasm");
  if (!existsSync(join(cwd, "node_modules"))) {
    run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd });
  }
  return run("npm", ["run", "--silent", "pack"], { cwd }).trim().split("\n").at(-1);
}

/** Installs the tarball in a separate folder. */
function install(tarball) {
  rmSync(installed, { recursive: true, force: true });
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(installed, "package.json"), '{"private":true}\n');
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--no-package-lock"];
  run("npm", ["install", ...options, resolve(tarball)], { cwd: installed });
  return join(installed, "node_modules/visiono-workflow");
}

const COMMON = { bundle: true, minify: true, write: false, legalComments: "none", charset: "utf8", target: "es2022" };

/**
 * Bundles the worker. The files for Cloudflare's Workers import a compiled module; here the page
 * compiles it.
 */
async function bundleWorker(folder) {
  const precompiled = {
    name: "precompiled",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: basename(path, ".wasm"), namespace: "precompiled" }));
      onLoad({ filter: /.*/, namespace: "precompiled" }, ({ path }) => ({
        contents: `export default globalThis.modules[${JSON.stringify(path)}]`,
      }));
    },
  };
  const { outputFiles } = await build({
    ...COMMON,
    entryPoints: [path("src/worker.js")],
    nodePaths: [join(folder, "..")],
    conditions: ["workerd", "worker", "browser"],
    plugins: [precompiled],
    format: "iife",
  });
  return outputFiles[0].text;
}

/** Bundles the page's script, with the source of the worker and the packed modules. */
function bundlePage(worker, modules) {
  const { outputFiles } = buildSync({
    ...COMMON,
    entryPoints: [path("src/main.js")],
    define: { WORKER: JSON.stringify(worker) },
    // The modules come first, so that gzip sees the rest as one text.
    banner: { js: `const MODULES=${JSON.stringify(modules)};` },
    format: "iife",
  });
  // The script must not contain the end of its own element.
  return outputFiles[0].text.replaceAll(/<(?=\/script|!--|script)/gi, "\\x3c");
}

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * Fills the page. The replacement is a function, because `$` has a meaning in a replacement text.
 */
function fill(template, parts) {
  return template.replace(/<!-- (style|script|policy) -->/g, (_, name) => parts[name]);
}

const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;

const folder = install(process.argv[2] ?? pack());
const modules = {};
const sizes = [];
for (const name of MODULES) {
  const bytes = readFileSync(join(folder, `${name}.wasm`));
  modules[name] = deflateRawSync(bytes, { level: 9, memLevel: 9 }).toString("base64");
  sizes.push([name, bytes.length, gzip(modules[name])]);
}
const worker = await bundleWorker(folder);
const script = bundlePage(worker, modules);
const style = buildSync({ ...COMMON, entryPoints: [path("src/style.css")] }).outputFiles[0].text;
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)} 'wasm-unsafe-eval'`,
  "worker-src blob:",
  `style-src ${hash(style)}`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "connect-src 'none'",
  "webrtc 'block'",
].join("; ");
const page = fill(readFileSync(path("src/index.html"), "utf8"), {
  style: `<style>${style}</style>`,
  script: `<script>${script}</script>`,
  policy: `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
});
mkdirSync(path("dist"), { recursive: true });
writeFileSync(PAGE, page);

sizes.push(
  ["the worker's script", worker.length, gzip(worker)],
  ["the page's script, with all of these", script.length, gzip(script)],
  ["the style", style.length, gzip(style)],
  ["the page", Buffer.byteLength(page), gzip(page)],
);
for (const [name, size, compressed] of sizes) {
  console.log(`${name.padEnd(36)} ${String(size).padStart(8)} bytes, ${String(compressed).padStart(7)} gzipped`);
}
console.log(`the page may have ${BUDGET}`);
if (gzip(page) > BUDGET) {
  console.error("The page is larger than it may be.");
  process.exitCode = 1;
}
