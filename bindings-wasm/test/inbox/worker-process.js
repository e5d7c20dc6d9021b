// A worker in a process of its own: `node worker-process.js kind place file`. It writes a line to the
// file for each item that it processes, before it completes it.

import { appendFileSync } from "node:fs";
import process from "node:process";
import { Inbox } from "visiono-workflow/inbox";
import { STORES } from "./stores.js";

const [kind, place, file] = process.argv.slice(2);
const { LEASE = "60", CONCURRENCY = "2" } = process.env;
const { store } = await STORES[kind].connect(place, 2);
const inbox = new Inbox(store, { maxAttempts: 1e6, shortestDelay: 0.01, longestDelay: 0.1 });
process.send?.("ready");

async function handle({ dedupKey, attempts, token }) {
  // A handler takes its time, so that a kill can come within it.
  await new Promise((resolve) => setTimeout(resolve, 2));
  appendFileSync(file, `${dedupKey} ${attempts} ${token} ${process.pid}\n`);
}

await inbox.run(handle, { concurrency: Number(CONCURRENCY), lease: Number(LEASE), poll: 0.1, log: () => {} });
process.exit();
