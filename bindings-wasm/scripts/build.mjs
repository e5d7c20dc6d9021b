// Builds the package in target/npm/package: `node scripts/build.mjs [pack | size | api]`.

import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { minify_sync as minify } from "terser";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const output = join(root, "target/npm/package");
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
const CONDITIONS = {
  import: {
    workerd: {
      // Nitro 2 (Nuxt 4) parses a .wasm file as JavaScript. Its conditions for Cloudflare, Netlify,
      // Deno and Vercel's edge are the same in another order, which counts for nothing.
      wintercg: "edge.js",
      // Nitro 3 imports an instance of a .wasm file, unless the name ends in `?module`, which others
      // don't know.
      unwasm: "edge.js",
      // Wrangler and Cloudflare's plugins for Vite and Vitest have all three.
      worker: { browser: "workerd.js" },
      // Vite, Rollup and esbuild without a plugin can't import a .wasm file as a module.
      default: "edge.js",
    },
    "edge-light": "edge.js",
    // Deno and Bun have it too.
    node: "node.js",
    // For Cloudflare or for a browser: webpack's target `webworker` doesn't tell.
    worker: "edge.js",
    default: "browser.js",
  },
  require: {
    workerd: "edge.cjs",
    "edge-light": "edge.cjs",
    node: "node.cjs",
    worker: "edge.cjs",
    default: "browser.cjs",
  },
};

/**
 * The same for an entry that compiles its module while it runs, and has no JavaScript of it: a
 * search is a million hashes, which a translation would make many times slower, and it would be a
 * megabyte. It is no part of a program that answers requests, so the bytes are for Node and for
 * browsers, and the `.wasm` file for Wrangler, as in a test. In the edge functions of other tools
 * the import fails.
 */
const COMPILED = {
  import: { workerd: { worker: { browser: "workerd.js" } }, default: "browser.js" },
  require: { default: "browser.cjs" },
};

/** The same for an entry without a module, which is the same in all runtimes. */
const PORTABLE = {
  import: { workerd: "workerd.js", default: "any.js" },
  require: { default: "any.cjs" },
};

/**
 * The entry points: what is imported, the feature of the Rust crate, the first source, the folder
 * that loads the module, the declarations, the beginning of the files' names, Node's file, the
 * conditions and their runtimes besides `workerd`, how the small module is compiled and hashes, and the
 * size that a Worker may load, gzipped.
 * Each has modules of its own, so that nobody downloads the others. One without a loader has none.
 */
const ENTRIES = [
  {
    path: ".",
    feature: "workflow",
    start: "index.js",
    loader: "module",
    types: "index",
    prefix: "",
    main: "node",
    conditions: CONDITIONS,
    runtimes: ["edge", "node", "browser"],
    profile: "wasm",
    level: "-Oz",
    hash: LOOP,
    budget: 26 * 1024,
  },
  {
    path: "./webhook",
    feature: "webhook",
    start: "webhook/index.js",
    loader: "module",
    types: "webhook",
    prefix: "webhook.",
    main: "webhook.node",
    conditions: CONDITIONS,
    runtimes: ["edge", "node", "browser"],
    profile: "wasm-webhook",
    level: "-O3",
    // A body has many blocks, and hashing them is a fifth faster for half a kilobyte.
    hash: SIMD,
    budget: 26 * 1024,
  },
  {
    path: "./explain",
    feature: "explain",
    start: "explain/index.js",
    loader: "explain/module",
    types: "explain",
    prefix: "explain.",
    main: "explain.browser",
    conditions: COMPILED,
    runtimes: ["browser"],
    profile: "wasm",
    level: "-Oz",
    hash: SIMD,
    budget: 176 * 1024,
  },
  {
    path: "./inbox",
    feature: "inbox",
    start: "inbox/index.js",
    types: "inbox",
    prefix: "inbox.",
    main: "inbox.any",
    conditions: PORTABLE,
    runtimes: ["any"],
    budget: 16 * 1024,
  },
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
  // The names are for the next step.
  "--debuginfo",
];
/** The features that Rust compiles for. */
const FEATURES = ["bulk-memory", "bulk-memory-opt", "mutable-globals", "sign-ext", "simd"]
  .concat("nontrapping-float-to-int")
  .map((feature) => `--enable-${feature}`);
/** Removes a folder from the paths in a module. */
const remap = (folder) => `--remap-path-prefix=${folder}/=`;
const STRIP = ["--strip-debug", "--strip-producers", "--strip-target-features"];

