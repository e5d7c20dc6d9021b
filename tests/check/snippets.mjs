// Runs `visiono-workflow check` against the documented snippets, and writes their faults into the
// guide. With --check, fails if the guide has something else.

import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { checked, ROOT, start } from "./running.mjs";

const GUIDE = `${ROOT}docs/guides/check.md`;
const START = "<!-- snippets: written by `node tests/check/snippets.mjs` -->\n\n";
const END = "<!-- end of snippets -->\n";
const SERVERS = {
  PHP: (port) => ["php", ["-S", `localhost:${port}`, "tests/check/snippet.php"]],
  Node: (port) => [process.execPath, ["tests/check/snippet.mjs", port]],
  Python: (port) => ["python3", ["tests/check/snippet.py", port]],
};

/** Returns the word for an answer. */
function word({ good, status, must }) {
  if (good) {
    return "as it must";
  }
  if (status >= 500 || status === null) {
    return status === null ? "no answer" : `fails (${status})`;
  }
  return must === "accept" ? "refuses" : "accepts";
}

const env = { PHP_CLI_SERVER_WORKERS: "4" };
const args = (base) => [`${base}/hook`, "--return", `${base}/done`];
const results = [];
for (const server of Object.values(SERVERS)) {
  const { cases } = await checked((port) => start(...server(port), { cwd: ROOT, env }), args);
  results.push(cases);
}
const rows = results[0].map((_, at) => results.map((cases) => cases[at]));
const faults = rows.filter((row) => row.some(({ good }) => !good));
const cell = (text) => text.replaceAll("|", "\\|");
const table = [
  `Of ${rows.length} messages, these are not treated as they must be by the snippets:\n`,
  `| what is sent | ${Object.keys(SERVERS).join(" | ")} | the case |`,
  `|---|${"---|".repeat(results.length)}---|`,
  ...faults.map((row) => `| ${cell(row[0].sends)} | ${row.map(word).join(" | ")} | \`${row[0].id}\` |`),
];
const guide = readFileSync(GUIDE, "utf8");
const [before, rest] = guide.split(START);
const written = `${before}${START}${table.join("\n")}\n\n${END}${rest.split(END)[1]}`;
if (process.argv.includes("--check")) {
  if (written !== guide) {
    console.error("docs/guides/check.md is stale: run node tests/check/snippets.mjs");
    process.exit(1);
  }
} else {
  writeFileSync(GUIDE, written);
}
console.log(`${results.length} snippets checked, ${faults.length} of ${rows.length} messages not treated as they must be`);
