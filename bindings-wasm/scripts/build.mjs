// Builds the package in target/npm/package: `node scripts/build.mjs [pack | size | api]`.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
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

export const tool = (name) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));

export function run(command, args, options) {
  return execFileSync(command, args, { stdio: ["ignore", "pipe", "inherit"], ...options });
}

function compile(name, feature, profile, flag) {
  console.error(`Building ${name}`);
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  const flags = [
    // After a call that was cut short, JavaScript resets the stack.
    "-Clink-arg=--export=__stack_pointer",
    // Every runtime has had it since 2021.
    "-Ctarget-feature=+bulk-memory",
    flag,
    // The module contains no path of the machine that built it.
    ...[cargoHome, root].map((folder) => `--remap-path-prefix=${folder}=`),
  ];
  const options = ["--profile", profile, "--target", TRIPLE, "--no-default-features"];
  run("cargo", ["build", "--quiet", "-p", "visiono-workflow-wasm", ...options, "-F", feature], {
    cwd: root,
    env: { ...process.env, CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f") },
  });
  return join(target, TRIPLE, profile, "visiono_workflow_wasm.wasm");
}

function optimize(module, name, args) {
  const strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
  // The features that Rust compiles for.
  const features = ["bulk-memory", "bulk-memory-opt", "mutable-globals", "sign-ext", "simd", "nontrapping-float-to-int"];
  const enabled = features.map((feature) => `--enable-${feature}`);
  run(tool("wasm-opt"), [module, ...args, ...enabled, ...strip, "--output", join(output, name)]);
}

/** Builds a small module, and a fast one for Node, which reads it from the package once. */
function buildModules({ feature }) {
  // SHA-256 as a loop: unrolled, it is seven times the size.
  const compact = '--cfg=sha2_backend_soft="compact"';
  const small = compile(`visiono_${feature}.wasm`, feature, "wasm", compact);
  // No sum of a pointer and an offset wraps around to the first kilobyte of memory. Functions with
  // one caller are not inlined, and expressions that occur twice stay: both compress better.
  optimize(small, `visiono_${feature}.wasm`, [
    "-Oz",
    "--converge",
    "--low-memory-unused",
    "--one-caller-inline-max-function-size=1",
    "--skip-pass=local-cse",
  ]);
  const fast = compile(`visiono_${feature}.node.wasm`, feature, "wasm-fast", "-Ctarget-feature=+simd128");
  optimize(fast, `visiono_${feature}.node.wasm`, []);
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