export function run(command, args, options) {
  return execFileSync(command, args, { stdio: ["ignore", "pipe", "inherit"], ...options });
}

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
  const env = { ...process.env, CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f") };
  const options = ["--profile", profile, "--target", TRIPLE, "--no-default-features", "-F", feature];
  options.push("--message-format", "json-render-diagnostics");
  const said = run("cargo", ["build", "--quiet", "-p", "visiono-workflow-wasm", ...options], { cwd: root, env });
  // The module's folder depends on cargo's configuration.
  const messages = said.toString().trim().split("\n").map((line) => JSON.parse(line));
  const made = messages.find((message) => message.target?.name === "visiono_workflow_wasm");
  return made.filenames.find((file) => file.endsWith(".wasm"));
}

function binaryen(command, args) {
  run(join(root, "bindings-wasm/node_modules/.bin", command), args);
}

/** Runs binaryen's optimizer. */
function optimize(module, to, args) {
  binaryen("wasm-opt", [module, ...FEATURES, ...args, "--output", to]);
}

/** The files that are made for an entry, of which only the first is published as it is. */
const modules = (feature) => ({
  small: join(output, `visiono_${feature}.wasm`),
  fast: join(output, `../modules/${feature}.node.wasm`),
  script: join(output, `../modules/${feature}.mjs`),
});

/** Builds a small module and, for the runtimes that load them, the same as JavaScript and a fast one. */
function buildModules({ feature, profile, level, hash, runtimes }) {
  const { small, fast, script } = modules(feature);
  optimize(compile(feature, profile, [hash, ...SMALL_CODE]), small, [level, ...SMALL_MODULE]);
  // Functions of the same stage are alike, so they compress better side by side.
  optimize(small, small, ["--reorder-functions-by-name", ...STRIP]);
  if (runtimes.includes("edge")) {
    // JavaScript has no SIMD.
    translate(compile(feature, "wasm", [LOOP, ...SMALL_CODE]), script);
  }
  if (runtimes.includes("node")) {
    optimize(compile(feature, "wasm-fast", [SIMD]), fast, STRIP);
  }
}

/** Translates a module to JavaScript. */
function translate(module, script) {
  const lowered = join(output, "../modules/lowered.wasm");
  const lower = ["--signext-lowering", "--llvm-nontrapping-fptoint-lowering"];
  optimize(module, lowered, ["-Oz", ...lower, ...STRIP]);
  const features = ["mutable-globals", "bulk-memory", "bulk-memory-opt"].map((name) => `--enable-${name}`);
  binaryen("wasm2js", [lowered, "-O", ...features, "--output", script]);
  const changes = [
    // The exports become one object, as those of an instance, which is made when it is needed.
    [/^var retasmFunc[^]*/m, "export const instantiate = () => asmFunc({});\n"],
    // Growing memory empties the views of the old one, as in WebAssembly. It is wiped.
    [
      /^ *buffer = newBuffer;\n/m,
      "new Uint8Array(buffer).fill(0);\nstructuredClone(buffer, { transfer: [buffer] });\n$&",
    ],
  ];
  let code = readFileSync(script, "utf8");
  for (const [part, replacement] of changes) {
    if (!part.test(code)) {
      throw new Error(`wasm2js writes no ${part}`);
    }
    code = code.replace(part, replacement);
  }
  writeFileSync(script, code);
}

