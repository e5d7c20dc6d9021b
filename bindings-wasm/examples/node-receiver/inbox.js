// The inbox, in PostgreSQL if DATABASE_URL is set, else in the file inbox.db.

import process from "node:process";
import { Inbox, postgresStore, sqliteStore } from "visiono-workflow/inbox";

const { DATABASE_URL } = process.env;
delete process.env.DATABASE_URL;

async function openStore() {
  if (DATABASE_URL === undefined) {
    const { DatabaseSync } = await import("node:sqlite");
    return sqliteStore(new DatabaseSync("inbox.db"));
  }
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({ connectionString: DATABASE_URL });
  // A connection that breaks while nobody uses it must not end the process.
  pool.on("error", (error) => console.warn(error.code));
  return postgresStore(pool);
}

export const inbox = new Inbox(await openStore());
await inbox.migrate();
