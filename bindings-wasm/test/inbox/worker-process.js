// A worker in a process of its own: `node worker-process.js kind place file`. It writes lines to the
// file: of each claim, of each item that it starts to process, and of each commit.

import { appendFileSync } from "node:fs";
import process from "node:process";
import { Inbox } from "visiono-workflow/inbox";
import { STORES } from "./stores.js";

const [kind, place, file] = process.argv.slice(2);
const { LEASE = "60", CONCURRENCY = "2" } = process.env;
const { store } = await STORES[kind].connect(place, 2);

const record = (entry) => appendFileSync(file, `${JSON.stringify({ pid: process.pid, ...entry })}\n`);

async function perform(operation, parameters) {
  const before = Date.now();
  const result = await store.perform(operation, parameters);
  if (operation === "claim") {
    const after = Date.now();
    result.rows.forEach((row) => record({ what: "claim", key: row.dedup_key, token: Number(row.token), before, after }));
  } else if (operation === "commit" && result.changes === 1) {
    record({ what: "commit", key: parameters.dedup_key, token: parameters.token });
  }
  return result;
}

const inbox = new Inbox({ ...store, perform }, { maxAttempts: 1e6, shortestDelay: 0.01, longestDelay: 0.1 });
process.send?.("ready");

async function handle({ dedupKey: key, token }) {
  record({ what: "start", key, token });
  process.send?.("started");
  // A handler takes its time, so that a kill can come within it.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
}

await inbox.run(handle, { concurrency: Number(CONCURRENCY), lease: Number(LEASE), poll: 0.1, log: () => {} });
process.exit();
