// Opens the stores of Node, each time with nothing in it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ioredisStore, postgresStore, redisStore, sqliteStore } from "visiono-workflow/inbox";

let number = 0;
const fresh = (start) => `${start}_${process.pid}_${Date.now().toString(36)}_${(number += 1)}`;

const cleanups = [];
/** Closes what was opened. */
export async function closeAll() {
  for (const cleanup of cleanups.splice(0).reverse()) {
    await cleanup();
  }
}

/** The databases: each makes a place, which is text for another process, and connects to a place. */
export const STORES = {
  sqlite: {
    async place() {
      const folder = mkdtempSync(join(tmpdir(), "visiono-inbox-"));
      cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
      return join(folder, "inbox.db");
    },
    async connect(place) {
      const { DatabaseSync } = await import("node:sqlite");
      const database = new DatabaseSync(place);
      cleanups.push(() => database.isOpen === false || database.close());
      return { store: sqliteStore(database), database };
    },
  },
  postgres: {
    async place() {
      const schema = fresh("inbox");
      const { database } = await this.connect("public");
      await database.query(`CREATE SCHEMA ${schema}`);
      return schema;
    },
    async connect(place, max = 10) {
      const { Pool } = (await import("pg")).default;
      const pool = new Pool({ connectionString: process.env.POSTGRESQL, options: `-c search_path=${place}`, max });
      pool.on("error", () => {});
      cleanups.push(() => pool.end());
      return { store: postgresStore(pool), database: pool };
    },
  },
  redis: {
    async place() {
      return `{${fresh("inbox")}}`;
    },
    async connect(place) {
      const { createClient } = await import("redis");
      const client = createClient({ url: process.env.REDIS }).on("error", () => {});
      await client.connect();
      cleanups.push(() => client.destroy());
      return { store: redisStore(client, place), database: client };
    },
  },
  ioredis: {
    async place() {
      return `{${fresh("inbox")}}`;
    },
    async connect(place) {
      const { Redis } = await import("ioredis");
      const client = new Redis(process.env.REDIS).on("error", () => {});
      cleanups.push(() => client.disconnect());
      return { store: ioredisStore(client, place), database: client };
    },
  },
};

/** Opens a new place of a database. */
export async function open(kind) {
  return STORES[kind].connect(await STORES[kind].place());
}
