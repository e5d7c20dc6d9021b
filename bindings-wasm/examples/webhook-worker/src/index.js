// Receives Visiono's webhooks: answers at once, and works afterwards, once for each event.

import { Webhook, WorkflowError } from "visiono-workflow/webhook";
import { work } from "./work.js";

/** Bytes of the largest body that Visiono sends. */
const LARGEST = 1024 * 1024;
/** The time for which a duplicate is recognised, in seconds. The last retry is within 3 h. */
const DAY = 24 * 60 * 60;

/** Made once: the secret of a deployment doesn't change. */
let webhook;

export default {
  async fetch(request, env, context) {
    if (request.method !== "POST") {
      return answer(405, "only POST", { allow: "POST" });
    }
    const body = await readBody(request);
    if (body === undefined) {
      return answer(413, "larger than Visiono sends");
    }
    let delivery;
    try {
      webhook ??= new Webhook(env.VISIONO_WEBHOOK_SECRET);
      delivery = webhook.receive(body, request);
    } catch (error) {
      return refuse(error);
    }
    const key = keyOf(delivery);
    if ((await env.RECEIVED.get(key)) === null) {
      // An event without a time is never too old: its key is kept for good.
      const kept = delivery.eventTime === null ? {} : { expirationTtl: DAY };
      await env.RECEIVED.put(key, noteOf(delivery), kept);
      context.waitUntil(work(delivery, env));
    }
    return new Response(null, { status: 204 });
  },
};

/** One key for each event of a request, however often it is delivered. */
function keyOf({ data, dedupKey }) {
  const ids = [data?.photo_request?.id, data?.permanent_link_submission?.id, data?.id];
  const id = ids.find((one) => typeof one === "string") ?? "";
  // A key may have 512 bytes.
  return `visiono:${id.slice(0, 100)}:${dedupKey}`;
}

/** The note that is kept of an event, for whoever looks into it. */
function noteOf({ unauthenticatedDeliveryId }) {
  return JSON.stringify({ receivedAt: new Date().toISOString(), unauthenticatedDeliveryId });
}

/** The raw body, or undefined if it is larger than Visiono sends. */
async function readBody(request) {
  if (Number(request.headers.get("content-length")) > LARGEST) {
    return undefined;
  }
  const chunks = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > LARGEST) {
      return undefined;
    }
    chunks.push(chunk);
  }
  return new Blob(chunks).arrayBuffer();
}

function refuse(error) {
  if (!(error instanceof WorkflowError)) {
    console.error(error);
    return answer(500, "not set up");
  }
  // It never holds a secret or a value, so it can be logged as it is.
  console.warn(error.code, error.parameters.join(", "), error.message);
  if (error.isRefusal) {
    return answer(401, error.code);
  }
  return answer(500, "not set up");
}

function answer(status, text, headers = {}) {
  return new Response(text, { status, headers });
}
