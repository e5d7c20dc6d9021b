// Kills receivers, workers and databases while events arrive: none is lost, and none is completed
// twice.

import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Inbox } from "visiono-workflow/inbox";
import { EVENTS, KILLS, delivery, freePort, isWanted, judge, received, sendAll } from "./crash.js";
import { startDatabases } from "./databases.js";
import { STORES, closeAll } from "./stores.js";

const KINDS = Object.keys(STORES).filter(isWanted);
const SERVERS = { postgres: "postgresql", redis: "redis", ioredis: "redis" };
const LEASE = 1;

const folder = mkdtempSync(join(tmpdir(), "visiono-crash-"));
let databases;
before(async () => {
  databases = await startDatabases();
});
after(async () => {
  await closeAll();
  await databases.stop();
  rmSync(folder, { recursive: true });
});

const script = (name) => fileURLToPath(new URL(name, import.meta.url));

/** A process that is started again whenever it was killed. */
class Process {
  kills = 0;
  #stopped = false;
  #isBack = () => {};

  constructor(name, args, env = {}) {
    this.start = async () => {
      this.child = fork(script(name), args(), { env: { ...process.env, ...env }, execArgv: ["--no-warnings"] });
      const gone = once(this.child, "exit");
      await Promise.race([once(this.child, "message"), gone]);
      gone.then(async () => {
        if (!this.#stopped) {
          await pause(20);
          await this.start();
          this.#isBack();
        }
      });
    };
  }

  /** Kills it in the time for which it has something to do: a worker, after it has started an item. */
  async kill(milliseconds, isWorker) {
    await this.started;
    if (isWorker) {
      await Promise.race([once(this.child, "message"), pause(1000)]);
    }
    await pause(Math.random() * milliseconds);
    this.started = new Promise((resolve) => {
      this.#isBack = resolve;
    });
    this.child.kill("SIGKILL");
    this.kills += 1;
  }

  async stop() {
    this.#stopped = true;
    this.child.kill("SIGKILL");
  }
}

for (const kind of KINDS) {
  it(`${kind}: ${KILLS} kills, ${EVENTS} events`, async () => {
    const place = await STORES[kind].place();
    const { store } = await STORES[kind].connect(place);
    const inbox = new Inbox(store);
    await inbox.migrate();
    const file = join(folder, kind);
    const port = await freePort();
    const receiver = new Process("receiver-process.js", () => [kind, place, String(port)]);
    const workers = Array.from({ length: 2 }, () => new Process("worker-process.js", () => [kind, place, file], { LEASE: String(LEASE) }));
    const processes = [receiver, ...workers];
    await Promise.all(processes.map((one) => one.start()));
    try {
      const killsOfWorkers = () => workers.reduce((sum, one) => sum + one.kills, 0);
      const kills = () => receiver.kills + killsOfWorkers();
      const deliveries = Array.from({ length: EVENTS }, (_, number) => delivery(number));
      // Events come as long as processes are killed.
      const sent = sendAll(port, deliveries, async (share) => {
        while (share > (kills() + 1) / (2 * KILLS)) {
          await pause(5);
        }
      });
      const server = SERVERS[kind];
      let restarts = 0;
      while (kills() < 2 * KILLS) {
        if (receiver.kills <= killsOfWorkers()) {
          await receiver.kill(100);
        } else {
          await workers[killsOfWorkers() % workers.length].kill(10, true);
        }
        if (server !== undefined && restarts < 2 && kills() >= (2 * KILLS * (restarts + 1)) / 3) {
          restarts += 1;
          await databases.kill(server);
          await pause(200);
          await databases.restart(server);
        }
      }
      const statuses = await sent;
      let counts;
      const open = async () => {
        counts = await inbox.counts().catch(() => ({ waiting: 1, claimed: 0 }));
        return counts.waiting + counts.claimed > 0;
      };
      while (await open()) {
        await pause(50);
      }
      // None is lost, none is there twice, and none is dead.
      assert.deepEqual(counts, { waiting: 0, claimed: 0, done: EVENTS, dead: 0 });
      const lines = readFileSync(file, "utf8").trim().split("\n");
      const again = judge(lines.map((line) => JSON.parse(line)), deliveries, LEASE);
      console.log(
        `${kind}: receiver killed ${receiver.kills} times, workers ${killsOfWorkers()} times, the database ${restarts} times; ` +
          `${EVENTS} events done, 0 lost, ${again} started again, each after a lease that had ended; answers ${JSON.stringify(statuses)}`,
      );
    } finally {
      await Promise.all(processes.map((one) => one.stop()));
    }
  });
}

for (const kind of ["sqlite", "postgres"].filter((one) => KINDS.includes(one))) {
  it(`${kind}: ${KILLS} kills between a handler's write and the completion`, async () => {
    const place = await STORES[kind].place();
    const { store, database } = await STORES[kind].connect(place);
    const inbox = new Inbox(store);
    await inbox.migrate();
    const run = async (text) => (kind === "sqlite" ? database.exec(text) : database.query(text));
    await run("CREATE TABLE effects (key TEXT)");
    await inbox.accept(received(delivery(0)));
    let killed = 0;
    for (let code = null; code !== 0 || (await inbox.counts()).done === 0; ) {
      const child = fork(script("process-process.js"), [kind, place, String(KILLS)], { execArgv: ["--no-warnings"] });
      let signal;
      [code, signal] = await once(child, "exit");
      killed += Number(signal === "SIGKILL");
      const all = "SELECT key FROM effects";
      const effects = kind === "sqlite" ? database.prepare(all).all() : (await database.query(all)).rows;
      assert.equal(effects.length, (await inbox.counts()).done);
    }
    assert.equal(killed, KILLS);
    console.log(`${kind}: ${killed} kills in a transaction, its write is there once`);
  });
}
