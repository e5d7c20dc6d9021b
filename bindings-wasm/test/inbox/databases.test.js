// The inbox on PostgreSQL, Redis and SQLite: the scenarios, bad input, databases that don't do it, many
// workers, and what is special in each.

import assert from "node:assert/strict";
import { execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Inbox, InboxError, createReceiver, postgresStore, sqliteStore } from "visiono-workflow/inbox";
import { Webhook } from "visiono-workflow/webhook";
import { startDatabases } from "./databases.js";
import { deliver, runScenarios } from "./scenarios.js";
import { STORES, closeAll, open } from "./stores.js";

const scenarios = JSON.parse(readFileSync(new URL("../../../tests/inbox/scenarios.json", import.meta.url), "utf8"));
const WORKER = fileURLToPath(new URL("../../../tests/inbox/worker.py", import.meta.url));
let interpreter = process.env.PYTHON;
/** A Python that has the package: the one in `PYTHON`, or one that is made now. */
function python() {
  const run = fileURLToPath(new URL("../../../bindings-python/run.py", import.meta.url));
  interpreter ??= execFileSync("python3", [run, "inbox-python"], { encoding: "utf8" }).trim();
  return interpreter;
}

const webhook = new Webhook("whsec_0123456789abcdef0123456789abcdef");
const now = () => Math.floor(Date.now() / 1000);
const event = (number) => deliver({ event: "something.new", number });

let databases;
before(async () => {
  databases = await startDatabases();
});
after(async () => {
  await closeAll();
  await databases.stop();
});

const rejects = (promise, code) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof InboxError, error);
    assert.equal(error.code, code, error.message);
    // Nothing of the address of a database, which has a password.
    const [password] = /(?<=:)pw\w+/.exec(process.env.POSTGRESQL);
    assert.ok(!`${error.message}${error.stack}`.includes(password));
    return true;
  });

/** Posts an event to a receiver, and returns the status. */
async function statusOf(inbox, body = JSON.stringify({ event: "x", at: Math.random() })) {
  const receive = createReceiver({ webhook, inbox, log: () => {}, deadline: 2 });
  const headers = { "x-visiono-signature": webhook.sign(body) };
  const { status } = await receive(new Request("https://a.example/", { method: "POST", body, headers }));
  return status;
}

