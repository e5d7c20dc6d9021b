// Starts the databases, and kills them.

import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const STARTER = fileURLToPath(new URL("../../../tests/inbox/databases.py", import.meta.url));

/** Starts PostgreSQL and Redis. Their addresses are in the environment, for other processes. */
export async function startDatabases() {
  const starter = spawn("python3", [STARTER, "postgresql", "redis"], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: starter.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value } = await lines.next();
    if (value === undefined) {
      throw new Error("the databases don't run");
    }
    return value;
  };
  const { postgresql, redis } = JSON.parse(await read());
  Object.assign(process.env, { POSTGRESQL: postgresql, REDIS: redis });
  const tell = async (line) => {
    starter.stdin.write(`${line}\n`);
    await read();
  };
  return {
    kill: (name) => tell(`kill ${name}`),
    restart: (name) => tell(`restart ${name}`),
    async stop() {
      const exited = once(starter, "exit");
      starter.stdin.end();
      await exited;
    },
  };
}
