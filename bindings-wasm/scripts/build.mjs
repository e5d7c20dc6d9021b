// Builds the package in target/npm/package: `node scripts/build.mjs [pack | size | api]`.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
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

/** The flags of a small module. */
const SMALL_CODE = [
  // SHA-256 as a loop: unrolled, it is seven times the size.
  '--cfg=sha2_backend_soft="compact"',
  // Code that is repeated compresses better than code that is shared by jumps.
  "-Cllvm-args=-simplifycfg-sink-common=0 -simplifycfg-hoist-common=0",
  "-Cllvm-args=-disable-lsr -inline-threshold=20",
];
const SMALL_MODULE = [
  // No sum of a pointer and an offset wraps around to the first kilobyte of memory.
  ...["-Oz", "--converge", "--low-memory-unused"],
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

function compile(name, feature, profile, own) {
  console.error(`Building ${name}`);
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
  run("cargo", ["build", "--quiet", "-p", "visiono-workflow-wasm", ...options], { cwd: root, env });
  return join(target, TRIPLE, profile, "visiono_workflow_wasm.wasm");
}

function optimize(module, name, args) {
  const wasmOpt = join(root, "bindings-wasm/node_modules/.bin/wasm-opt");
  run(wasmOpt, [module, ...FEATURES, ...args, "--output", join(output, name)]);
}

/** Builds a small module, and a fast one for Node, which reads it from the package once. */
function buildModules({ feature }) {
  const [small, fast] = [`visiono_${feature}.wasm`, `visiono_${feature}.node.wasm`];
  optimize(compile(small, feature, "wasm", SMALL_CODE), small, SMALL_MODULE);
  // Functions of the same stage are alike, so they compress better side by side.
  optimize(join(output, small), small, ["--reorder-functions-by-name", ...STRIP]);
  optimize(compile(fast, feature, "wasm-fast", ["-Ctarget-feature=+simd128"]), fast, STRIP);
}

function bundle({ feature, start, prefix }, runtime) {
  const module = `./visiono_${feature}.wasm`;
  // A browser has it inlined.
  const wasm = runtime === "browser" ? join(output, module) : module;
  buildSync({
    entryPoints: [join(source, "src", start)],
    outfile: join(output, `${prefix}${runtime}.js`),
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    loader: { ".wasm": "binary" },
    alias: { "#module": join(source, `src/module/${RUNTIMES[runtime]}.js`), "#wasm": wasm },
    define: { NODE_MODULE: `"./visiono_${feature}.node.wasm"` },
    external: wasm === module ? ["node:*", module] : [],
  });
}

export function build() {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  // The names of the folders of its sources are needed below.
  run("cargo", ["fetch", "--quiet", "--target", TRIPLE], { cwd: root });
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
  const packed = run("npm", ["pack", "--json", "--pack-destination", ".."], { cwd: output });
  return join(output, "..", JSON.parse(packed)[0].filename);
}

/** Prints the size of each entry in a Worker, gzipped. Throws if one is over its budget. */
export function checkSize(folder = output) {
  for (const { feature, prefix, budget } of ENTRIES) {
    const sizes = [`visiono_${feature}.wasm`, `${prefix}workerd.js`].map((name) => {
      const { length } = run("gzip", ["-9", "--no-name", "--stdout", join(folder, name)]);
      console.log(`${name.padEnd(24)} ${statSync(join(folder, name)).size} bytes, ${length} gzipped`);
      return length;
    });
    const total = sizes[0] + sizes[1];
    console.log(`together                 ${total} of ${budget}`);
    if (total > budget) {
      throw new Error(`visiono_${feature}.wasm and its JavaScript are larger than they may be`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  build();
  const { printApi } = await import("./api.mjs");
  const commands = { pack: () => console.log(pack()), size: checkSize, api: () => printApi(output) };
  await commands[process.argv[2]]?.(output);
}
