// Processes items in transactions until there is none: `node process-process.js kind place`. While the
// table `mercy` is empty, the process is killed between the handler's write and the completion.

import process from "node:process";
import { Inbox } from "visiono-workflow/inbox";
import { STORES } from "./stores.js";

const [kind, place, kills] = process.argv.slice(2);
const { store, database } = await STORES[kind].connect(place);
const inbox = new Inbox(store, { maxAttempts: 1e6 });
const isDoomed = (item) => item.attempts <= Number(kills);
const die = () => process.kill(process.pid, "SIGKILL");

const HANDLERS = {
  sqlite: (item, connection) => {
    connection.prepare("INSERT INTO effects VALUES (?)").run(item.dedupKey);
    if (isDoomed(item)) {
      die();
    }
  },
  postgres: async (item, client) => {
    await client.query("INSERT INTO effects VALUES ($1)", [item.dedupKey]);
    if (isDoomed(item)) {
      die();
      await new Promise(() => {});
    }
  },
};
const connection = kind === "postgres" ? await database.connect() : database;
while (await inbox.process(connection, HANDLERS[kind], { lease: 0.02 }));
process.exit();
