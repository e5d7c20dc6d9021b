// Builds the package in target/npm/package: `node scripts/build.mjs [pack | size | api]`.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const output = join(root, "target/npm/package");
const source = join(root, "bindings-wasm/package");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const TRIPLE = "wasm32-unknown-unknown";

/** Each entry point has modules of its own, so that nobody downloads the other. */
const ENTRIES = [
  { feature: "workflow", start: "index.js", prefix: "", budget: 26 * 1024 },
  { feature: "webhook", start: "webhook/index.js", prefix: "webhook.", budget: 26 * 1024 },
];
/** The runtimes that have a file of their own, and the source of its module. */
const RUNTIMES = { workerd: "workerd", node: "node", browser: "inline" };

/** What makes the small modules compress well. */
const SMALL_CODE = [
  // SHA-256 as a loop: unrolled, it is seven times the size.
  '--cfg=sha2_backend_soft="compact"',
  // Code that is repeated compresses better than code that is shared by jumps.
  ...["-simplifycfg-sink-common=0", "-simplifycfg-hoist-common=0", "-disable-lsr", "-inline-threshold=10"].map(
    (option) => `-Cllvm-args=${option}`,
  ),
];
const SMALL_MODULE = [
  "-Oz",
  "--converge",
  // No sum of a pointer and an offset wraps around to the first kilobyte of memory.
  "--low-memory-unused",
  // Repeated expressions, functions with one caller and runs of zeros compress better as they are.
  "--one-caller-inline-max-function-size=1",
  "--skip-pass=local-cse",
  "--skip-pass=memory-packing",
  // No engine needs the hints, and without them more instructions are alike.
  "--dealign",
  "--debuginfo",
];

export const tool = (name) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));

export function run(command, args, options) {
  return execFileSync(command, args, { stdio: ["ignore", "pipe", "inherit"], ...options });
}

function compile(name, feature, profile, own) {
  console.error(`Building ${name}`);
  const registry = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "registry/src");
  const folders = [...readdirSync(registry).map((name) => join(registry, name)), root];
  const flags = [
    // After a call that was cut short, JavaScript resets the stack.
    "-Clink-arg=--export=__stack_pointer",
    // Every runtime has had it since 2021.
    "-Ctarget-feature=+bulk-memory",
    // The module contains no path of the machine that built it.
    ...folders.map((folder) => `--remap-path-prefix=${folder}/=`),
    ...own,
  ];
  const options = ["--profile", profile, "--target", TRIPLE, "--no-default-features"];
  run("cargo", ["build", "--quiet", "-p", "visiono-workflow-wasm", ...options, "-F", feature], {
    cwd: root,
    env: { ...process.env, CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f") },
  });
  return join(target, TRIPLE, profile, "visiono_workflow_wasm.wasm");
}

function optimize(module, output, args) {
  // The features that Rust compiles for.
  const features = ["bulk-memory", "bulk-memory-opt", "mutable-globals", "nontrapping-float-to-int", "sign-ext", "simd"];
  const enabled = features.map((feature) => `--enable-${feature}`);
  run(tool("wasm-opt"), [module, ...enabled, ...args, "--output", output]);
}

/** Builds a small module, and a fast one for Node, which reads it from the package once. */
function buildModules({ feature }) {
  const [small, fast] = [`visiono_${feature}.wasm`, `visiono_${feature}.node.wasm`];
  optimize(compile(small, feature, "wasm", SMALL_CODE), join(output, small), SMALL_MODULE);
  const strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
  // Functions of the same stage are alike, so they compress better side by side.
  optimize(join(output, small), join(output, small), ["--reorder-functions-by-name", ...strip]);
  const simd = ["-Ctarget-feature=+simd128"];
  optimize(compile(fast, feature, "wasm-fast", simd), join(output, fast), strip);
}

function bundle({ feature, start, prefix }, runtime) {
  const module = `./visiono_${feature}.wasm`;
  buildSync({
    entryPoints: [join(source, "src", start)],
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    loader: { ".wasm": "binary" },
    alias: {
      "#module": join(source, `src/module/${RUNTIMES[runtime]}.js`),
      // A browser has it inlined.
      "#wasm": runtime === "browser" ? join(output, module) : module,
    },
    define: { NODE_MODULE: `"./visiono_${feature}.node.wasm"` },
    external: ["node:*", ...(runtime === "browser" ? [] : [module])],
    outfile: join(output, `${prefix}${runtime}.js`),
  });
}

export function build() {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  for (const entry of ENTRIES) {
    buildModules(entry);
    Object.keys(RUNTIMES).forEach((runtime) => bundle(entry, runtime));
  }
  for (const name of ["package.json", "index.d.ts", "webhook.d.ts", "README.md"]) {
    copyFileSync(join(source, name), join(output, name));
  }
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) {
    copyFileSync(join(root, name), join(output, name));
  }
}

/** Packs the tarball that is published, and returns its path. */
export function pack() {
  const [{ filename }] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", ".."], { cwd: output }));
  return join(output, "..", filename);
}

/** Prints the size of each entry in a Worker, gzipped. Throws if one is over its budget. */
export function checkSize(folder = output) {
  for (const { feature, prefix, budget } of ENTRIES) {
    let total = 0;
    for (const name of [`visiono_${feature}.wasm`, `${prefix}workerd.js`]) {
      const { length } = run("gzip", ["-9", "--no-name", "--stdout", join(folder, name)]);
      console.log(`${name.padEnd(24)} ${statSync(join(folder, name)).size} bytes, ${length} gzipped`);
      total += length;
    }
    console.log(`together                 ${total} of ${budget}`);
    if (total > budget) {
      throw new Error(`visiono_${feature}.wasm and its JavaScript are larger than they may be`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  build();
  const [, , command] = process.argv;
  if (command === "pack") {
    console.log(pack());
  } else if (command === "size") {
    checkSize();
  } else if (command === "api") {
    const { printApi } = await import("./api.mjs");
    await printApi(output);
  }
}
