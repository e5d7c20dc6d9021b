// The rows of the matrix: a tool, its project, and functions to build and run it.

import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const NODES = ["node20", "node22"];
/** The runtimes of a bundle that imports nothing. */
const ALL = [...NODES, "bun", "deno"];

/** Returns a row that bundles main.js, and runs the bundle where the package can't be found. */
const bundle = (name, tools, build, runtimes, file = "main.mjs", project) => ({
  name,
  tools,
  project,
  async test(place) {
    place.copy("main.js");
    await build(place, join(place.out, file));
    await place.printsIn(runtimes, file);
  },
});

const esbuild = (name, runtimes, file, ...args) => {
  const build = (place, outfile) => place.tool("esbuild", ["main.js", "--bundle", `--outfile=${outfile}`, ...args]);
  return bundle(`esbuild ${name}`, ["esbuild"], build, runtimes, file);
};

const rollup = (name, runtimes, file, options, ...args) => {
  const build = (place, outfile) =>
    place.tool("rollup", ["main.js", "-p", `node-resolve=${options}`, "-o", outfile, "--failAfterWarnings", ...args]);
  return bundle(`rollup ${name}`, ["rollup"], build, runtimes, file);
};

const rolldown = (name, runtimes, file, ...args) => {
  const build = (place, outfile) => place.tool("rolldown", ["main.js", "--file", outfile, ...args]);
  return bundle(`rolldown ${name}`, ["rolldown"], build, runtimes, file);
};

/** Returns a row for a bundle of webpack, or of Rspack, which has the same configuration. */
const webpack = (tool, target, runtimes, file) => {
  const build = (place) => place.exec("node22", ["build.mjs", tool, target, place.out, file]);
  const name = tool === "webpack" ? tool : "rspack";
  return bundle(`${name} ${target} ${file.split(".")[1]}`, [tool], build, runtimes, file, "webpack");
};

const nitro = (preset, test) => ({
  name: `nitro ${preset}`,
  tools: ["nitropack"],
  project: "nitro",
  async test(place) {
    await place.tool("nitropack", ["build", "--preset", preset]);
    await test(place);
  },
});

const nuxt = (preset, test) => ({
  name: `nuxt ${preset}`,
  tools: ["nuxt", "nitropack"],
  project: "nuxt",
  async test(place) {
    await place.tool("nuxt", ["build", "--preset", preset]);
    await test(place);
  },
});

/**
 * Copies a build to a folder from which the package can't be found, and returns the path of its
 * file.
 */
function move(place, folder, file) {
  cpSync(join(place.dir, folder), join(place.out, folder), { recursive: true, verbatimSymlinks: true });
  return join(place.out, folder, file);
}

/** Serves a build from a folder from which the package can't be found. */
async function serve(place, runtimes, file, flags = []) {
  const moved = move(place, ".output", file);
  for (const runtime of runtimes) {
    await place.serves(runtime, () => [...flags, moved], { cwd: place.out });
  }
}

/** Calls a build by one of the drivers. */
async function drive(place, runtimes, name, file, flags = []) {
  const driver = join(place.source, "drivers", name);
  for (const runtime of runtimes) {
    await place.prints(runtime, [...flags, driver, file], { cwd: place.out });
  }
}

/** Runs an edge function in Vercel's runtime. */
function edge(place, file) {
  const driver = join(place.source, "drivers/edge.mjs");
  const flags = ["--experimental-vm-modules", "--no-warnings"];
  return place.prints("node22", [...flags, driver, file, place.modules], { cwd: place.out, name: "edge runtime" });
}

/** Runs a Worker in workerd. */
function workerd(place, file, flags = []) {
  const driver = join(place.source, "drivers/workerd.mjs");
  return place.prints("node22", [driver, file, place.modules, ...flags], { cwd: place.out, name: "workerd" });
}

const DENO = ["run", "--no-prompt", "--allow-net", "--allow-env", "--allow-read"];
const VERCEL = ".vercel/output/functions/__fallback.func";

