// Builds the package in target/npm/package: `node scripts/build.mjs [pack | size]`.
//
// It has the files of package/ without its sources, and those that are made here from the sources
// and from the crate. ../README.md lists them.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { minify_sync as minify } from "terser";
import { translate } from "./edge.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const target = join(root, "target");
export const output = join(target, "npm/package");
const modules = join(target, "npm/modules");
const source = join(root, "bindings-wasm/package");
const { version } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
const TRIPLE = "wasm32-unknown-unknown";

const SIMD = "-Ctarget-feature=+simd128";
/** SHA-256 as a loop: unrolled without SIMD, it is seven times the size. */
const LOOP = '--cfg=sha2_backend_soft="compact"';
const EVERYWHERE = ["node", "browser", "edge"];

/**
 * The entry points: the name of the sources, of the crate's feature and of the module, how the small
 * module is compiled and hashes, the runtimes besides `workerd`, and the size that a Worker may load,
 * gzipped. Each has a module of its own, so that nobody downloads the others. `inbox` has none.
 */
const ENTRIES = [
  { name: "workflow", profile: "wasm", level: "-Oz", hash: LOOP, runtimes: EVERYWHERE, budget: 26 * 1024 },
  // A body has many blocks, and hashing them is a fifth faster for half a kilobyte.
  { name: "webhook", profile: "wasm-webhook", level: "-O3", hash: SIMD, runtimes: EVERYWHERE, budget: 26 * 1024 },
  {
    name: "explain",
    loader: "explain/module",
    profile: "wasm",
    level: "-Oz",
    hash: SIMD,
    runtimes: ["browser"],
    budget: 176 * 1024,
  },
  { name: "inbox", runtimes: ["any"], budget: 16 * 1024 },
];

/** The flags of a small module. */
const SMALL_CODE = [
  // Code that is repeated compresses better than code that is shared by jumps.
  "-Cllvm-args=-simplifycfg-sink-common=0 -simplifycfg-hoist-common=0",
  "-Cllvm-args=-disable-lsr -inline-threshold=20",
];
const SMALL_MODULE = [
  // No sum of a pointer and an offset wraps around to the first kilobyte of memory.
  ...["--converge", "--low-memory-unused"],
  // Repeated expressions, functions with one caller and runs of zeros compress better as they are.
  ...["--skip-pass=local-cse", "--one-caller-inline-max-function-size=1"],
  "--skip-pass=memory-packing",
  // No engine needs the hints, and without them more instructions are alike.
  "--dealign",
  // Functions of the same stage are alike, so they compress better side by side.
  "--reorder-functions-by-name",
];
/** Removes a folder from the paths in a module. */
const remap = (folder) => `--remap-path-prefix=${folder}/=`;
const STRIP = ["--strip-debug", "--strip-producers", "--strip-target-features"];

export function run(command, args, options) {
  return execFileSync(command, args, { stdio: ["ignore", "pipe", "inherit"], ...options });
}

/** Compiles the crate, and returns the path of the module. */
function compile(feature, profile, own) {
  console.error(`Building ${feature}, profile ${profile}`);
  const registry = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "registry/src");
  const sources = existsSync(registry) ? readdirSync(registry) : [];
  const flags = [
    // After a call that was cut short, JavaScript resets the stack.
    "-Clink-arg=--export=__stack_pointer",
    // Every runtime has had it since 2021.
    "-Ctarget-feature=+bulk-memory",
    // The module contains no path of the machine that built it.
    ...[...sources.map((name) => join(registry, name)), root].map(remap),
    ...own,
  ];
  const options = ["--quiet", "-p", "visiono-workflow-wasm", "--no-default-features", "-F", feature];
  options.push("--profile", profile, "--target", TRIPLE, "--target-dir", target);
  const env = { ...process.env, CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f") };
  run("cargo", ["build", ...options], { cwd: root, env });
  return join(target, TRIPLE, profile, "visiono_workflow_wasm.wasm");
}

/** Runs a command of binaryen, which knows from the module what it may use. */
function binaryen(command, module, to, args) {
  run(join(root, "bindings-wasm/node_modules/.bin", command), [module, ...args, "--output", to]);
}

/** Builds a small module and, for the runtimes that load them, the same as JavaScript and a fast one. */
function buildModules({ name, profile, level, hash, runtimes }) {
  const small = compile(name, profile, [hash, ...SMALL_CODE]);
  binaryen("wasm-opt", small, join(output, `visiono_${name}.wasm`), [level, ...SMALL_MODULE, ...STRIP]);
  if (runtimes.includes("edge")) {
    // JavaScript has no SIMD.
    translate(binaryen, compile(name, "wasm", [LOOP, ...SMALL_CODE]), join(modules, `${name}.mjs`));
  }
  if (runtimes.includes("node")) {
    binaryen("wasm-opt", compile(name, "wasm-fast", [SIMD]), join(modules, `${name}.wasm`), STRIP);
  }
}

