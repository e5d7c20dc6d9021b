// A receiver and a worker on D1, or in a Durable Object. They tell the test each step, and go on when
// it answers: it kills the process at some of them.

import { Inbox, createReceiver, d1Store, durableObjectStore } from "visiono-workflow/inbox";
import { Webhook } from "visiono-workflow/webhook";

/** Seconds. Short, so that what a killed process held is soon processed. */
const LEASE = 1;
const TOLD = ["accept", "claim", "commit"];

function tell(env, entry) {
  return fetch(env.HOST, { method: "POST", body: JSON.stringify(entry) });
}

/** A store that reports each step before and after it. */
function told(store, env) {
  const perform = async (operation, parameters) => {
    if (!TOLD.includes(operation)) {
      return store.perform(operation, parameters);
    }
    await tell(env, { step: `before ${operation}` });
    const result = await store.perform(operation, parameters);
    const rows = result.rows?.map((row) => ({ key: row.dedup_key, token: Number(row.token) }));
    const { dedup_key: key, token } = parameters;
    await tell(env, { step: `after ${operation}`, rows, key, token, changes: result.changes });
    return result;
  };
  return { ...store, perform };
}

const ROUTES = {
  "/migrate": ({ inbox }) => inbox.migrate(),
  "/counts": ({ inbox }) => inbox.counts(),
  async "/work"({ inbox, env }) {
    const items = await inbox.claim({ limit: 2, lease: LEASE });
    for (const { dedupKey: key, token } of items) {
      await tell(env, { step: "handle", key, token });
    }
    for (const item of items) {
      await inbox.commit(item);
    }
    return items.length;
  },
  // In a transaction of a Durable Object. The handler takes its time after its write.
  async "/process"({ inbox, env, storage }) {
    storage.sql.exec("CREATE TABLE IF NOT EXISTS effects (key TEXT)");
    await tell(env, { step: "process" });
    return inbox.process(
      storage,
      (item) => {
        storage.sql.exec("INSERT INTO effects VALUES (?)", item.dedupKey);
        for (let number = 0; number < 300; number += 1) {
          storage.sql.exec("SELECT COUNT(*) FROM effects").toArray();
        }
      },
      { lease: 0.001 },
    );
  },
  "/effects": ({ storage }) => storage.sql.exec("SELECT key FROM effects").toArray(),
};

async function serve(request, store, env, storage) {
  const inbox = new Inbox(told(store, env), { maxAttempts: 1e6 });
  const { pathname } = new URL(request.url);
  if (pathname === "/webhook") {
    return createReceiver({ webhook: new Webhook(env.SECRET), inbox, log: () => {} })(request);
  }
  try {
    return Response.json((await ROUTES[pathname]({ inbox, env, storage })) ?? null);
  } catch (error) {
    return new Response(error.stack, { status: 500 });
  }
}

export class Keeper {
  constructor({ storage }, env) {
    Object.assign(this, { storage, env });
  }

  fetch(request) {
    return serve(request, durableObjectStore(this.storage), this.env, this.storage);
  }
}

export default {
  fetch(request, env) {
    return env.KIND === "d1"
      ? serve(request, d1Store(env.DB), env)
      : env.KEEPER.get(env.KEEPER.idFromName("a")).fetch(request);
  },
};
