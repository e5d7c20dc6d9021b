// The clients of the databases, and the frameworks, as their own types have them.

import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import type { D1Database, DurableObjectStorage, Request as WorkersRequest } from "@cloudflare/workers-types";
import express from "express";
import { Hono } from "hono";
import { Redis } from "ioredis";
import pg from "pg";
import { createClient } from "redis";
import {
  Inbox,
  InboxError,
  createReceiver,
  d1Store,
  durableObjectStore,
  ioredisStore,
  postgresStore,
  redisStore,
  sqliteStore,
  type InboxCode,
  type Item,
  type Receiver,
  type Store,
} from "visiono-workflow/inbox";
import { Webhook, type Delivery } from "visiono-workflow/webhook";

declare const d1: D1Database;
declare const storage: DurableObjectStorage;
declare const delivery: Delivery;
declare const workersRequest: WorkersRequest;

const pool = new pg.Pool();
const database = new DatabaseSync(":memory:");
const stores: Store[] = [
  postgresStore(pool),
  postgresStore(new pg.Client()),
  sqliteStore(database),
  redisStore(createClient()),
  redisStore(createClient(), "{a}"),
  ioredisStore(new Redis()),
  d1Store(d1),
  d1Store(d1.withSession("first-primary")),
  durableObjectStore(storage),
];
// @ts-expect-error: no store
new Inbox({});
// @ts-expect-error: the other client of Redis
redisStore(new Redis());
// @ts-expect-error: misspelled
new Inbox(postgresStore(pool), { maxAttempt: 3 });

const inbox = new Inbox(postgresStore(pool), { maxAttempts: 3, clock: () => 1 });
const accepted: "new" | "duplicate" = await inbox.accept(delivery);
await inbox.accept(delivery.toJSON());
const [item]: (Item | undefined)[] = await inbox.claim({ limit: 5, lease: 30 });
if (item !== undefined) {
  await inbox.commit(item);
  await inbox.commit({ dedupKey: item.dedupKey, token: item.token });
  await inbox.fail(item, new Error());
  await inbox.release(item, { delay: 5 });
  await inbox.extend(item);
  const id: string | null = item.requestId;
  const data: unknown = item.body.data;
  console.log(id, data, item.state === "dead", accepted);
}
const client = await pool.connect();
const had: boolean = await inbox.process(client, async (one, connection) => {
  await connection.query("SELECT $1", [one.dedupKey]);
});
await inbox.process(database, (one, connection) => {
  connection.prepare("SELECT ?").get(one.dedupKey);
});
await inbox.process(storage, (one, connection) => {
  connection.sql.exec("SELECT ?", one.dedupKey);
});
// @ts-expect-error: D1 has no transactions
await inbox.process(d1, () => {});
await inbox.run(async (one, signal) => console.log(one.event, signal.aborted), {
  concurrency: 4,
  signal: AbortSignal.timeout(5),
  log: (line, entry) => console.log(line, entry.status),
});
const counts: number = (await inbox.counts()).waiting + (await inbox.purge({ undated: 5 }));
const isFirst: boolean = await inbox.once("pls_1", 3600);
try {
  await inbox.replay("");
} catch (error) {
  if (error instanceof InboxError) {
    const code: InboxCode = error.code;
    console.log(code, error.cause);
  }
}

const receive: Receiver = createReceiver({ webhook: new Webhook("a"), inbox, deadline: 5 });
const response: Response = await receive(new Request("https://a.example/"));
await receive(workersRequest);
createServer(receive.node);
express().all("/", receive.express).post("/", receive.express).use(receive.express);
new Hono().post("/", (c) => receive(c.req.raw));
/** A route of Next. */
export const POST: (request: Request, context: { params: Promise<object> }) => Promise<Response> = receive;
console.log(stores, had, counts, isFirst, response.status);
