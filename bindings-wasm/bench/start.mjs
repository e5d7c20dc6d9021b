// Prints the time from the start of a Worker to its first answer, in milliseconds, without the
// package and with it. It includes the compilation of the module.
//
// One Worker loads the others, each once, because starting workerd itself takes longer. Both kinds
// take turns, and the time with the package is the median of the differences.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { output as folder } from "../scripts/build.mjs";

const ROUNDS = 31;

const name = "visiono_workflow.wasm";
const answer = "export default { fetch: () => new Response(typeof used) };";
const without = `const used = 0; ${answer}`;
const kept = `import { Workflow } from "./workerd.js"; const used = new Workflow("0123456789abcdef"); ${answer}`;
const host = `
import wasm from "./${name}";
let workers = 0;
export default {
  async fetch(request, env) {
    const main = await request.text();
    const used = main.startsWith("import") ? { "workerd.js": env.PACKAGE, "${name}": { wasm } } : {};
    const modules = { "main.js": main, ...used };
    const worker = { compatibilityDate: "2026-04-01", mainModule: "main.js", modules };
    workers += 1;
    return env.LOADER.get(String(workers), () => worker).getEntrypoint().fetch("http://localhost/");
  },
};
`;
const miniflare = new Miniflare({
  modules: [
    { type: "ESModule", path: "host.js", contents: host },
    { type: "Data", path: name, contents: readFileSync(join(folder, name)) },
  ],
  compatibilityDate: "2026-04-01",
  workerLoaders: { LOADER: {} },
  bindings: { PACKAGE: readFileSync(join(folder, "workerd.js"), "utf8") },
});

async function start(body) {
  const begun = performance.now();
  const response = await miniflare.dispatchFetch("http://localhost/", { method: "POST", body });
  const text = await response.text();
  const taken = performance.now() - begun;
  if (text !== (body === without ? "number" : "object")) {
    throw new Error(`the Worker did not start: ${text}`);
  }
  return taken;
}

const plain = [];
const added = [];
try {
  // The first ones of all wait for workerd.
  await start(without);
  await start(kept);
  for (let round = 0; round < ROUNDS; round++) {
    plain.push(await start(without));
    added.push((await start(kept)) - plain.at(-1));
  }
} finally {
  await miniflare.dispose();
}
const median = (times) => times.toSorted((a, b) => a - b)[(ROUNDS - 1) / 2];
console.log(median(plain).toFixed(1), (median(plain) + median(added)).toFixed(1));
