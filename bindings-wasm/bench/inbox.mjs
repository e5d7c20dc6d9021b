// Accepting events into the inbox, beside the documented snippet with an INSERT or SET of its own, on the
// same databases in the same run: `npm run bench:inbox`.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { Redis } from "ioredis";
import pg from "pg";
import { createClient } from "redis";
import { output } from "../scripts/build.mjs";
import { startDatabases } from "../test/inbox/databases.js";

const load = (name) => import(pathToFileURL(join(output, name)));
const { Webhook } = await load("webhook.node.js");
const { Inbox, ioredisStore, postgresStore, redisStore, sqliteStore } = await load("inbox.any.js");

const ROUNDS = Number(process.env.ROUNDS ?? 10);
const EVENTS = 200;
/** The requests that are answered at the same time. */
const AT_ONCE = 8;

const SECRET = "whsec_0123456789abcdef0123456789abcdef";
const webhook = new Webhook(SECRET);
let number = 0;
function makeEvents() {
  return Array.from({ length: EVENTS }, () => {
    number += 1;
    const data = { photo_request: { id: `pr_${number % 100}`, status: "submitted", metadata: { note: "x".repeat(500) } } };
    const body = JSON.stringify({ event: "photo_request.submitted", timestamp: new Date(), data, number });
    return { body, headers: { "x-visiono-signature": webhook.sign(body) } };
  });
}

/** The snippet of the service's documentation. */
function verifySnippet({ body, headers }) {
  const wanted = `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;
  const given = headers["x-visiono-signature"];
  if (given.length !== wanted.length || !timingSafeEqual(Buffer.from(given), Buffer.from(wanted))) {
    throw new Error("refused");
  }
  return { key: createHash("sha256").update(body).digest("hex"), event: JSON.parse(body).event, body };
}

const databases = await startDatabases();
const folder = mkdtempSync(join(tmpdir(), "visiono-bench-"));
const database = new DatabaseSync(join(folder, "inbox.db"));
const pool = new pg.Pool({ connectionString: process.env.POSTGRESQL, max: AT_ONCE });
// The pool is told that the database stops.
pool.on("error", () => {});
const redis = await createClient({ url: process.env.REDIS }).connect();
const ioredis = new Redis(process.env.REDIS);

const TABLE = "CREATE TABLE snippet (key TEXT PRIMARY KEY, event TEXT NOT NULL, body TEXT NOT NULL)";
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
database.exec(TABLE);
await pool.query(TABLE);
const insert = database.prepare("INSERT INTO snippet VALUES (?, ?, ?) ON CONFLICT DO NOTHING");

const STORES = {
  "node:sqlite": [sqliteStore(database), async (one) => insert.run(one.key, one.event, one.body)],
  pg: [
    postgresStore(pool),
    (one) => pool.query("INSERT INTO snippet VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", [one.key, one.event, one.body]),
  ],
  redis: [redisStore(redis), (one) => redis.set(`snippet:${one.key}`, one.body, { NX: true })],
  ioredis: [ioredisStore(ioredis, "{other}"), (one) => ioredis.set(`snippet:${one.key}`, one.body, "NX")],
};

/** Runs a function for each event, some at the same time. Adds the latencies, and returns the seconds. */
async function measure(run, latencies) {
  const events = makeEvents();
  const began = performance.now();
  const worker = async () => {
    for (let event = events.pop(); event !== undefined; event = events.pop()) {
      const start = performance.now();
      await run(event);
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (performance.now() - began) / 1000;
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
const shown = (value) => value.toFixed(2).padStart(8);

console.log(`accepted events, ${AT_ONCE} at once, ${ROUNDS} rounds of ${EVENTS}; Node ${process.version}`);
console.log("store        way          events/s   p50 ms   p99 ms   verification");
try {
  for (const [name, [store, keep]] of Object.entries(STORES)) {
    const inbox = new Inbox(store);
    await inbox.migrate();
    const verifying = { inbox: 0, snippet: 0 };
    const timed = (way, verify, event) => {
      const start = performance.now();
      const verified = verify(event);
      verifying[way] += performance.now() - start;
      return verified;
    };
    const receive = ({ body, headers }) => {
      const delivery = webhook.receive(body, headers);
      // It is computed when it is first read.
      return delivery.dedupKey && delivery;
    };
    const ways = {
      inbox: async (event) => inbox.accept(timed("inbox", receive, event)),
      snippet: async (event) => keep(timed("snippet", verifySnippet, event)),
    };
    const latencies = { inbox: [], snippet: [] };
    const seconds = { inbox: 0, snippet: 0 };
    for (const way of Object.keys(ways)) {
      await measure(ways[way], []);
      verifying[way] = 0;
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const way of Object.keys(ways)) {
        seconds[way] += await measure(ways[way], latencies[way]);
      }
    }
    for (const way of Object.keys(ways)) {
      const sorted = latencies[way].sort((one, other) => one - other);
      const rate = (sorted.length / seconds[way]).toFixed(0).padStart(8);
      const share = ((verifying[way] / 1000 / seconds[way]) * 100).toFixed(1).padStart(6);
      console.log(`${name.padEnd(12)} ${way.padEnd(11)} ${rate} ${shown(at(sorted, 0.5))} ${shown(at(sorted, 0.99))}  ${share} %`);
    }
  }
} finally {
  database.close();
  await pool.end();
  redis.destroy();
  ioredis.disconnect();
  rmSync(folder, { recursive: true });
  await databases.stop();
}
