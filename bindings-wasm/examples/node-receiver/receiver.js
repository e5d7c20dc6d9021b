// Verifies a webhook for both servers, answers, and works afterwards, once for each event.

import process from "node:process";
import { Webhook, WorkflowError } from "visiono-workflow/webhook";
import { logged } from "./log.js";
import { work } from "./work.js";

/** Bytes of the largest body that Visiono sends. */
export const LARGEST = 1024 * 1024;
/** The time for which a duplicate is recognised, in milliseconds. */
const DAY = 24 * 60 * 60 * 1000;

const webhook = new Webhook(process.env.VISIONO_WEBHOOK_SECRET);
delete process.env.VISIONO_WEBHOOK_SECRET;

/**
 * The time at which each event was received, the oldest first. Several processes need one place for
 * all, such as a database with a unique column.
 */
const received = new Map();
/** The events without a time of their own, which are never too old: they are kept for good. */
const undated = new Set();

/** Answers a webhook with a status and a text. */
export function receive(body, headers) {
  let delivery;
  try {
    delivery = webhook.receive(body, headers);
  } catch (error) {
    return refuse(error);
  }
  if (!isDuplicate(delivery)) {
    // After the answer: Visiono waits for that, and not for the work.
    setImmediate(run, delivery);
  }
  return { status: 204, text: "" };
}

async function run(delivery) {
  try {
    await work(delivery);
  } catch (error) {
    // Visiono was told that it came, and doesn't send it again.
    const { event, dedupKey } = delivery;
    console.error("failed", logged({ event, dedupKey }), error);
  }
}

function isDuplicate({ dedupKey, eventTime }) {
  const now = Date.now();
  for (const [old, time] of received) {
    if (now - time < DAY) {
      break;
    }
    received.delete(old);
  }
  if (received.has(dedupKey) || undated.has(dedupKey)) {
    return true;
  }
  if (eventTime === null) {
    undated.add(dedupKey);
  } else {
    received.set(dedupKey, now);
  }
  return false;
}

function refuse(error) {
  if (!(error instanceof WorkflowError)) {
    console.error(error);
    return { status: 500, text: "the webhook could not be read" };
  }
  // It never holds a secret or a value, so it can be logged as it is.
  console.warn(error.code, error.parameters.join(", "), error.message);
  return error.isRefusal
    ? { status: 401, text: error.code }
    : { status: 500, text: "the webhook could not be read" };
}