/** Bundles an entry for a runtime. */
function bundle({ feature, start, loader }, runtime, options) {
  const { small, fast, script } = modules(feature);
  const imported = `./${basename(small)}`;
  const wasm = { workerd: imported, node: fast, browser: small }[runtime];
  const { outputFiles, metafile } = buildSync({
    entryPoints: [join(source, "src", start)],
    outdir: output,
    bundle: true,
    target: "es2022",
    minify: true,
    legalComments: "none",
    loader: { ".wasm": runtime === "node" ? "base64" : "binary" },
    alias: {
      ...(loader && { "#module": join(source, "src", loader, `${runtime}.js`) }),
      "#wanted": join(source, "src", dirname(start), "wanted.js"),
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
  const own = code.replace(/^("use strict";)?var own=/, "").replace(/;\n$/, "");
  const shared = [
    `const key=Symbol.for("visiono-workflow ${version} ${entry.feature}");`,
    `const shared=globalThis[key]??${own};`,
    "Reflect.defineProperty(globalThis,key,{value:shared});\n",
  ].join("");
  const isNode = runtime === "node";
  const js = [isNode ? 'import{Buffer}from"node:buffer";' : "", shared, `export const{${names}}=shared;\n`];
  const cjs = [
    '"use strict";',
    isNode ? 'const{Buffer}=require("node:buffer");' : "",
    shared,
    ...names.map((name) => `exports.${name}=shared.${name};`),
    "\n",
  ];
  return { js: js.join(""), cjs: cjs.join("") };
}

/** Writes the files of an entry. */
function writeEntry(entry) {
  const write = (name, text) => writeFileSync(join(output, name), text);
  const { code, names } = bundle(entry, "workerd", { format: "esm" });
  // A second minifier makes it a little smaller.
  const terse = minify(code, { module: true, ecma: 2022, compress: { passes: 3 } });
  write(`${entry.prefix}workerd.js`, `${terse.code}\n`);
  for (const runtime of entry.runtimes) {
    const { js, cjs } = bundleShared(entry, runtime, names);
    write(`${entry.prefix}${runtime}.js`, js);
    write(`${entry.prefix}${runtime}.cjs`, cjs);
  }
  const types = readFileSync(join(source, `${entry.types}.d.ts`), "utf8");
  write(`${entry.types}.d.ts`, types);
  write(`${entry.types}.d.cts`, types.replaceAll('.js"', '.cjs"'));
}

/** Adds the beginning of an entry's files to the conditions, and the types. */
function exportsOf({ prefix, types, conditions }) {
  const files = (condition) =>
    typeof condition === "string" ? `./${prefix}${condition}` : mapValues(condition, files);
  return {
    import: { types: `./${types}.d.ts`, ...files(conditions.import) },
    require: { types: `./${types}.d.cts`, ...files(conditions.require) },
  };
}

const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));

/** Writes the package's manifest, and one for each other entry, which only old resolvers read. */
function writeManifests() {
  const { files: published, ...manifest } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const files = ({ prefix, types, main, runtimes }, folder) => ({
    main: `${folder}${main}.cjs`,
    module: `${folder}${prefix}${runtimes.at(-1)}.js`,
    types: `${folder}${types}.d.cts`,
  });
  const exports = Object.fromEntries(ENTRIES.map((entry) => [entry.path, exportsOf(entry)]));
  exports["./package.json"] = "./package.json";
  const write = (folder, content) => {
    mkdirSync(join(output, folder), { recursive: true });
    writeFileSync(join(output, folder, "package.json"), `${JSON.stringify(content, null, 2)}\n`);
  };
  const others = ENTRIES.filter(({ path }) => path !== ".");
  others.forEach((entry) => write(entry.path, files(entry, "../")));
  write(".", { ...manifest, ...files(ENTRIES[0], "./"), exports, files: [...published, ...others.map(({ types }) => types)] });
}

export function build() {
  rmSync(join(output, ".."), { recursive: true, force: true });
  mkdirSync(join(output, "../modules"), { recursive: true });
  mkdirSync(output);
  // The names of the folders of its sources are needed below.
  run("cargo", ["fetch", "--quiet", "--target", TRIPLE], { cwd: root });
  for (const entry of ENTRIES) {
    if (entry.loader) {
      buildModules(entry);
    }
    writeEntry(entry);
  }
  writeManifests();
  copyFileSync(join(source, "README.md"), join(output, "README.md"));
  cpSync(join(root, "bindings-wasm/examples"), join(output, "examples"), { recursive: true });
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) {
    copyFileSync(join(root, name), join(output, name));
  }
}

/** Packs the tarball that is published, and returns its path. */
export function pack() {
  const packed = run("npm", ["pack", "--json", "--pack-destination", ".."], { cwd: output });
  return join(output, "..", JSON.parse(packed)[0].filename);
}

/** Prints the size of each entry in a Worker, gzipped. Throws if one is over its budget. */
export function checkSize(folder = output) {
  for (const { feature, loader, prefix, budget } of ENTRIES) {
    const module = loader ? [`visiono_${feature}.wasm`] : [];
    const sizes = [...module, `${prefix}workerd.js`].map((name) => {
      const { length } = run("gzip", ["-9", "--no-name", "--stdout", join(folder, name)]);
      console.log(`${name.padEnd(24)} ${statSync(join(folder, name)).size} bytes, ${length} gzipped`);
      return length;
    });
    const total = sizes.reduce((sum, size) => sum + size);
    console.log(`together                 ${total} of ${budget}`);
    if (total > budget) {
      throw new Error(`${feature}: the module and its JavaScript are larger than they may be`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  build();
  const { printApi } = await import("./api.mjs");
  const commands = { pack: () => console.log(pack()), size: checkSize, api: () => printApi(output, ENTRIES) };
  await commands[process.argv[2]]?.(output);
}
