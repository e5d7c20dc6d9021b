// The rows of the matrix: a tool, its project, and how to build and run it.

import { cpSync } from "node:fs";
import { join } from "node:path";

const NODES = ["node20", "node22"];
const SERVERS = [...NODES, "bun", "deno"];

/** A row that bundles main.js, and runs the bundle where the package can't be found. */
const bundle = (name, tools, build, runtimes, file = "main.mjs") => ({
  name,
  tools,
  async test(place) {
    place.copy("main.js");
    await build(place, join(place.out, file));
    await place.printsIn(runtimes, file);
  },
});

const esbuild = (name, runtimes, file, ...args) =>
  bundle(
    `esbuild ${name}`,
    ["esbuild"],
    (place, outfile) => place.tool("esbuild", ["main.js", "--bundle", `--outfile=${outfile}`, ...args]),
    runtimes,
    file,
  );

const nitro = (preset, test) => ({
  name: `nitro ${preset}`,
  tools: ["nitropack"],
  project: "nitro",
  async test(place) {
    await place.tool("nitropack", ["build", "--preset", preset]);
    await test(place);
  },
});

/** Serves the output of a build elsewhere. */
async function serveOutput(place, runtimes, file, flags = []) {
  cpSync(join(place.dir, ".output"), join(place.out, ".output"), { recursive: true, verbatimSymlinks: true });
  for (const runtime of runtimes) {
    await place.serves(runtime, () => [...flags, file], { cwd: place.out });
  }
}

export const ROWS = [
  esbuild("esm", SERVERS, "main.mjs", "--platform=node", "--format=esm"),
  esbuild("cjs", NODES, "main.cjs", "--platform=node"),
  esbuild("browser", SERVERS, "main.mjs", "--format=esm"),
  esbuild("neutral", SERVERS, "main.mjs", "--platform=neutral"),
  esbuild("own conditions esm", NODES, "main.mjs", "--platform=node", "--format=esm", "--conditions=production"),
  esbuild("own conditions cjs", NODES, "main.cjs", "--platform=node", "--conditions=production"),
  nitro("node-server", (place) => serveOutput(place, NODES, ".output/server/index.mjs")),
];
