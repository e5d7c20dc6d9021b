// Builds the package in target/npm/package: `node scripts/build.mjs [pack | size | api]`.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { minify_sync as minify } from "terser";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const target = join(root, "target");
export const output = join(target, "npm/package");
const source = join(root, "bindings-wasm/package");
const { version } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
const TRIPLE = "wasm32-unknown-unknown";

const SIMD = "-Ctarget-feature=+simd128";
/** SHA-256 as a loop: unrolled without SIMD, it is seven times the size. */
const LOOP = '--cfg=sha2_backend_soft="compact"';

/**
 * The conditions under which a file is taken. Tools take the first that they know, and many know
 * more than one of them. There is a file for each kind of runtime:
 *
 * - `workerd` imports a `.wasm` file: Cloudflare compiles no bytes at run time.
 * - `edge` has the module as JavaScript: there too nothing may be compiled at run time, but the build
 *   tool can't import a `.wasm` file, or it is not known whether it can.
 * - `node` and `browser` have the bytes inlined: a file that is read at run time is lost in a bundle.
 *   `node` also has the JavaScript, because OpenNext runs what Next bundled for Node in a Worker.
 */
const everywhere = (prefix) => ({
  import: {
    workerd: {
      // Nitro 2 (Nuxt 4) parses a .wasm file as JavaScript. Its conditions for Cloudflare, Netlify,
      // Deno and Vercel's edge are the same in another order, which counts for nothing.
      wintercg: `${prefix}edge.js`,
      // Nitro 3 imports an instance of a .wasm file, unless the name ends in `?module`, which others
      // don't know.
      unwasm: `${prefix}edge.js`,
      // Wrangler and Cloudflare's plugins for Vite and Vitest have all three.
      worker: { browser: `${prefix}workerd.js` },
      // Vite, Rollup and esbuild without a plugin can't import a .wasm file as a module.
      default: `${prefix}edge.js`,
    },
    "edge-light": `${prefix}edge.js`,
    // Deno and Bun have it too.
    node: `${prefix}node.js`,
    // For Cloudflare or for a browser: webpack's target `webworker` doesn't tell.
    worker: `${prefix}edge.js`,
    default: `${prefix}browser.js`,
  },
  require: {
    workerd: `${prefix}edge.cjs`,
    "edge-light": `${prefix}edge.cjs`,
    node: `${prefix}node.cjs`,
    worker: `${prefix}edge.cjs`,
    default: `${prefix}browser.cjs`,
  },
});

/**
 * The same for an entry that compiles its module while it runs, and has no JavaScript of it: a
 * search is a million hashes, which a translation would make many times slower, and it would be a
 * megabyte. It is no part of a program that answers requests, so the bytes are for Node and for
 * browsers, and the `.wasm` file for Wrangler, as in a test. In the edge functions of other tools
 * the import fails.
 */
const compiled = (prefix) => ({
  import: { workerd: { worker: { browser: `${prefix}workerd.js` } }, default: `${prefix}browser.js` },
  require: { default: `${prefix}browser.cjs` },
});

/** The same for an entry without a module, which is the same in all runtimes. */
const portable = (prefix) => ({
  import: { workerd: `${prefix}workerd.js`, default: `${prefix}any.js` },
  require: { default: `${prefix}any.cjs` },
});

/**
 * The entry points: what is imported, the name of the module and of the crate's feature, the folder
 * of its first source, the folder that loads the module, the declarations, the beginning of the
 * files' names, the conditions and their runtimes besides `workerd`, first Node's and then that of
 * bundlers, the size that a Worker may load, gzipped, and how the small module is compiled and hashes.
 * Each has modules of its own, so that nobody downloads the others. One without a loader has none.
 */
const COMPLETE = {
  loader: "module",
  conditions: everywhere,
  runtimes: ["node", "browser", "edge"],
  budget: 26 * 1024,
};
const ENTRIES = [
  {
    path: ".",
    name: "workflow",
    folder: "",
    types: "index",
    prefix: "",
    ...COMPLETE,
    profile: "wasm",
    level: "-Oz",
    hash: LOOP,
  },
  // A body has many blocks, and hashing them is a fifth faster for half a kilobyte.
  { ...other("webhook"), ...COMPLETE, profile: "wasm-webhook", level: "-O3", hash: SIMD },
  {
    ...other("explain"),
    loader: "explain/module",
    conditions: compiled,
    runtimes: ["browser"],
    budget: 176 * 1024,
    profile: "wasm",
    level: "-Oz",
    hash: SIMD,
  },
  { ...other("inbox"), conditions: portable, runtimes: ["any"], budget: 16 * 1024 },
];

