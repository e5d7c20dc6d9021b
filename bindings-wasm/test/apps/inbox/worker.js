// Runs the scenarios, and what else is special here, on D1 and in a Durable Object.

import { Inbox, InboxError, d1Store, durableObjectStore } from "visiono-workflow/inbox";
import scenarios from "../../../../tests/inbox/scenarios.json";
import { deliver, runScenarios } from "../../inbox/scenarios.js";

const TABLES = ["visiono_inbox", "visiono_inbox_once", "visiono_inbox_schema"];
const DROP = TABLES.map((table) => `DROP TABLE IF EXISTS ${table}`);
const EVENT = { event: "submission.created", data: { id: "pls_1" } };

/** Returns the code of an inbox's error; the text of others. */
const codeOf = (promise) =>
  promise.then(
    () => "none",
    (error) => (error instanceof InboxError ? error.code : String(error)),
  );

/** Runs what every store must do, with the database's own clock. */
async function checkErrors(inbox, drop) {
  await drop();
  const outdated = await codeOf(inbox.accept(deliver(EVENT)));
  await inbox.migrate();
  const before = Date.now();
  const accepted = [await inbox.accept(deliver(EVENT)), await inbox.accept(deliver(EVENT))];
  const [item] = await inbox.claim();
  const isNow = Math.abs(item.receivedAt * 1000 - before) < 5000;
  const large = await inbox.accept(deliver(JSON.stringify({ event: "x" }).padEnd(1024 * 1024)));
  await inbox.fail(item, new Error("a reason"));
  const counts = await inbox.counts();
  return { outdated, accepted, isNow, large, counts };
}

async function onD1(database) {
  const drop = () => database.batch(DROP.map((text) => database.prepare(text)));
  const store = d1Store(database);
  const ran = await runScenarios(scenarios, async () => (await drop(), store));
  const inbox = new Inbox(store);
  const errors = await checkErrors(inbox, drop);
  return { ...ran, ...errors, process: await codeOf(inbox.process(database, () => {})) };
}

export class Keeper {
  constructor(context) {
    this.storage = context.storage;
  }

  async fetch() {
    const { storage } = this;
    const drop = async () => DROP.forEach((text) => storage.sql.exec(text));
    const store = durableObjectStore(storage);
    const ran = await runScenarios(scenarios, async () => (await drop(), store));
    const errors = await checkErrors(new Inbox(store), drop);
    return Response.json({ ...ran, ...errors, process: await this.#process(store, drop) });
  }

  /** Processes items in transactions: what a failed handler wrote is undone. */
  async #process(store, drop) {
    const { storage } = this;
    await drop();
    let now = 1_800_000_000;
    const inbox = new Inbox(store, { maxAttempts: 2, clock: () => now });
    await inbox.migrate();
    storage.sql.exec("CREATE TABLE IF NOT EXISTS effects (name TEXT)");
    const effects = () => storage.sql.exec("SELECT name FROM effects").toArray().map(({ name }) => name);
    const write = (name) => storage.sql.exec("INSERT INTO effects VALUES (?)", name);
    const results = [await inbox.process(storage, () => {})];
    await inbox.accept(deliver(EVENT));
    results.push(await inbox.process(storage, () => (write("failed"), null.x)), effects());
    now += 10;
    let inside;
    results.push(
      await inbox.process(storage, (item, connection) => {
        connection.sql.exec("INSERT INTO effects VALUES (?)", item.requestId);
        inside = codeOf(inbox.accept(deliver({ event: "other" })));
      }),
      effects(),
      await inside,
      await inbox.counts(),
    );
    await inbox.accept(deliver({ event: "asynchronous" }));
    results.push(await codeOf(inbox.process(storage, async () => write("late"))), effects());
    results.push(await codeOf(inbox.process({}, () => {})), await inbox.counts());
    return results;
  }
}

export default {
  async fetch(request, env) {
    try {
      return new URL(request.url).pathname === "/d1"
        ? Response.json(await onD1(env.DB))
        : await env.KEEPER.get(env.KEEPER.idFromName("a")).fetch(request);
    } catch (error) {
      return new Response(error.stack, { status: 500 });
    }
  },
};
