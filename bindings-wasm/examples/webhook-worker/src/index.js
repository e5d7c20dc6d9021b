// Receives Visiono's webhooks into an inbox in D1, and processes each after the answer.

import { Inbox, InboxError, createReceiver, d1Store } from "visiono-workflow/inbox";
import { Webhook } from "visiono-workflow/webhook";
import { work } from "./work.js";

/** Made once: the secret and the database of a deployment don't change. */
let application;

async function setUp(env) {
  if (application === undefined) {
    const webhook = new Webhook(env.VISIONO_WEBHOOK_SECRET);
    const inbox = new Inbox(d1Store(env.DB));
    await inbox.migrate();
    application = { inbox, receive: createReceiver({ webhook, inbox }) };
  }
  return application;
}

export default {
  async fetch(request, env, context) {
    try {
      const { inbox, receive } = await setUp(env);
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/webhook") {
        const response = await receive(request);
        if (response.status === 204) {
          context.waitUntil(processAll(inbox, env));
        }
        return response;
      }
      if (pathname === "/events" && request.method === "GET") {
        return (await isAllowed(request, env))
          ? await events(inbox, searchParams)
          : new Response(null, { status: 401 });
      }
      return new Response(null, { status: 404 });
    } catch (error) {
      // Neither has a secret or a value in its message.
      console.error(error.code, error.message);
      return new Response(null, { status: statusOf(error) });
    }
  },

  /** Processes what failed before, and removes what was processed a day ago. */
  async scheduled(_event, env) {
    const { inbox } = await setUp(env);
    await processAll(inbox, env);
    await inbox.purge();
  },
};

/** Processes what is due. Several of these may run at the same time. */
async function processAll(inbox, env) {
  for (;;) {
    const [item] = await inbox.claim({ lease: 60 });
    if (item === undefined) {
      return;
    }
    let failure;
    try {
      await work(item, env);
    } catch (error) {
      failure = error ?? "no reason";
    }
    await (failure === undefined ? inbox.commit(item) : inbox.fail(item, failure));
  }
}

/** Answers those who poll for the events of a request, by its ID and the time. */
async function events(inbox, query) {
  const found = await inbox.events(query.get("request_id") ?? "", {
    after: Number(query.get("after") ?? 0),
  });
  return Response.json({ events: found });
}

/** Your application's login belongs here. Without a token, nobody may read events. */
async function isAllowed(request, { POLL_TOKEN }) {
  const hash = (text) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const sent = await hash(request.headers.get("authorization") ?? "");
  return Boolean(POLL_TOKEN) && crypto.subtle.timingSafeEqual(sent, await hash(`Bearer ${POLL_TOKEN}`));
}

function statusOf(error) {
  if (!(error instanceof InboxError)) {
    return 500;
  }
  return error.code === "invalid_argument" ? 400 : 503;
}