function other(name) {
  return { path: `./${name}`, name, folder: `${name}/`, types: name, prefix: `${name}.` };
}

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

/** The files that are made for an entry, of which only the first is published as it is. */
const modules = (name) => ({
  small: join(output, `visiono_${name}.wasm`),
  fast: join(output, `../modules/${name}.node.wasm`),
  script: join(output, `../modules/${name}.mjs`),
});

/** Builds a small module and, for the runtimes that load them, the same as JavaScript and a fast one. */
function buildModules({ name, profile, level, hash, runtimes }) {
  const { small, fast, script } = modules(name);
  binaryen("wasm-opt", compile(name, profile, [hash, ...SMALL_CODE]), small, [level, ...SMALL_MODULE, ...STRIP]);
  if (runtimes.includes("edge")) {
    // JavaScript has no SIMD.
    translate(compile(name, "wasm", [LOOP, ...SMALL_CODE]), script);
  }
  if (runtimes.includes("node")) {
    binaryen("wasm-opt", compile(name, "wasm-fast", [SIMD]), fast, STRIP);
  }
}

/** Translates a module to JavaScript. */
function translate(module, script) {
  const lowered = join(output, "../modules/lowered.wasm");
  binaryen("wasm-opt", module, lowered, ["-Oz", "--signext-lowering", "--llvm-nontrapping-fptoint-lowering"]);
  binaryen("wasm2js", lowered, script, ["-O"]);
  const changes = [
    // The exports become one object, as those of an instance, which is made when it is needed.
    [/^var retasmFunc[^]*/m, "export const instantiate = () => asmFunc({});\n"],
    // Growing memory empties the views of the old one, as in WebAssembly. It is wiped.
    [
      /^ *buffer = newBuffer;\n/m,
      "new Uint8Array(buffer).fill(0);\nstructuredClone(buffer, { transfer: [buffer] });\n$&",
    ],
  ];
  const changed = changes.reduce((code, [part, replacement]) => {
    if (!part.test(code)) {
      throw new Error(`wasm2js writes no ${part}`);
    }
    return code.replace(part, replacement);
  }, readFileSync(script, "utf8"));
  writeFileSync(script, changed);
}