for (const kind of Object.keys(STORES)) {
  it(`${kind}: the scenarios`, async () => {
    const result = await runScenarios(scenarios, async () => (await open(kind)).store);
    const steps = scenarios.scenarios.flatMap((scenario) => scenario.steps).length;
    assert.deepEqual(result, { scenarios: scenarios.scenarios.length, steps });
  });

  it(`${kind}: bad input`, async () => {
    const inbox = new Inbox((await open(kind)).store);
    await inbox.migrate();
    const odd = "\u202e\u{1f642}\ufeff\u0301'\"\\;--\r\n\u2028{visiono_inbox}:name?$1";
    const bodies = [
      JSON.stringify({ event: "x" }).padEnd(1024 * 1024),
      JSON.stringify({ event: odd.repeat(40), data: { id: odd, large: 0 } }).replace('"large":0', '"large":12345678901234567890'),
      JSON.stringify({ event: "\0".repeat(300), data: { photo_request: { id: "\0" } } }),
      '{"event":"\\ud800"}',
      '{"event":"a","data":{"id":""}}',
    ];
    for (const body of bodies) {
      let delivery;
      try {
        delivery = deliver(body);
      } catch {
        // Not a webhook at all.
        continue;
      }
      assert.equal(await inbox.accept(delivery), "new");
      assert.equal(await inbox.accept(delivery.toJSON()), "duplicate");
      const [item] = await inbox.claim();
      assert.equal(item.rawBody, body);
      assert.deepEqual(item.body, delivery.body);
      assert.ok(Array.from(item.event).length <= 255 && !item.event.includes("\0"));
      await inbox.fail(item, odd.repeat(100));
      await rejects(inbox.commit(item), "lease_lost");
    }
    const [key] = [deliver(bodies[0]).dedupKey];
    for (const wrong of [undefined, null, {}, "x", { ...deliver(bodies[0]).toJSON(), dedupKey: "x" }]) {
      await rejects(inbox.accept(wrong), "invalid_argument");
      await rejects(inbox.commit(wrong), "invalid_argument");
    }
    await rejects(inbox.commit({ dedupKey: key, token: 1.5 }), "invalid_argument");
    await rejects(inbox.claim({ limits: 1 }), "invalid_argument");
    await rejects(inbox.claim({ lease: Infinity }), "invalid_argument");
    await rejects(inbox.claim({ lease: NaN }), "invalid_argument");
    await rejects(inbox.events(5), "invalid_argument");
    await rejects(inbox.once("\0", 5), "invalid_argument");
    await rejects(inbox.once("x".repeat(256), 5), "invalid_argument");
    await rejects(inbox.once("x"), "invalid_argument");
    await rejects(inbox.retry("\0"), "unknown_item");
    await rejects(inbox.process({}, () => {}), "invalid_argument");
    assert.deepEqual(await inbox.events("\0"), []);
    assert.equal(await inbox.once("\u{1f642}".repeat(63), 5), true);
  });

  it(`${kind}: a clock that jumps`, async () => {
    let time = now();
    const inbox = new Inbox((await open(kind)).store, { clock: () => time });
    await inbox.migrate();
    await inbox.accept(event(1));
    const [first] = await inbox.claim({ lease: 10 });
    time -= 86_400;
    assert.deepEqual(await inbox.claim(), []);
    time += 2 * 86_400;
    const [second] = await inbox.claim({ lease: 10 });
    time -= 86_400;
    await rejects(inbox.commit(first), "lease_lost");
    await inbox.commit(second);
    await rejects(inbox.commit(second), "lease_lost");
  });

  it(`${kind}: a worker`, async () => {
    const inbox = new Inbox((await open(kind)).store, { maxAttempts: 2, shortestDelay: 0.01 });
    await inbox.migrate();
    await Promise.all(Array.from({ length: 20 }, (_, number) => inbox.accept(event(number))));
    const stop = new AbortController();
    const entries = [];
    let most = 0;
    let active = 0;
    const seen = {};
    const late = Promise.withResolvers();
    const handle = async ({ body: { number }, attempts }) => {
      active += 1;
      most = Math.max(most, active);
      seen[number] = attempts;
      // Longer than the lease, which is extended.
      await pause(number === 3 ? 1500 : 20);
      active -= 1;
      if (number === 19) {
        stop.abort();
        late.resolve();
      }
      if (number % 5 === 0) {
        throw number === 5 ? undefined : new Error("a\nreason");
      }
    };
    const running = inbox.run(handle, {
      concurrency: 4,
      lease: 0.5,
      poll: 0.1,
      signal: stop.signal,
      log: (line, entry) => {
        assert.match(line, /^[ -~]+$/);
        entries.push(entry);
      },
    });
    await late.promise;
    await running;
    assert.equal(active, 0);
    assert.equal(most, 4);
    // The rest, by another worker, which is told of an event that comes.
    const again = new AbortController();
    const other = inbox.run(handle, { concurrency: 4, poll: 0.1, signal: again.signal, log: () => {} });
    while ((await inbox.counts()).dead + (await inbox.counts()).done < 20) {
      await pause(20);
    }
    again.abort();
    await other;
    assert.deepEqual(await inbox.counts(), { waiting: 0, claimed: 0, done: 16, dead: 4 });
    assert.equal(seen[3], 1);
    const dead = await inbox.dead();
    assert.deepEqual(new Set(dead.map(({ lastError }) => lastError)), new Set(["a\nreason", "undefined"]));
    assert.ok(entries.some((entry) => entry.inbox === "failed" && entry.reason === "a\nreason"));
  });

  const isShared = kind === "sqlite" || kind === "postgres";
  it(`${kind}: 8 workers in processes${isShared ? ", of JavaScript and Python" : ""}`, async () => {
    const place = await STORES[kind].place();
    const inbox = new Inbox((await STORES[kind].connect(place)).store);
    await inbox.migrate();
    const folder = mkdtempSync(join(tmpdir(), "visiono-workers-"));
    const file = join(folder, "log");
    const script = fileURLToPath(new URL("worker-process.js", import.meta.url));
    const inPython = async () => {
      const url = `${process.env.POSTGRESQL}?options=-csearch_path%3D${place}`;
      const args = [WORKER, kind === "sqlite" ? place : url, file];
      const env = { ...process.env, PYTHONPATH: "", PYTHONDONTWRITEBYTECODE: "1" };
      const worker = spawn(python(), args, { stdio: ["ignore", "pipe", "inherit"], env });
      await Promise.race([once(worker.stdout, "data"), once(worker, "exit")]);
      return worker;
    };
    const inJavaScript = async () => {
      const worker = fork(script, [kind, place, file], { execArgv: ["--no-warnings"] });
      await once(worker, "message");
      return worker;
    };
    const start = (_, index) => (isShared && index % 2 === 1 ? inPython() : inJavaScript());
    const workers = await Promise.all(Array.from({ length: 8 }, start));
    const total = 800;
    for (let number = 0; number < total; number += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => inbox.accept(event(number + index))));
    }
    while ((await inbox.counts()).done < total) {
      await pause(50);
    }
    const exits = workers.map((worker) => once(worker, "exit"));
    workers.forEach((worker) => worker.kill("SIGTERM"));
    assert.deepEqual((await Promise.all(exits)).map(([code]) => code), Array(8).fill(0));
    const lines = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));
    const starts = lines.filter(({ what }) => what === "start");
    rmSync(folder, { recursive: true });
    // Each once, and each worker had some.
    assert.equal(starts.length, total);
    assert.equal(new Set(starts.map(({ key }) => key)).size, total);
    const shares = workers.map(({ pid }) => starts.filter((line) => line.pid === pid).length);
    assert.ok(Math.min(...shares) > 0, `${shares}`);
    console.log(`${kind}: ${isShared ? "every second in Python, " : ""}shares ${shares}`);
  });
}

