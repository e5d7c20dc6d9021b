// Kills workerd with SIGKILL at each step of a receiver and of a worker, on D1 and in a Durable Object:
// no event is lost, and none is completed twice.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Log, LogLevel, Miniflare } from "miniflare";
import { path, wrangle } from "../files.js";
import { EVENTS, KILLS, SECRET, delivery, freePort, isWanted, judge, post, sendAll } from "./crash.js";

const LEASE = 1;
/** The steps of the receiver and of the worker. At "in" it is killed a little after it has begun. */
const STEPS = {
  receiver: ["before accept", "in accept", "after accept"],
  worker: ["before claim", "in claim", "after claim", "handle", "in commit", "after commit"],
};
const KINDS = ["d1", "durable-object"].filter(isWanted);

const folder = mkdtempSync(join(tmpdir(), "visiono-crash-"));
let modules;
let host;
/** Called when a step is told. Returns false for one that must not go on. */
let onStep;
before(async () => {
  modules = wrangle(path("apps/crash"), "worker.js");
  host = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (more) => (text += more));
    request.on("end", () => onStep(JSON.parse(text)) && response.end());
    // A step that was told as it was killed.
    request.on("error", () => {});
  });
  await new Promise((resolve) => host.listen(0, "127.0.0.1", resolve));
});
after(() => {
  host.closeAllConnections();
  host.close();
  rmSync(folder, { recursive: true });
});

/** Returns the processes that this one has started, of some name. */
function children(name) {
  const stats = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry)).flatMap((pid) => {
    try {
      const [, command, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8"));
      return [{ pid: Number(pid), command, parent: Number(parent) }];
    } catch {
      // It has ended.
      return [];
    }
  });
  return stats.filter(({ command, parent }) => command === name && parent === process.pid).map(({ pid }) => pid);
}

/** A workerd that is started again after it was killed, with what it had stored. */
class Workerd {
  constructor(kind) {
    this.options = {
      ...modules,
      compatibilityDate: "2026-04-01",
      bindings: { KIND: kind, SECRET, HOST: `http://127.0.0.1:${host.address().port}/` },
      d1Databases: ["DB"],
      d1Persist: join(folder, kind, "d1"),
      durableObjects: { KEEPER: { className: "Keeper", useSQLite: true } },
      durableObjectsPersist: join(folder, kind, "objects"),
      log: new Log(LogLevel.NONE),
      handleRuntimeStdio: () => {},
    };
  }

  async start() {
    this.port ??= await freePort();
    this.miniflare = new Miniflare({ ...this.options, port: this.port });
    await this.miniflare.ready;
    [this.pid] = children("workerd");
  }

  async killAndStart() {
    process.kill(this.pid, "SIGKILL");
    await this.miniflare.dispose();
    await this.start();
  }

  stop() {
    return this.miniflare.dispose();
  }

  async ask(route) {
    const { status, text } = await post(this.port, route);
    assert.equal(status, 200, text);
    return JSON.parse(text);
  }
}

/** A list of the steps, the receiver's and the worker's by turns, each as often as the others of it. */
function targets() {
  const at = (steps, index) => steps[index % steps.length];
  return Array.from({ length: KILLS }, (_, index) => [at(STEPS.receiver, index), at(STEPS.worker, index)]).flat();
}

for (const kind of KINDS) {
  it(`${kind}: ${KILLS} kills, ${EVENTS} events`, async () => {
    const workerd = new Workerd(kind);
    const records = [];
    const left = targets();
    const total = left.length;
    let reached = () => {};
    let claimAt = 0;
    onStep = ({ step, rows, key, token, changes }) => {
      const now = Date.now();
      if (step === "after claim") {
        rows.forEach((row) => records.push({ what: "claim", ...row, before: claimAt, after: now }));
      } else if (step === "before claim") {
        claimAt = now;
      } else if (step === "handle") {
        records.push({ what: "start", key, token });
      } else if (step === "after commit" && changes === 1) {
        records.push({ what: "commit", key, token });
      }
      const [target = ""] = left;
      if (step === target && !(step === "after claim" && rows.length === 0)) {
        reached(0);
        return false;
      }
      if (step === target.replace("in ", "before ")) {
        reached(Math.random() * 4);
      }
      return true;
    };
    await workerd.start();
    let isOver = false;
    const work = async () => {
      while (!isOver) {
        const { status, text } = await post(workerd.port, "/work");
        if (status !== 200 || text === "0") {
          await pause(20);
        }
      }
    };
    try {
      await workerd.ask("/migrate");
      const deliveries = Array.from({ length: EVENTS }, (_, number) => delivery(number));
      const sent = sendAll(workerd.port, deliveries, async (share) => {
        while (share > (total - left.length + 1) / total) {
          await pause(5);
        }
      });
      const working = work();
      while (left.length > 0) {
        await pause(await new Promise((resolve) => (reached = resolve)));
        reached = () => {};
        // A step that is told while it is killed is no target.
        left[0] = "";
        await workerd.killAndStart();
        left.shift();
      }
      const statuses = await sent;
      let counts;
      do {
        await pause(50);
        counts = await workerd.ask("/counts");
      } while (counts.waiting + counts.claimed > 0);
      isOver = true;
      await working;
      assert.deepEqual(counts, { waiting: 0, claimed: 0, done: EVENTS, dead: 0 });
      const again = judge(records, deliveries, LEASE);
      console.log(
        `${kind}: workerd killed ${KILLS} times in the receiver and ${KILLS} times in the worker, ${EVENTS} events done, 0 lost, ` +
          `${again} started again, each after a lease that had ended; answers ${JSON.stringify(statuses)}`,
      );
    } finally {
      isOver = true;
      await workerd.stop();
    }
  });
}

if (isWanted("durable-object")) {
  it(`durable-object: ${KILLS} kills while a transaction is processed`, async () => {
    const workerd = new Workerd("durable-object-process");
    let began = () => {};
    onStep = ({ step }) => {
      if (step === "process") {
        began();
      }
      return true;
    };
    await workerd.start();
    try {
      await workerd.ask("/migrate");
      let accepted = 0;
      let early = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const { done, claimed, waiting } = await workerd.ask("/counts");
        if (claimed + waiting === 0) {
          assert.equal((await post(workerd.port, "/webhook", delivery(accepted))).status, 204);
          accepted += 1;
        }
        const reached = new Promise((resolve) => (began = resolve));
        const processing = post(workerd.port, "/process");
        await reached;
        await pause(Math.random() * 20);
        await workerd.killAndStart();
        await processing;
        const counts = await workerd.ask("/counts");
        assert.equal((await workerd.ask("/effects")).length, counts.done);
        early += Number(counts.done === done);
      }
      while (await workerd.ask("/process"));
      const effects = await workerd.ask("/effects");
      assert.equal(effects.length, accepted);
      assert.equal(new Set(effects.map(({ key }) => key)).size, accepted);
      console.log(`durable-object: ${KILLS} kills, ${early} of them before the completion; each write is there once`);
    } finally {
      await workerd.stop();
    }
  });
}