/** Returns a row for Next, with either bundler: the route of Node and that of the edge runtime. */
const next = (bundler, output) => ({
  name: `next ${bundler} ${output ?? "start"}`,
  tools: ["next"],
  project: "next",
  async test(place) {
    const paths = ["/done"];
    if (place.route === "explain.ts") {
      place.remove("pages/api/edge.js");
    } else {
      paths.push("/api/edge");
    }
    await place.tool("next", ["build", `--${bundler}`], { env: { OUTPUT: output } });
    for (const runtime of NODES) {
      for (const path of paths) {
        await serveNext(place, output, runtime, path);
      }
    }
  },
});

function serveNext(place, output, runtime, path) {
  if (output === undefined) {
    const { folder } = place.manifest("next");
    return place.serves(runtime, (port) => [join(folder, "dist/bin/next"), "start", "-p", port, "-H", "127.0.0.1"], {
      path,
    });
  }
  const server = move(place, ".next/standalone", `projects/${basename(place.dir)}/server.js`);
  return place.serves(runtime, () => [server], { path, cwd: place.out });
}

/** Bundles a Worker by `wrangler deploy --dry-run`, and runs it in workerd. */
async function wrangler(place, file, args, flags) {
  await place.tool("wrangler", ["deploy", file, "--dry-run", "--outdir", place.out, ...args]);
  await workerd(place, join(place.out, file.replace(/.*\//, "")), flags);
}

/** Returns a row for a test of Jest or Vitest: exactly one test must run and pass. */
const tester = (name, tools, test, project) => ({ name, tools, project, test });

async function jest(place, runtimes, args, env) {
  for (const runtime of runtimes) {
    const report = join(place.out, "report.json");
    await place.toolIn(runtime, "jest", ["--json", `--outputFile=${report}`, `--rootDir=${place.dir}`, ...args], {
      env,
    });
    checkReport(place, runtime, report);
  }
}

async function vitest(place, args, runtime = "node22") {
  const report = join(place.out, "report.json");
  place.copy("route.test.js");
  await place.tool("vitest", ["run", "--globals", "--reporter=json", `--outputFile=${report}`, ...args]);
  checkReport(place, runtime, report);
}

/** Checks a report of Jest or Vitest: exactly one test must have passed. */
function checkReport(place, runtime, report) {
  const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(report, "utf8"));
  assert.deepEqual([numPassedTests, numTotalTests], [1, 1]);
  place.pass(runtime);
}

/** Writes the project as CommonJS, like a compiler output from ES modules. */
async function commonjs(place, main) {
  place.write("package.json", '{ "private": true }\n');
  for (const name of ["request.js", main]) {
    place.write(name, await place.strip(name, "cjs"));
  }
  place.write("route.js", await place.strip(place.route, "cjs"));
}

/** Writes the project in TypeScript. */
function typescript(place, type) {
  place.write("package.json", `{ "private": true, "type": "${type}" }\n`);
  place.remove("request.js", "route.js");
  for (const name of ["request.js", "route.ts", "main.js"]) {
    const text = readFileSync(join(place.source, name), "utf8");
    // CommonJS resolution finds the files without their extension.
    place.write(name.replace(".js", ".ts"), type === "module" ? text : text.replaceAll(/(from ".*)\.js"/g, '$1"'));
  }
}

/** Returns a row that checks the types as strictly as possible, and runs the compiler's output. */
const tsc = (tool, resolution, module, type) => ({
  name: `${tool === "typescript" ? "tsc 5" : "tsc 7"} ${resolution} ${type}`,
  tools: [tool],
  async test(place) {
    typescript(place, type);
    const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
    const compilerOptions = {
      ...strict,
      module,
      moduleResolution: resolution,
      target: "es2022",
      lib: ["es2022"],
      types: ["node"],
      typeRoots: [join(place.modules, "@types")],
      skipLibCheck: false,
      outDir: "built",
      rootDir: ".",
    };
    place.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["main.ts"] }));
    await place.tool(`${tool}:tsc`, []);
    for (const runtime of NODES) {
      await place.prints(runtime, ["built/main.js"]);
    }
  },
});