it("a database that doesn't do it", async () => {
  for (const kind of Object.keys(STORES)) {
    const { store, database } = await open(kind);
    const inbox = new Inbox(store);
    if (kind === "postgres" || kind === "sqlite") {
      await rejects(inbox.accept(event(1)), "outdated_schema");
      assert.equal(await statusOf(inbox), 503);
    }
    await inbox.migrate();
    assert.equal(await statusOf(inbox), 204);
    const isDown = async () => {
      assert.equal(await statusOf(inbox), 503, kind);
      await rejects(inbox.accept(event(2)), "unavailable");
      await rejects(inbox.claim(), "unavailable");
    };
    if (kind === "sqlite") {
      // Full.
      database.exec("PRAGMA max_page_count = 1");
      await rejects(inbox.accept(deliver(JSON.stringify({ event: "x" }).padEnd(1e6))), "unavailable");
      database.exec("PRAGMA max_page_count = 1000000");
      // Read-only.
      database.exec("PRAGMA query_only = 1");
      await isDown();
      database.exec("PRAGMA query_only = 0");
      // In the caller's transaction, an event would be lost with it.
      database.exec("BEGIN");
      await isDown();
      database.exec("ROLLBACK");
      // An older schema.
      database.exec("DROP TABLE visiono_inbox_once; DELETE FROM visiono_inbox_schema WHERE version = 2");
      await rejects(inbox.once("a", 5), "outdated_schema");
      await inbox.migrate();
      assert.equal(await inbox.once("a", 5), true);
      database.exec("ALTER TABLE visiono_inbox DROP COLUMN last_error");
      await rejects(inbox.claim(), "outdated_schema");
      database.exec("ALTER TABLE visiono_inbox ADD COLUMN last_error TEXT");
    } else if (kind === "postgres") {
      await database.query("DROP TABLE visiono_inbox_once; DELETE FROM visiono_inbox_schema WHERE version = 2");
      await rejects(inbox.once("a", 5), "outdated_schema");
      await inbox.migrate();
      assert.equal(await inbox.once("a", 5), true);
      // The error of a full disk.
      await database.query(
        "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING ERRCODE = ''disk_full''; END'",
      );
      await database.query(
        "CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON visiono_inbox FOR EACH ROW EXECUTE FUNCTION fill()",
      );
      await isDown();
      await database.query("DROP TRIGGER fill ON visiono_inbox");
      await database.query("ALTER DATABASE postgres SET default_transaction_read_only = on");
      const { Pool } = (await import("pg")).default;
      const { rows } = await database.query("SELECT current_schema() AS schema");
      const pool = new Pool({ connectionString: process.env.POSTGRESQL, options: `-c search_path=${rows[0].schema}` });
      const readOnly = new Inbox(postgresStore(pool));
      assert.equal(await statusOf(readOnly), 503);
      await rejects(readOnly.accept(event(2)), "unavailable");
      assert.equal((await readOnly.counts()).waiting, 1);
      await pool.end();
      await database.query("ALTER DATABASE postgres RESET default_transaction_read_only");
      const closed = new Inbox(postgresStore(pool));
      await rejects(closed.accept(event(2)), "unavailable");
    } else {
      const configure = (...args) =>
        kind === "redis" ? database.sendCommand(["CONFIG", "SET", ...args]) : database.config("SET", ...args);
      await configure("maxmemory", "1");
      await isDown();
      await configure("maxmemory", "0");
      await configure("min-replicas-to-write", "1");
      await isDown();
      await configure("min-replicas-to-write", "0");
    }
    assert.equal(await statusOf(inbox), 204);
    assert.equal((await inbox.counts()).waiting, 2);
  }
});

