// What the package adds to the start of a Worker: from nothing to its first answer, in milliseconds,
// without the package and with it. Both take turns, and the middle one counts.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { Miniflare } from "miniflare";

const ROUNDS = 9;
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

const times = [[], []];
for (let round = 0; round < ROUNDS; round++) {
  times[0].push(await start(without));
  times[1].push(await start(kept));
}
const [plain, packaged] = times.map((all) => all.toSorted((a, b) => a - b)[(ROUNDS - 1) / 2]);
console.log(plain.toFixed(0), packaged.toFixed(0));
