// Runs the scenarios on a store of Node: `node run-scenarios.js sqlite`.

import { readFileSync } from "node:fs";
import process from "node:process";
import { runScenarios } from "./scenarios.js";
import { closeAll, open } from "./stores.js";

const scenarios = JSON.parse(readFileSync(new URL("../../../tests/inbox/scenarios.json", import.meta.url), "utf8"));
try {
  const result = await runScenarios(scenarios, async () => (await open(process.argv[2])).store);
  console.log(JSON.stringify(result));
} finally {
  await closeAll();
}