const ROUTE = [
  // Without a build.
  {
    name: "node import",
    tools: ["node20", "node22"],
    async test(place) {
      place.copy("main.js");
      for (const runtime of NODES) await place.prints(runtime, ["main.js"]);
    },
  },
  {
    name: "node require",
    tools: ["node20", "node22"],
    async test(place) {
      await commonjs(place, "main.js");
      for (const runtime of NODES) await place.prints(runtime, ["--no-experimental-require-module", "main.js"]);
    },
  },
  {
    name: "node both",
    tools: ["node20", "node22"],
    async test(place) {
      place.copy("both.mjs");
      for (const runtime of NODES) {
        await place.exec(runtime, ["--no-experimental-require-module", "both.mjs"]);
        place.pass(runtime);
      }
    },
  },
  {
    name: "bun run",
    tools: ["@oven/bun-linux-x64"],
    async test(place) {
      place.copy("main.js");
      await place.prints("bun", ["main.js"]);
      await commonjs(place, "main.js");
      await place.prints("bun", ["main.js"]);
    },
  },
  {
    name: "deno run",
    tools: ["@deno/linux-x64-glibc"],
    async test(place) {
      place.copy("main.js");
      await place.prints("deno", ["run", "--no-prompt", "main.js"]);
    },
  },
  {
    name: "deno serve",
    tools: ["@deno/linux-x64-glibc"],
    project: "workers",
    async test(place) {
      await place.serves("deno", (port) => [
        "serve",
        "--no-prompt",
        "--host",
        "127.0.0.1",
        "--port",
        port,
        "worker.js",
      ]);
    },
  },
  ...["module", "commonjs"].map((type) => ({
    name: `tsx ${type}`,
    tools: ["tsx"],
    async test(place) {
      typescript(place, type);
      for (const runtime of NODES) await place.prints(runtime, [join(place.modules, "tsx/dist/cli.mjs"), "main.ts"]);
    },
  })),
  {
    name: "ts-node",
    tools: ["ts-node", "typescript"],
    async test(place) {
      typescript(place, "commonjs");
      const compilerOptions = {
        module: "commonjs",
        moduleResolution: "node10",
        target: "es2022",
        types: ["node"],
        strict: true,
      };
      place.write("tsconfig.json", JSON.stringify({ compilerOptions }));
      for (const runtime of NODES) await place.prints(runtime, [join(place.modules, "ts-node/dist/bin.js"), "main.ts"]);
    },
  },

  // Types.
  tsc("typescript", "node10", "commonjs", "commonjs"),
  tsc("typescript", "node16", "node16", "commonjs"),
  tsc("typescript", "node16", "node16", "module"),
  tsc("typescript", "nodenext", "nodenext", "module"),
  tsc("typescript", "bundler", "esnext", "module"),
  tsc("typescript7", "node16", "node16", "commonjs"),
  tsc("typescript7", "node16", "node16", "module"),
  tsc("typescript7", "nodenext", "nodenext", "commonjs"),
  tsc("typescript7", "bundler", "esnext", "module"),

  // Bundlers.
  esbuild("node esm", ALL, "main.mjs", "--platform=node", "--format=esm"),
  esbuild("node cjs", NODES, "main.cjs", "--platform=node"),
  esbuild("browser", ALL, "main.mjs", "--format=esm"),
  esbuild("neutral", ALL, "main.mjs", "--platform=neutral"),
  esbuild("own conditions esm", ALL, "main.mjs", "--platform=node", "--format=esm", "--conditions=production"),
  esbuild("own conditions cjs", NODES, "main.cjs", "--platform=node", "--conditions=production"),
  {
    name: "esbuild workerd",
    tools: ["esbuild"],
    project: "workers",
    async test(place) {
      const file = join(place.out, "worker.js");
      const args = ["--bundle", "--format=esm", "--conditions=workerd", "--loader:.wasm=copy"];
      await place.tool("esbuild", ["worker.js", ...args, `--outfile=${file}`]);
      await workerd(place, file);
    },
  },
  {
    name: "esbuild edge-light",
    tools: ["esbuild", "@edge-runtime/vm"],
    async test(place) {
      const args = ["--bundle", "--format=esm", "--conditions=edge-light", "--loader:.wasm=copy"];
      const file = join(place.out, "edge.mjs");
      place.write("edge.js", 'export { route as default } from "./route.js";\n');
      // Vercel's own build keeps `?module` in the names of files.
      await place.tool("esbuild", ["edge.js", ...args, "--external:*?module", `--outfile=${file}`]);
      await edge(place, file);
    },
  },
  rollup("default es", ALL, "main.mjs", "{}"),
  rollup("node cjs", NODES, "main.cjs", "{exportConditions:['node'],preferBuiltins:true}", "-f", "cjs"),
  rollup("browser es", ALL, "main.mjs", "{browser:true}"),
  rolldown("node es", ALL, "main.mjs", "--platform", "node"),
  rolldown("node cjs", NODES, "main.cjs", "--platform", "node", "--format", "cjs"),
  rolldown("browser", ALL, "main.mjs", "--platform", "browser"),
  ...["webpack", "@rspack/core"].flatMap((tool) => [
    webpack(tool, "node", NODES, "main.cjs"),
    webpack(tool, "node", NODES, "main.mjs"),
    webpack(tool, "web", NODES, "main.cjs"),
    webpack(tool, "webworker", NODES, "main.cjs"),
  ]),
  bundle(
    "ncc esm",
    ["@vercel/ncc"],
    (place) => place.tool("@vercel/ncc", ["build", "main.js", "-o", place.out]),
    NODES,
    "index.js",
  ),
  {
    name: "ncc cjs",
    tools: ["@vercel/ncc"],
    async test(place) {
      await commonjs(place, "main.js");
      await place.tool("@vercel/ncc", ["build", "main.js", "-o", place.out]);
      await place.printsIn(NODES, "index.js");
    },
  },
  ...[
    ["bun", ["bun"]],
    ["node", NODES],
    ["browser", ALL],
  ].map(([target, runtimes]) => {
    const build = (place, file) => place.exec("bun", ["build", "main.js", `--target=${target}`, `--outfile=${file}`]);
    return bundle(`bun build ${target}`, ["@oven/bun-linux-x64"], build, runtimes);
  }),
  {
    name: "bun compile",
    tools: ["@oven/bun-linux-x64"],
    async test(place) {
      place.copy("main.js");
      await place.exec("bun", ["build", "main.js", "--compile", `--outfile=${join(place.out, "main")}`]);
      await place.prints(join(place.out, "main"), []);
    },
  },
  {
    name: "parcel node",
    tools: ["parcel"],
    async test(place) {
      place.copy("main.js");
      const main = { context: "node", outputFormat: "commonjs", includeNodeModules: true, optimize: true };
      place.write(
        "package.json",
        JSON.stringify({ private: true, type: "module", main: "built/main.cjs", targets: { main } }),
      );
      await place.tool("parcel", ["build", "main.js", "--no-cache", "--no-source-maps"]);
      move(place, "built", "");
      await place.printsIn(NODES, "built/main.cjs");
    },
  },

  // Vite.
  ...["external", "bundled", "webworker"].map((kind) => ({
    name: `vite ssr ${kind}`,
    tools: ["vite"],
    project: "vite",
    async test(place) {
      place.copy("main.js");
      await place.tool("vite", ["build", "--ssr", "main.js"], { env: { KIND: kind } });
      if (kind !== "external") move(place, "dist", "");
      for (const runtime of NODES)
        await place.prints(runtime, ["dist/main.js"], kind === "external" ? {} : { cwd: place.out });
    },
  })),
  {
    name: "vite ssr workerd",
    tools: ["vite"],
    project: "vite",
    async test(place) {
      place.write("worker.js", 'import { route } from "./route.js";\nexport default { fetch: route };\n');
      await place.tool("vite", ["build", "--ssr", "worker.js"], { env: { KIND: "workerd" } });
      await workerd(place, move(place, "dist", "worker.js"));
    },
  },
  {
    name: "vite library",
    tools: ["vite"],
    project: "vite",
    async test(place) {
      place.copy("main.js");
      await place.tool("vite", ["build"], { env: { KIND: "lib" } });
      move(place, "dist", "");
      await place.printsIn(NODES, "dist/main.js");
      await place.printsIn(NODES, "dist/main.cjs");
    },
  },
  {
    name: "vite dev ssr",
    tools: ["vite"],
    project: "vite",
    async test(place) {
      place.copy("main.js");
      for (const INLINE of ["", "1"]) {
        for (const runtime of NODES) await place.prints(runtime, ["dev.mjs"], { env: { KIND: "external", INLINE } });
      }
    },
  },

  // Servers.
  nitro("node-server", (place) => serve(place, NODES, "server/index.mjs")),
  nitro("bun", (place) => serve(place, ["bun"], "server/index.mjs")),
  nitro("deno-server", (place) => serve(place, ["deno"], "server/index.mjs", DENO)),
  nitro("deno-deploy", (place) => serve(place, ["deno"], "server/index.ts", DENO)),
  nitro("aws-lambda", (place) => drive(place, NODES, "lambda.mjs", move(place, ".output", "server/index.mjs"))),
  nitro("vercel", async (place) => {
    const file = move(place, VERCEL, "index.mjs");
    const driver = join(place.source, "drivers/listener.mjs");
    for (const runtime of NODES) await place.serves(runtime, () => [driver, file], { cwd: place.out });
  }),
  nitro("vercel-edge", (place) => edge(place, move(place, VERCEL, "index.mjs"))),
  nitro("netlify", (place) =>
    drive(place, NODES, "fetch.mjs", move(place, ".netlify/functions-internal/server", "main.mjs")),
  ),
  nitro("netlify-edge", (place) =>
    drive(place, ["deno"], "fetch.mjs", move(place, ".netlify/edge-functions/server", "server.js"), DENO),
  ),
  nitro("cloudflare_module", (place) => workerd(place, move(place, ".output", "server/index.mjs"), ["nodejs_compat"])),
  nitro("cloudflare_pages", (place) => workerd(place, move(place, "dist", "_worker.js/index.js"), ["nodejs_compat"])),
  nuxt("node-server", (place) => serve(place, NODES, "server/index.mjs")),
  nuxt("cloudflare_module", (place) => workerd(place, move(place, ".output", "server/index.mjs"), ["nodejs_compat"])),
  {
    name: "nitro dev",
    tools: ["nitropack"],
    project: "nitro",
    async test(place) {
      const script = join(place.manifest("nitropack").folder, "dist/cli/index.mjs");
      await place.serves("node22", (port) => [script, "dev", "--port", port, "--host", "127.0.0.1"]);
    },
  },
  {
    name: "next dev",
    tools: ["next"],
    project: "next",
    async test(place) {
      const script = join(place.manifest("next").folder, "dist/bin/next");
      await place.serves("node22", (port) => [script, "dev", "-p", port, "-H", "127.0.0.1"]);
    },
  },
  next("turbopack"),
  next("turbopack", "standalone"),
  next("webpack"),
  next("webpack", "standalone"),
  {
    name: "sveltekit node",
    tools: ["@sveltejs/kit", "@sveltejs/adapter-node"],
    project: "sveltekit",
    async test(place) {
      await place.tool("vite", ["build"], { env: { ADAPTER: "@sveltejs/adapter-node" } });
      const file = move(place, "build", "index.js");
      for (const runtime of NODES) await place.serves(runtime, () => [file], { cwd: place.out });
    },
  },
  {
    name: "sveltekit cloudflare",
    tools: ["@sveltejs/kit", "@sveltejs/adapter-cloudflare", "wrangler"],
    project: "sveltekit",
    async test(place) {
      await place.tool("vite", ["build"], { env: { ADAPTER: "@sveltejs/adapter-cloudflare" } });
      await wrangler(
        place,
        ".svelte-kit/cloudflare/_worker.js",
        ["--name=builds", "--compatibility-date=2026-04-01", "--compatibility-flag=nodejs_als"],
        ["nodejs_als"],
      );
    },
  },
  {
    name: "astro node",
    tools: ["astro", "@astrojs/node"],
    project: "astro",
    async test(place) {
      await place.tool("astro", ["build"], { env: { ADAPTER: "@astrojs/node" } });
      for (const runtime of ["node22"]) await place.serves(runtime, () => ["dist/server/entry.mjs"]);
    },
  },
  {
    name: "astro cloudflare",
    tools: ["astro", "@astrojs/cloudflare"],
    project: "astro",
    async test(place) {
      await place.tool("astro", ["build"], { env: { ADAPTER: "@astrojs/cloudflare" } });
      await workerd(place, move(place, "dist", "server/entry.mjs"), ["nodejs_compat"]);
    },
  },
  {
    name: "react-router node",
    tools: ["@react-router/dev", "@react-router/serve"],
    project: "react-router",
    async test(place) {
      await place.tool("@react-router/dev:react-router", ["build"]);
      const { folder } = place.manifest("@react-router/serve");
      for (const runtime of ["node22"])
        await place.serves(runtime, () => [join(folder, "bin.cjs"), "build/server/index.js"]);
    },
  },

  {
    name: "react-router cloudflare",
    tools: ["@react-router/dev", "@cloudflare/vite-plugin"],
    project: "react-router-cloudflare",
    async test(place) {
      await place.tool("@react-router/dev:react-router", ["build"]);
      await workerd(place, move(place, "build/server", "index.js"));
    },
  },

  // Workers.
  ...[[], ["nodejs_compat"]].map((flags) => ({
    name: ["wrangler deploy", ...flags].join(" "),
    tools: ["wrangler", "miniflare"],
    project: "workers",
    test: (place) =>
      wrangler(
        place,
        "worker.js",
        flags.map((flag) => `--compatibility-flag=${flag}`),
        flags,
      ),
  })),
  {
    name: "wrangler dev",
    tools: ["wrangler"],
    project: "workers",
    async test(place) {
      const { folder } = place.manifest("wrangler");
      const args = (port) => [
        join(folder, "bin/wrangler.js"),
        "dev",
        "--ip",
        "127.0.0.1",
        "--port",
        port,
        "--inspector-port",
        "0",
        "--show-interactive-dev-session=false",
      ];
      await place.serves("node22", args);
    },
  },
  {
    name: "wrangler pages",
    tools: ["wrangler", "miniflare"],
    project: "pages",
    async test(place) {
      const args = ["pages", "functions", "build", "--outdir", place.out, "--compatibility-date", "2026-04-01"];
      await place.tool("wrangler", args);
      await workerd(place, join(place.out, "index.js"));
    },
  },
  {
    name: "cloudflare vite build",
    tools: ["@cloudflare/vite-plugin", "vite"],
    project: "cloudflare-vite",
    async test(place) {
      await place.tool("vite", ["build"]);
      await workerd(place, move(place, "dist/builds", "index.js"));
    },
  },
  {
    name: "cloudflare vite dev",
    tools: ["@cloudflare/vite-plugin", "vite"],
    project: "cloudflare-vite",
    async test(place) {
      const { folder } = place.manifest("vite");
      await place.serves("node22", (port) => [
        join(folder, "bin/vite.js"),
        "--host",
        "127.0.0.1",
        "--port",
        port,
        "--strictPort",
      ]);
    },
  },

  // Test runners.
  tester("jest", ["jest"], async (place) => {
    await commonjs(place, "route.test.js");
    await jest(place, NODES, []);
  }),
  tester("jest transform", ["jest"], async (place) => {
    await commonjs(place, "route.test.js");
    place.write("package.json", '{ "private": true, "jest": { "transformIgnorePatterns": [] } }\n');
    await jest(place, NODES, []);
  }),
  tester("jest esm", ["jest", "jest-environment-jsdom"], async (place) => {
    place.copy("route.test.js");
    place.write("package.json", '{ "private": true, "type": "module", "jest": { "transform": {} } }\n');
    await jest(place, NODES, ["--env=jsdom"], { NODE_OPTIONS: "--experimental-vm-modules --no-warnings" });
    await jest(place, NODES, [], { NODE_OPTIONS: "--experimental-vm-modules --no-warnings" });
  }),
  tester("jest jsdom", ["jest", "jest-environment-jsdom"], async (place) => {
    await commonjs(place, "route.test.js");
    await jest(place, NODES, ["--env=jsdom"]);
  }),
  tester("ts-jest", ["jest", "ts-jest", "typescript"], async (place) => {
    typescript(place, "commonjs");
    place.write("route.test.ts", readFileSync(join(place.source, "route.test.js"), "utf8").replaceAll('.js"', '"'));
    place.write(
      "globals.d.ts",
      "declare const test: (name: string, run: () => void) => void;\ndeclare const expect: (value: unknown) => any;\n",
    );
    const compilerOptions = {
      module: "commonjs",
      moduleResolution: "node10",
      target: "es2022",
      strict: true,
      types: ["node"],
    };
    place.write("tsconfig.json", JSON.stringify({ compilerOptions }));
    await jest(place, NODES, ["--preset=ts-jest"]);
  }),
  tester("bun test", ["@oven/bun-linux-x64"], async (place) => {
    place.copy("route.test.js");
    const printed = await place.exec("bun", ["test"]);
    assert.match(printed, /^ *1 pass$/m);
    place.pass("bun");
  }),
  tester("vitest node", ["vitest"], (place) => vitest(place, [])),
  tester("vitest inline", ["vitest"], (place) => vitest(place, []), "vitest-inline"),
  tester("vitest jsdom", ["vitest", "jsdom"], (place) => vitest(place, ["--environment=jsdom"])),
  tester("vitest happy-dom", ["vitest", "happy-dom"], (place) => vitest(place, ["--environment=happy-dom"])),
  tester(
    "vitest workers",
    ["vitest", "@cloudflare/vitest-plugin"],
    (place) => vitest(place, [], "workerd"),
    "vitest-workers",
  ),
];

/** Rows of the runtimes that compile no module while they run. */
const EDGE = ["esbuild workerd", "esbuild edge-light", "nitro cloudflare_module", "nuxt cloudflare_module"];
/** Rows of the others. */
const OTHERS = [
  ...["node import", "node require", "bun run", "deno run"],
  ...["esbuild node esm", "rollup default es", "webpack node cjs", "vite ssr bundled"],
  ...["next turbopack start", "nitro node-server", "nuxt node-server", "wrangler deploy", "wrangler dev"],
];

/** The same rows with another route. */
const again = (route, names) =>
  names.map((name) => ({
    ...ROUTE.find((row) => row.name === name),
    name: `${route.replace(".ts", "")}: ${name}`,
    route,
  }));

export const ROWS = [
  ...ROUTE,
  ...again("inbox.ts", [...OTHERS, ...EDGE]),
  // In the functions that EDGE builds, the import of `visiono-workflow/explain` fails.
  ...again("explain.ts", OTHERS),
];
