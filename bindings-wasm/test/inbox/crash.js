// The common part of the crash tests: they send events as Visiono does, and judge what was recorded.
// INBOX_KILLS sets how often the receiver is killed, and how often workers, for each store;
// INBOX_EVENTS the number of events; and INBOX_STORES the stores.

import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { Webhook } from "visiono-workflow/webhook";

export const KILLS = Number(process.env.INBOX_KILLS ?? 50);
export const EVENTS = Number(process.env.INBOX_EVENTS ?? KILLS * 20);
export const isWanted = (kind) => process.env.INBOX_STORES?.split(",").includes(kind) ?? true;

export const SECRET = "whsec_0123456789abcdef0123456789abcdef";
const webhook = new Webhook(SECRET);

export function delivery(number) {
  const event = { event: "photo_request.submitted", timestamp: new Date(), data: { photo_request: { id: `pr_${number % 50}` }, number } };
  const body = JSON.stringify(event);
  const signature = webhook.sign(body);
  return { body, headers: { "x-visiono-signature": signature }, key: webhook.verify(body, signature).dedupKey };
}

/** Returns the delivery as `accept` wants it. */
export const received = ({ body, headers }) => webhook.receive(body, headers);

/** Returns a port that no connection gets by itself while the receiver is down. */
export async function freePort() {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    const isTaken = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (!isTaken) {
      return port;
    }
  }
}

const agent = new Agent({ keepAlive: false, maxSockets: 64 });
/** Posts a body, and returns the status and the text; 0 if there was no answer. */
export function post(port, path, { body = "", headers = {} } = {}) {
  return new Promise((resolve) => {
    const none = () => resolve({ status: 0, text: "" });
    const sent = request({ port, path, host: "127.0.0.1", method: "POST", headers, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (more) => (text += more));
      response.on("end", () => resolve({ status: response.statusCode, text })).on("error", none);
    });
    sent.on("error", none).end(body);
  });
}

/** Sends events: again until each is answered with 204, and every third one twice anyway. */
export async function sendAll(port, deliveries, mayGoOn) {
  const statuses = {};
  const queue = deliveries.flatMap((one, index) => (index % 3 === 0 ? [one, one] : [one]));
  const total = queue.length;
  const send = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      await mayGoOn(1 - queue.length / total);
      for (;;) {
        const { status } = await post(port, "/webhook", one);
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status === 204) {
          break;
        }
        await pause(10);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, send));
  return statuses;
}

/**
 * Checks records of claims, starts and commits: each event was started, and none is committed twice.
 * Returns how many starts were not the first of an event. Each of them is explained: the lease of the
 * start before was over.
 */
export function judge(records, deliveries, lease) {
  const claims = {};
  const starts = {};
  const commits = {};
  for (const { what, key, token, before, after } of records) {
    if (what === "claim") {
      assert.equal(claims[`${key} ${token}`], undefined, "two workers have one token");
      claims[`${key} ${token}`] = { before, after };
    } else if (what === "start") {
      (starts[key] ??= []).push(token);
    } else {
      assert.equal(commits[key], undefined, "committed twice");
      commits[key] = token;
    }
  }
  assert.deepEqual(new Set(Object.keys(starts)), new Set(deliveries.map(({ key }) => key)));
  let again = 0;
  for (const [key, tokens] of Object.entries(starts)) {
    tokens.sort((one, other) => one - other);
    for (const [index, token] of tokens.slice(1).entries()) {
      const between = claims[`${key} ${token}`].after - claims[`${key} ${tokens[index]}`].before;
      // The clocks have milliseconds.
      assert.ok(token > tokens[index] && between >= lease * 1000 - 2, `${key}: ${between} ms`);
      again += 1;
    }
  }
  return again;
}
