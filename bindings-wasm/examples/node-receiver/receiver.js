// What both servers do with a webhook: verify it, answer, and work afterwards, once for each event.

import process from "node:process";
import { Webhook, WorkflowError } from "visiono-workflow/webhook";

/** Bytes of the largest body that Visiono sends. */
export const LARGEST = 1024 * 1024;
/** How long a duplicate is recognised, in milliseconds. */
const DAY = 24 * 60 * 60 * 1000;

const webhook = new Webhook(process.env.VISIONO_WEBHOOK_SECRET);
delete process.env.VISIONO_WEBHOOK_SECRET;

/**
 * When each event was received, the oldest first. Several processes need one place for all: a
 * database with a unique column, say.
 */
const received = new Map();

/** Answers a webhook with a status and a text. */
export function receive(body, headers) {
  let delivery;
  try {
    delivery = webhook.receive(body, headers);
  } catch (error) {
    return refuse(error);
  }
  if (isDuplicate(delivery.dedupKey)) {
    return { status: 200, text: "received before" };
  }
  // After the answer: Visiono waits for that, and not for the work.
  setImmediate(work, delivery);
  return { status: 200, text: "received" };
}

/** What is to be done about an event: put your own here. */
function work(delivery) {
  console.log(`${delivery.event} ${delivery.data?.photo_request?.id} ${delivery.dedupKey}`);
}

function isDuplicate(key) {
  const now = Date.now();
  for (const [old, time] of received) {
    if (now - time < DAY) {
      break;
    }
    received.delete(old);
  }
  if (received.has(key)) {
    return true;
  }
  received.set(key, now);
  return false;
}

function refuse(error) {
  if (!(error instanceof WorkflowError)) {
    throw error;
  }
  // It never holds a secret or a value, so it can be logged as it is.
  console.warn(error.code, error.parameters.join(", "), error.message);
  return error.number >= 200 && error.number < 300
    ? { status: 401, text: error.code }
    : { status: 500, text: "the webhook could not be read" };
}