it("sqlite: a file that is read-only", async () => {
  const { DatabaseSync } = await import("node:sqlite");
  const place = await STORES.sqlite.place();
  const { store } = await STORES.sqlite.connect(place);
  await new Inbox(store).migrate();
  await new Inbox(store).accept(event(1));
  const database = new DatabaseSync(place, { readOnly: true });
  const inbox = new Inbox(sqliteStore(database));
  assert.equal(await statusOf(inbox), 503);
  assert.equal((await inbox.counts()).waiting, 1);
  database.close();
  await rejects(inbox.counts(), "unavailable");
});

it("a database that is killed and started again", async () => {
  for (const [kind, server] of [["postgres", "postgresql"], ["redis", "redis"], ["ioredis", "redis"]]) {
    const inbox = new Inbox((await open(kind)).store);
    await inbox.migrate();
    await inbox.accept(event(1));
    await databases.kill(server);
    assert.equal(await statusOf(inbox), 503, kind);
    await databases.restart(server);
    let status;
    while ((status = await statusOf(inbox)) !== 204) {
      assert.equal(status, 503);
      await pause(100);
    }
    assert.ok((await inbox.counts()).waiting >= 2);
  }
});

/** The statements with which the tests of `process` write and read, for each client. */
const EFFECTS = {
  sqlite: {
    connect: (database) => database,
    run: (connection, text) => connection.exec(text),
    read: (connection) => connection.prepare("SELECT name FROM effects").all().map(({ name }) => name),
  },
  postgres: {
    connect: (pool) => pool.connect(),
    run: (connection, text) => connection.query(text),
    read: async (connection) => (await connection.query("SELECT name FROM effects")).rows.map(({ name }) => name),
  },
};

