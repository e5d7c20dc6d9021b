// The job of the inbox's guide, in BullMQ on Redis.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import { after, before, it } from "node:test";
import { Queue, QueueEvents, Worker } from "bullmq";
import { Inbox } from "visiono-workflow/inbox";
import { delivery, received } from "./crash.js";
import { startDatabases } from "./databases.js";
import { closeAll, open } from "./stores.js";

const guide = readFileSync(new URL("../../../docs/inbox.md", import.meta.url), "utf8");
const [, code] = /```js\n(async function drain\(\) \{\n[^]*?)```/.exec(guide);

let databases;
before(async () => {
  databases = await startDatabases();
});
after(async () => {
  await closeAll();
  await databases.stop();
});

it("BullMQ", async () => {
  const inbox = new Inbox((await open("sqlite")).store, { maxAttempts: 1 });
  await inbox.migrate();
  for (let number = 0; number < 10; number += 1) {
    assert.equal(await inbox.accept(received(delivery(number))), "new");
  }
  const seen = [];
  const handle = async ({ body }) => {
    seen.push(body.data.number);
    if (body.data.number === 3) {
      throw new Error("not this one");
    }
  };
  const drain = new Function("inbox", "process", `${code}\nreturn drain;`)(inbox, handle);
  const { hostname: host, port, password } = new URL(process.env.REDIS);
  const connection = { host, port: Number(port), password };
  const worker = new Worker("inbox", drain, { connection, concurrency: 3 });
  const queue = new Queue("inbox", { connection });
  const events = new QueueEvents("inbox", { connection });
  await events.waitUntilReady();
  // Any number may run at once.
  const jobs = await Promise.all([1, 2, 3].map(() => queue.add("drain", {})));
  await Promise.all(jobs.map((job) => job.waitUntilFinished(events, 60_000)));
  await queue.upsertJobScheduler("inbox", { every: 60_000 });
  assert.equal((await queue.getJobSchedulers()).length, 1);
  assert.deepEqual(seen.sort((one, other) => one - other), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(await inbox.counts(), { waiting: 0, claimed: 0, done: 9, dead: 1 });
  assert.equal((await inbox.dead())[0].lastError, "not this one");
  await worker.close();
  await events.close();
  await queue.close();
});