/** Bundles an entry for a runtime, and returns the code and the names of its exports. */
function bundle({ name, loader = "module" }, runtime, options) {
  const imported = `./visiono_${name}.wasm`;
  const wasm = { workerd: imported, node: join(modules, `${name}.wasm`) }[runtime];
  const { outputFiles, metafile } = buildSync({
    entryPoints: [join(source, "src", name, "index.js")],
    outdir: output,
    bundle: true,
    target: "es2022",
    minify: true,
    legalComments: "none",
    loader: { ".wasm": runtime === "node" ? "base64" : "binary" },
    alias: {
      "#module": join(source, "src", loader, `${runtime}.js`),
      "#wanted": join(source, "src", name, "wanted.js"),
      "#script": join(modules, `${name}.mjs`),
      "#wasm": wasm ?? join(output, imported),
    },
    external: [imported],
    inject: runtime === "browser" ? [join(source, "src/module/jsdom.js")] : [],
    write: false,
    metafile: true,
    ...options,
  });
  const [{ exports }] = Object.values(metafile.outputs);
  return { code: outputFiles[0].text, names: exports };
}

/** Returns the name of an entry's file for a runtime, without its extension. */
const fileOf = ({ name }, runtime) => (name === "workflow" ? runtime : `${name}.${runtime}`);

/** Writes a file of the package. */
const write = (name, text) => writeFileSync(join(output, name), text);

/** Writes the JavaScript of an entry for Workers, and returns the names of its exports. */
function writeWorker(entry) {
  const { code, names } = bundle(entry, "workerd", { format: "esm" });
  // A second minifier makes it a little smaller.
  const terse = minify(code, { module: true, ecma: 2022, compress: { passes: 3 } });
  write(`${fileOf(entry, "workerd")}.js`, `${terse.code}\n`);
  return names;
}

/**
 * Writes the ES module and the CommonJS of another runtime. The one that loads first in a process
 * keeps what it exports, and the other exports the same: a class is the same in both.
 */
function writeShared(entry, runtime, names) {
  // Node prints the line that throws, which shouldn't be all of the file.
  const { code } = bundle(entry, runtime, { format: "iife", globalName: "own", lineLimit: 500 });
  const shared = [
    `const key=Symbol.for("visiono-workflow ${version} ${entry.name}");`,
    `const shared=globalThis[key]??(()=>{${code}return own})();`,
    "Reflect.defineProperty(globalThis,key,{value:shared});\n",
  ].join("");
  const [imported, required] =
    runtime === "node" ? ['import{Buffer}from"node:buffer";', 'const{Buffer}=require("node:buffer");'] : ["", ""];
  const members = names.map((name) => `exports.${name}=shared.${name};`).join("");
  const file = fileOf(entry, runtime);
  write(`${file}.js`, `${imported}${shared}export const{${names}}=shared;\n`);
  write(`${file}.cjs`, `"use strict";${required}${shared}${members}\n`);
}

export function build() {
  rmSync(join(output, ".."), { recursive: true, force: true });
  mkdirSync(modules, { recursive: true });
  cpSync(source, output, { recursive: true, filter: (path) => path !== join(source, "src") });
  cpSync(join(root, "bindings-wasm/examples"), join(output, "examples"), { recursive: true });
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) {
    cpSync(join(root, name), join(output, name));
  }
  // The declarations of CommonJS name its files.
  for (const name of readdirSync(source).filter((name) => name.endsWith(".d.ts"))) {
    const declarations = readFileSync(join(source, name), "utf8");
    write(name.replace(".ts", ".cts"), declarations.replaceAll('.js"', '.cjs"'));
  }
  // The names of the folders of its sources are needed.
  run("cargo", ["fetch", "--quiet", "--target", TRIPLE], { cwd: root });
  ENTRIES.filter(({ profile }) => profile).forEach(buildModules);
  for (const entry of ENTRIES) {
    const names = writeWorker(entry);
    entry.runtimes.forEach((runtime) => writeShared(entry, runtime, names));
  }
}

/** Packs the tarball that is published, and returns its path. */
export function pack() {
  const packed = run("npm", ["pack", "--json", "--pack-destination", ".."], { cwd: output });
  return join(output, "..", JSON.parse(packed)[0].filename);
}

/** Prints the size of each entry in a Worker, gzipped. Throws if one is over its budget. */
export function checkSize(folder = output) {
  for (const entry of ENTRIES) {
    const module = entry.profile ? [`visiono_${entry.name}.wasm`] : [];
    const sizes = [...module, `${fileOf(entry, "workerd")}.js`].map((name) => {
      const { length } = run("gzip", ["-9", "--no-name", "--stdout", join(folder, name)]);
      console.log(`${name.padEnd(24)} ${statSync(join(folder, name)).size} bytes, ${length} gzipped`);
      return length;
    });
    const total = sizes.reduce((sum, size) => sum + size);
    console.log(`together                 ${total} of ${entry.budget}`);
    if (total > entry.budget) {
      throw new Error(`${entry.name}: the module and its JavaScript are larger than they may be`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  build();
  const commands = { pack: () => console.log(pack()), size: () => checkSize() };
  commands[process.argv[2]]?.();
}