for (const [kind, { connect, run, read }] of Object.entries(EFFECTS)) {
  it(`${kind}: in a transaction`, async () => {
    let time = now();
    const { store, database } = await open(kind);
    const inbox = new Inbox(store, { maxAttempts: 2, clock: () => time });
    await inbox.migrate();
    const connection = await connect(database);
    await run(connection, "CREATE TABLE effects (name TEXT NOT NULL)");
    const insert = (name) => run(connection, `INSERT INTO effects VALUES (${name})`);
    assert.equal(await inbox.process(connection, () => {}), false);
    await inbox.accept(event(1));

    // A failing handler's writes are undone, and the attempt is counted.
    const failing = (item, given) => {
      assert.equal(given, connection);
      return kind === "sqlite"
        ? (insert("'failed'"), JSON.parse("{"))
        : Promise.resolve(insert("'failed'")).then(() => JSON.parse("{"));
    };
    assert.equal(await inbox.process(connection, failing), true);
    assert.deepEqual(await read(connection), []);
    assert.deepEqual(await inbox.counts(), { waiting: 1, claimed: 0, done: 0, dead: 0 });
    time += 10;
    // The second is the last.
    assert.equal(await inbox.process(connection, () => insert("NULL")), true);
    assert.deepEqual(await read(connection), []);
    const [dead] = await inbox.dead();
    assert.match(dead.lastError, /not-null|NOT NULL/);
    await inbox.retry(dead.dedupKey);

    // A handler that hides an error of the database: on PostgreSQL its transaction is lost.
    const hiding =
      kind === "sqlite"
        ? () => assert.throws(() => insert("NULL"))
        : () => insert("'hidden'").then(() => assert.rejects(insert("NULL")));
    assert.equal(await inbox.process(connection, hiding), true);
    assert.deepEqual(await inbox.counts(), { waiting: kind === "sqlite" ? 0 : 1, claimed: 0, done: kind === "sqlite" ? 1 : 0, dead: 0 });
    assert.deepEqual(await read(connection), []);
    time += 10;
    if (kind === "postgres") {
      assert.equal(await inbox.process(connection, () => insert("'once'")), true);
      assert.deepEqual(await read(connection), ["once"]);
    } else {
      await inbox.replay(dead.dedupKey);
      assert.equal(await inbox.process(connection, () => void insert("'once'")), true);
      assert.deepEqual(await read(connection), ["once"]);
    }
    assert.deepEqual(await inbox.counts(), { waiting: 0, claimed: 0, done: 1, dead: 0 });

    // A handler that ends the transaction is told so, and the item isn't completed.
    for (const end of ["COMMIT", "ROLLBACK"]) {
      await inbox.accept(event(end));
      await rejects(inbox.process(connection, () => run(connection, end) ?? undefined), "invalid_argument");
      const { claimed } = await inbox.counts();
      assert.equal(claimed, 1);
      time += 61;
      assert.equal(await inbox.process(connection, () => {}), true);
    }

    // The caller's transaction.
    await inbox.accept(event(3));
    await run(connection, "BEGIN");
    await rejects(inbox.process(connection, () => {}), kind === "sqlite" ? "unavailable" : "invalid_argument");
    await run(connection, "ROLLBACK");
    assert.equal((await inbox.counts()).waiting, 1);
    if (kind === "sqlite") {
      await rejects(inbox.process(connection, async () => insert("'late'")), "invalid_argument");
      assert.deepEqual(await read(connection), ["once"]);
      // A handler can't accept: it wouldn't be durable.
      time += 61;
      let inside;
      await inbox.process(connection, () => {
        inside = rejects(inbox.accept(event(9)), "unavailable");
      });
      await inside;
    } else {
      await rejects(inbox.process(database, () => {}), "invalid_argument");
      const own = new Inbox(postgresStore(connection));
      await rejects(own.process(connection, () => {}), "invalid_argument");
      // While a handler runs, nobody takes its item, even when the lease runs out.
      await inbox.process(
        connection,
        async () => {
          time += 100;
          assert.deepEqual(await inbox.claim(), []);
          await insert("'locked'");
        },
        { lease: 1 },
      );
      assert.deepEqual(await read(connection), ["once", "locked"]);
      connection.release();
    }
    assert.deepEqual(await inbox.counts(), { waiting: 0, claimed: 0, done: 4, dead: 0 });
  });
}
