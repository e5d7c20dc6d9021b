// Kills receivers, workers and databases while events arrive: none is lost, and none is completed
// twice. KILLS sets how often a process is killed for each store, EVENTS the number of events, and
// STORES the stores.

import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Inbox } from "visiono-workflow/inbox";
import { Webhook } from "visiono-workflow/webhook";
import { startDatabases } from "./databases.js";
import { STORES, closeAll } from "./stores.js";

const KILLS = Number(process.env.KILLS ?? 50);
const EVENTS = Number(process.env.EVENTS ?? KILLS * 20);
const KINDS = (process.env.STORES ?? Object.keys(STORES).join()).split(",");
const SERVERS = { postgres: "postgresql", redis: "redis", ioredis: "redis" };
const LEASE = "1";

const webhook = new Webhook("whsec_0123456789abcdef0123456789abcdef");
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

  constructor(name, args, env = {}) {
    this.start = async () => {
      this.child = fork(script(name), args(this), { env: { ...process.env, ...env }, execArgv: ["--no-warnings"] });
      const gone = once(this.child, "exit");
      const [said] = await Promise.race([once(this.child, "message"), gone.then(() => [])]);
      this.said = said ?? this.said;
      gone.then(async () => {
        if (!this.#stopped) {
          await pause(20);
          await this.start();
        }
      });
    };
  }

  kill() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.kills += Number(this.child.kill("SIGKILL"));
    }
  }

  async stop() {
    this.#stopped = true;
    this.child.kill("SIGKILL");
  }
}

const agent = new Agent({ keepAlive: false, maxSockets: 64 });
/** Posts a body, and returns the status; 0 if there was no answer. */
function post(port, { body, headers }) {
  return new Promise((resolve) => {
    const sent = request({ port, host: "127.0.0.1", method: "POST", headers, agent }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode)).on("error", () => resolve(0));
    });
    sent.on("error", () => resolve(0)).end(body);
  });
}

/** Sends events as Visiono does: again until each is answered with 2xx; some of them twice anyway. */
async function sendAll(receiver, deliveries, mayGoOn) {
  const statuses = {};
  const queue = [...deliveries.entries()].flatMap(([index, delivery]) =>
    index % 3 === 0 ? [delivery, delivery] : [delivery],
  );
  const total = queue.length;
  const send = async () => {
    for (let delivery = queue.shift(); delivery !== undefined; delivery = queue.shift()) {
      await mayGoOn(1 - queue.length / total);
      for (;;) {
        const status = await post(receiver.said, delivery);
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status === 204) {
          break;
        }
        await pause(10);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, send));
  return statuses;
}

function delivery(number) {
  const event = { event: "photo_request.submitted", timestamp: new Date(), data: { photo_request: { id: `pr_${number % 50}` }, number } };
  const body = JSON.stringify(event);
  return { body, headers: { "x-visiono-signature": webhook.sign(body) }, key: webhook.verify(body, webhook.sign(body)).dedupKey };
}

for (const kind of KINDS) {
  it(`${kind}: ${KILLS} kills, ${EVENTS} events`, async () => {
    const place = await STORES[kind].place();
    const { store } = await STORES[kind].connect(place);
    const inbox = new Inbox(store);
    await inbox.migrate();
    const file = join(folder, kind);
    // A restarted receiver has the port of the first.
    const receiver = new Process("receiver-process.js", ({ said = 0 }) => [kind, place, String(said)]);
    const workers = Array.from({ length: 2 }, () => new Process("worker-process.js", () => [kind, place, file], { LEASE }));
    const processes = [receiver, ...workers];
    await Promise.all(processes.map((one) => one.start()));
    try {
      const kills = () => processes.reduce((sum, one) => sum + one.kills, 0);
      const deliveries = Array.from({ length: EVENTS }, (_, number) => delivery(number));
      // Events come as long as processes are killed.
      const sent = sendAll(receiver, deliveries, async (share) => {
        while (share > (kills() + 1) / KILLS) {
          await pause(5);
        }
      });
      const server = SERVERS[kind];
      let restarts = 0;
      for (let turn = 0; kills() < KILLS; turn += 1) {
        await pause(Math.random() * 150);
        processes[turn % processes.length].kill();
        if (server !== undefined && restarts < 2 && kills() >= (KILLS * (restarts + 1)) / 3) {
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
      const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
      const processed = Map.groupBy(lines.map((line) => line.split(" ")), ([key]) => key);
      assert.deepEqual(new Set(processed.keys()), new Set(deliveries.map(({ key }) => key)));
      let again = 0;
      for (const runs of processed.values()) {
        again += runs.length - 1;
        // Each further time was another claim, which only the end of a lease allows.
        assert.equal(new Set(runs.map(([, , token]) => token)).size, runs.length);
      }
      console.log(
        `${kind}: ${EVENTS} events done, 0 lost, ${kills()} kills (receiver ${receiver.kills}), ${restarts} restarts of the database, ` +
          `${again} processed again after a lease ran out; answers ${JSON.stringify(statuses)}`,
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
    const key = webhook.receive(delivery(0).body, delivery(0).headers);
    await inbox.accept(key);
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
