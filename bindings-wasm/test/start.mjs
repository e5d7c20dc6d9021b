// What the package adds to the start of a Worker: from nothing to its first answer, in milliseconds,
// without the package and with it. Both take turns, and what is printed of the package is the median
// of what each turn took longer: starting workerd itself varies by more than that.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { Miniflare } from "miniflare";

const ROUNDS = 15;
const { PACKAGE: folder } = process.env;
const answer = "export default { fetch: () => new Response(String(typeof used)) };";
const without = [{ type: "ESModule", path: "main.js", contents: `const used = 0; ${answer}` }];
const name = "visiono_workflow.wasm";
const kept = [
  {
    type: "ESModule",
    path: "main.js",
    contents: `import { Workflow } from "./workerd.js"; const used = new Workflow("0123456789abcdef"); ${answer}`,
  },
  { type: "ESModule", path: "workerd.js", contents: readFileSync(join(folder, "workerd.js"), "utf8") },
  { type: "CompiledWasm", path: name, contents: readFileSync(join(folder, name)) },
];

async function start(modules) {
  const begun = performance.now();
  const miniflare = new Miniflare({ modules, compatibilityDate: "2026-04-01" });
  const response = await miniflare.dispatchFetch("http://localhost/");
  const taken = performance.now() - begun;
  const wanted = modules === without ? "number" : "object";
  if ((await response.text()) !== wanted) {
    throw new Error("the Worker did not start");
  }
  await miniflare.dispose();
  return taken;
}

// The first start of all reads workerd from the disk.
await start(without);
const plain = [];
const added = [];
for (let round = 0; round < ROUNDS; round++) {
  plain.push(await start(without));
  added.push((await start(kept)) - plain.at(-1));
}
const median = (times) => times.toSorted((a, b) => a - b)[(ROUNDS - 1) / 2];
console.log(median(plain).toFixed(0), (median(plain) + median(added)).toFixed(0));
