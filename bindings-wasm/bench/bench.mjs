// This package beside the documented snippet and WebCrypto, in Node, in workerd and in Chromium.
//
// A Worker's clock stands still while it computes, so its calls are timed from outside, around
// requests that make many of them.

import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { output as visiono, root } from "../scripts/build.mjs";
import { launch } from "../test/browser.js";

const ROUNDS = 21;
/** The duration of one measurement, in milliseconds. */
const LONG = 100;
const CONTENDERS = ["this package", "node:crypto", "WebCrypto"];

const source = fileURLToPath(new URL(".", import.meta.url));
const folder = join(root, "target/npm/bench");
mkdirSync(folder, { recursive: true });
const { BENCHMARKS: rows } = process.env;
/** The names in the table of all runtimes. */
const OPERATIONS = {
  sign: "sign a link",
  verify: "verify a link",
  receive: "receive a webhook",
  "receive with key": "receive a webhook, with the key for duplicates",
};
const NAMES = { "this package": "", "node:crypto": "the documented snippet (node:crypto)" };

/** The modules of a Worker. */
const MODULES = ["visiono_workflow.wasm", "visiono_webhook.wasm"];
async function bundle(entry, outfile, runtime, alias = {}) {
  await build({
    entryPoints: [join(source, entry)],
    bundle: true,
    format: "esm",
    platform: "neutral",
    alias: {
      "visiono-workflow": join(visiono, `${runtime}.js`),
      "visiono-workflow/webhook": join(visiono, `webhook.${runtime}.js`),
      ...alias,
    },
    external: ["node:*", "*.wasm"],
    logLevel: "warning",
    outfile: join(folder, outfile),
  });
  return join(folder, outfile);
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part) => sorted[Math.round(part * (sorted.length - 1))];
  return { middle: at(0.5), low: at(0.25), high: at(0.75) };
}

const { repeat, compressions } = await import(
  pathToFileURL(await bundle("contenders.js", "node.mjs", "node"))
);

/** Nanoseconds for each call, round by round, the contenders in turn within each. */
async function measure(run, operation, contenders) {
  const time = async (contender, times) => {
    const start = performance.now();
    await run(contender, operation, times);
    return performance.now() - start;
  };
  const times = {};
  for (const contender of contenders) {
    // The first calls are slower until they are compiled.
    await time(contender, 2000);
    times[contender] = Math.ceil((2000 * LONG) / (await time(contender, 2000)));
    times[contender] = Math.ceil((times[contender] * LONG) / (await time(contender, times[contender])));
  }
  const results = Object.fromEntries(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const contender of contenders) {
      const taken = await time(contender, times[contender]);
      results[contender].push((taken / times[contender]) * 1e6);
    }
  }
  return results;
}

async function table(where, run, contenders = CONTENDERS) {
  console.log(`\n${where}, ${ROUNDS} rounds`);
  for (const operation of Object.keys(OPERATIONS)) {
    const results = await measure(run, operation, contenders);
    const ours = results["this package"];
    for (const contender of contenders) {
      const { middle } = median(results[contender]);
      const ratio = median(results[contender].map((nanoseconds, round) => nanoseconds / ours[round]));
      if (rows !== undefined) {
        const row = {
          runtime: where,
          operation: OPERATIONS[operation],
          contender: NAMES[contender] ?? contender,
          nanoseconds: middle,
          ratio: [ratio.middle, ratio.low, ratio.high],
          compressions: compressions[operation],
        };
        appendFileSync(rows, `${JSON.stringify(row)}\n`);
      }
      const factor =
        contender === "this package"
          ? ""
          : `× ${ratio.middle.toFixed(2)}  (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`;
      console.log(
        `  ${operation.padEnd(16)} ${contender.padEnd(14)} ${middle.toFixed(0).padStart(7)} ns  ${factor}`,
      );
    }
  }
}

await table(`Node ${process.version}`, repeat);

const worker = await bundle("worker.js", "worker.js", "workerd");
const miniflare = new Miniflare({
  modulesRoot: folder,
  modules: [
    { type: "ESModule", path: worker },
    ...MODULES.map((name) => ({
      type: "CompiledWasm",
      path: join(folder, name),
      contents: readFileSync(join(visiono, name)),
    })),
  ],
  compatibilityDate: "2026-04-01",
  // For node:crypto; the package needs none of it.
  compatibilityFlags: ["nodejs_compat"],
});
try {
  await table("workerd", async (contender, operation, times) => {
    const response = await miniflare.dispatchFetch("http://localhost/", {
      method: "POST",
      body: JSON.stringify({ contender, operation, times }),
    });
    if (response.status !== 200) {
      throw new Error(await response.text());
    }
  });
} finally {
  await miniflare.dispose();
}
const noNode = join(source, "no-node.js");
const page = readFileSync(
  await bundle("page.js", "page.js", "browser", { "node:buffer": noNode, "node:crypto": noNode }),
);
const server = createServer((request, response) => {
  const isScript = request.url === "/page.js";
  response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
  response.end(isScript ? page : '<script type="module" src="/page.js"></script>');
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const browser = await launch();
try {
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${server.address().port}/`);
  await tab.waitForFunction(() => globalThis.repeat !== undefined);
  const run = (...call) => tab.evaluate((given) => globalThis.repeat(...given), call);
  const both = CONTENDERS.filter((contender) => contender !== "node:crypto");
  await table(`Chromium ${browser.version().split(".")[0]}`, run, both);
} finally {
  await browser.close();
  server.close();
}
console.log(
  "\nThe factor is how many times as long the other takes: the median of the rounds, and the\n" +
    "middle half of them.",
);
