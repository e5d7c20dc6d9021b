// Runs the scenarios that all languages have in common. It imports nothing of Node, so that it runs in
// a Worker, too.

import { Inbox, InboxError } from "visiono-workflow/inbox";
import { Webhook } from "visiono-workflow/webhook";

const START = 1_800_000_000;
const webhook = new Webhook("whsec_0123456789abcdef0123456789abcdef");

/** Signs and receives a body. */
export function deliver(event, now = START) {
  const body = typeof event === "string" ? event : JSON.stringify(event);
  return webhook.receive(body, { "x-visiono-signature": webhook.sign(body) }, { now });
}

const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
const camelKeys = (object) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [camel(name), value]));

/** Compares as JSON: the values have no others. */
function same(found, wanted, where) {
  const [one, other] = [found, wanted].map((value) => JSON.stringify(value));
  if (one !== other) {
    throw new Error(`${where}: ${one} in place of ${other}`);
  }
}

/** The operations of the steps, as functions of the inbox, the step and what was named before. */
const OPERATIONS = {
  accept: ({ inbox, deliveries }, name) => inbox.accept(deliveries[name]),
  claim: ({ inbox }, given) => inbox.claim(given),
  commit: ({ inbox, items }, name) => inbox.commit(items[name]),
  release: ({ inbox, items }, name, { delay }) => inbox.release(items[name], { delay }),
  fail: ({ inbox, items }, name, { reason }) => inbox.fail(items[name], reason),
  extend: ({ inbox, items }, name, { lease }) => inbox.extend(items[name], { lease }),
  events: ({ inbox }, { request_id, after, ...given }) =>
    inbox.events(request_id, after === undefined ? given : { ...given, after: START + after }),
  dead: ({ inbox }, given) => inbox.dead(given),
  retry: ({ inbox, deliveries }, name) => inbox.retry(deliveries[name].dedupKey),
  replay: ({ inbox, deliveries }, name) => inbox.replay(deliveries[name].dedupKey),
  counts: ({ inbox }) => inbox.counts(),
  purge: ({ inbox }, given) => inbox.purge(camelKeys(given)),
  once: ({ inbox }, name, { ttl }) => inbox.once(name, ttl),
};

/** Compares the members of items that the scenario writes. */
function checkItems(found, wanted, deliveries, where) {
  same(found.length, wanted.length, `${where}: items`);
  found.forEach((item, index) => {
    for (const [name, value] of Object.entries(wanted[index])) {
      if (name === "delivery") {
        const { dedupKey, rawBody, body } = deliveries[value];
        same([item.dedupKey, item.rawBody, item.body], [dedupKey, rawBody, body], `${where}: ${name}`);
      } else {
        const shown = name === "received_at" ? Number((item.receivedAt - START).toFixed(3)) : item[camel(name)];
        same(shown, value, `${where}: ${name}`);
      }
    }
  });
}

async function runStep(context, step, where) {
  const name = Object.keys(OPERATIONS).find((operation) => operation in step);
  let result;
  try {
    result = (await OPERATIONS[name](context, step[name], step)) ?? "ok";
  } catch (error) {
    if (!(error instanceof InboxError)) {
      throw error;
    }
    result = error.code;
  }
  if (Array.isArray(step.gives) && Array.isArray(result)) {
    checkItems(result, step.gives, context.deliveries, where);
    step.as?.forEach((as, index) => {
      context.items[as] = result[index];
    });
  } else {
    same(result, step.gives, where);
  }
}

/**
 * Runs every scenario, each on a store that `open` makes, with no table yet. Returns the number of
 * scenarios and steps.
 */
export async function runScenarios({ deliveries: bodies, scenarios }, open) {
  const deliveries = Object.fromEntries(
    Object.entries(bodies).map(([name, body]) => [name, deliver(body)]),
  );
  let steps = 0;
  for (const scenario of scenarios) {
    let now = START;
    const inbox = new Inbox(await open(), { ...camelKeys(scenario.options ?? {}), clock: () => now });
    await Promise.all([inbox.migrate(), inbox.migrate()]);
    await inbox.migrate();
    const context = { inbox, deliveries, items: {} };
    for (const [index, step] of scenario.steps.entries()) {
      now = START + step.at;
      await runStep(context, step, `${scenario.name}, step ${index + 1}`);
      steps += 1;
    }
  }
  return { scenarios: scenarios.length, steps };
}