/** Bundles an entry for a runtime. */
function bundle({ name, folder, loader }, runtime, options) {
  const { small, fast, script } = modules(name);
  const imported = `./visiono_${name}.wasm`;
  const wasm = { workerd: imported, node: fast, browser: small }[runtime];
  const { outputFiles, metafile } = buildSync({
    entryPoints: [join(source, "src", folder, "index.js")],
    outdir: output,
    bundle: true,
    target: "es2022",
    minify: true,
    legalComments: "none",
    loader: { ".wasm": runtime === "node" ? "base64" : "binary" },
    alias: {
      ...(loader && { "#module": join(source, "src", loader, `${runtime}.js`) }),
      "#wanted": join(source, "src", folder, "wanted.js"),
      "#script": script,
      ...(wasm && { "#wasm": wasm }),
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

/**
 * Makes the ES module and the CommonJS of a runtime. The one that loads first in a process keeps
 * what it exports, and the other exports the same: a class is the same in both.
 */
function bundleShared(entry, runtime, names) {
  // Node prints the line that throws, which shouldn't be all of the file.
  const { code } = bundle(entry, runtime, { format: "iife", globalName: "own", lineLimit: 500 });
  const shared = [
    `const key=Symbol.for("visiono-workflow ${version} ${entry.name}");`,
    `const shared=globalThis[key]??(()=>{${code}return own})();`,
    "Reflect.defineProperty(globalThis,key,{value:shared});\n",
  ].join("");
  const [imported, required] =
    runtime === "node" ? ['import{Buffer}from"node:buffer";', 'const{Buffer}=require("node:buffer");'] : ["", ""];
  return {
    js: `${imported}${shared}export const{${names}}=shared;\n`,
    cjs: `"use strict";${required}${shared}${names.map((name) => `exports.${name}=shared.${name};`).join("")}\n`,
  };
}

/** Writes a file of the package. */
function write(name, text) {
  writeFileSync(join(output, name), text);
}

/** Writes the files of an entry. */
function writeEntry(entry) {
  const { prefix, runtimes, types } = entry;
  const { code, names } = bundle(entry, "workerd", { format: "esm" });
  // A second minifier makes it a little smaller.
  const terse = minify(code, { module: true, ecma: 2022, compress: { passes: 3 } });
  write(`${prefix}workerd.js`, `${terse.code}\n`);
  for (const runtime of runtimes) {
    const { js, cjs } = bundleShared(entry, runtime, names);
    write(`${prefix}${runtime}.js`, js);
    write(`${prefix}${runtime}.cjs`, cjs);
  }
  const declarations = readFileSync(join(source, `${types}.d.ts`), "utf8");
  write(`${types}.d.ts`, declarations);
  write(`${types}.d.cts`, declarations.replaceAll('.js"', '.cjs"'));
}

/** Returns the files of an entry by their conditions. */
function exportsOf({ path, prefix, types, conditions }) {
  const files = conditions(`./${prefix}`);
  return [
    path,
    {
      import: { types: `./${types}.d.ts`, ...files.import },
      require: { types: `./${types}.d.cts`, ...files.require },
    },
  ];
}

/** Returns the files of an entry for old resolvers, which don't read `exports`. */
function mainOf({ types, prefix, runtimes: [main, module = main] }, folder) {
  const start = `${folder}${prefix}`;
  return { main: `${start}${main}.cjs`, module: `${start}${module}.js`, types: `${folder}${types}.d.cts` };
}

/** Writes the package's manifest, and one for each other entry, which only old resolvers read. */
function writeManifests() {
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const [first, ...others] = ENTRIES;
  const exports = { ...Object.fromEntries(ENTRIES.map(exportsOf)), "./package.json": "./package.json" };
  const files = [...manifest.files, ...others.map(({ name }) => name)];
  const json = (content) => `${JSON.stringify(content, null, 2)}\n`;
  write("package.json", json({ ...manifest, ...mainOf(first, "./"), exports, files }));
  for (const entry of others) {
    mkdirSync(join(output, entry.name));
    write(`${entry.name}/package.json`, json(mainOf(entry, "../")));
  }
}

export function build() {
  rmSync(join(output, ".."), { recursive: true, force: true });
  for (const folder of [output, join(output, "../modules")]) {
    mkdirSync(folder, { recursive: true });
  }
  // The names of the folders of its sources are needed.
  run("cargo", ["fetch", "--quiet", "--target", TRIPLE], { cwd: root });
  ENTRIES.filter(({ loader }) => loader).forEach(buildModules);
  ENTRIES.forEach(writeEntry);
  writeManifests();
  cpSync(join(source, "README.md"), join(output, "README.md"));
  cpSync(join(root, "bindings-wasm/examples"), join(output, "examples"), { recursive: true });
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) {
    cpSync(join(root, name), join(output, name));
  }
}

/** Packs the tarball that is published, and returns its path. */
export function pack() {
  const packed = run("npm", ["pack", "--json", "--pack-destination", ".."], { cwd: output });
  return join(output, "..", JSON.parse(packed)[0].filename);
}

/** Prints the size of each entry in a Worker, gzipped. Throws if one is over its budget. */
export function checkSize(folder = output) {
  for (const { name: entry, loader, prefix, budget } of ENTRIES) {
    const module = loader ? [`visiono_${entry}.wasm`] : [];
    const sizes = [...module, `${prefix}workerd.js`].map((name) => {
      const { length } = run("gzip", ["-9", "--no-name", "--stdout", join(folder, name)]);
      console.log(`${name.padEnd(24)} ${statSync(join(folder, name)).size} bytes, ${length} gzipped`);
      return length;
    });
    const total = sizes.reduce((sum, size) => sum + size);
    console.log(`together                 ${total} of ${budget}`);
    if (total > budget) {
      throw new Error(`${entry}: the module and its JavaScript are larger than they may be`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  build();
  const { printApi } = await import("./api.mjs");
  const commands = { pack: () => console.log(pack()), size: checkSize, api: () => printApi(output, ENTRIES) };
  await commands[process.argv[2]]?.(output);
}
