// The operations of the page on the library. Every rule is the library's.

import { RedirectTemplate, Workflow } from "visiono-workflow";
import { explain as explainMessage } from "visiono-workflow/explain";
import { Webhook } from "visiono-workflow/webhook";

/** The milliseconds between two reports of progress. */
const INTERVAL = 100;
/** A time that is later than that of any message, and that the library still accepts. */
const LATEST = 99_999_999_999;

/** Verifies a message by its kind. */
const VERIFY = {
  link: (message, { secrets, expect, maxAge, leeway }) => {
    const workflow = new Workflow(secrets, { maxAge, leeway });
    return [workflow, (now) => workflow.verifyLink(message, { now, expect })];
  },
  return: (message, { secrets, expect, template, maxAge, leeway }) => {
    const workflow = new Workflow(secrets, { maxAge, leeway });
    return [workflow, (now) => workflow.verifyReturn(message, { now, expect, template })];
  },
  webhook: (message, { secrets, headers, maxAge, leeway, requireTimestamp }) => {
    const webhook = new Webhook(secrets, { maxAge, leeway, requireTimestamp });
    return [webhook, (now) => webhook.receive(message, headers, { now })];
  },
};

/**
 * Returns the checks of a message, without a search. For a valid message, also returns its verified
 * values and the first second at which it has expired, or null if it never expires.
 */
export function inspect({ kind, message, options }) {
  const { checks, signedText, verdict } = explainMessage(kind, message, { ...options, computed: undefined, maxBytes: 0 });
  const answer = { checks, signedText, isValid: verdict === "valid" };
  return answer.isValid ? { ...answer, ...verified(VERIFY[kind](message, options), options.now) } : answer;
}

function verified([verifier, verify], now) {
  try {
    const message = verify(now);
    return { verified: message.toJSON?.() ?? { ...message }, expiry: expiry(verify, now) };
  } finally {
    verifier.free();
  }
}

/** Verifies at other times, because only the library knows when a valid message expires. */
function expiry(verify, now) {
  const isValid = (time) => {
    try {
      verify(time);
      return true;
    } catch {
      return false;
    }
  };
  if (isValid(LATEST)) {
    return null;
  }
  let [valid, expired] = [now, LATEST];
  while (expired - valid > 1) {
    const middle = Math.floor((valid + expired) / 2);
    if (isValid(middle)) {
      valid = middle;
    } else {
      expired = middle;
    }
  }
  return expired;
}

/** Returns the diagnosis, after a search. */
export function explain({ kind, message, options }, report) {
  let last = Date.now();
  const onProgress = (tried, total) => {
    if (Date.now() - last >= INTERVAL) {
      last = Date.now();
      report(tried, total);
    }
  };
  return explainMessage(kind, message, { ...options, onProgress });
}

/** Returns the properties of a redirect template, and a return made from it with sample values. */
export function template({ text, fields }) {
  const parsed = new RedirectTemplate(text);
  try {
    const { placeholders, missing } = parsed;
    const facts = { placeholders, missing, example: attempt(() => parsed.expand(fields)) };
    return { ...facts, extractable: attempt(() => parsed.checkExtractable()) };
  } finally {
    parsed.free();
  }
}

function attempt(run) {
  try {
    return { value: run() };
  } catch ({ code, name, message }) {
    return { code: code ?? name, message };
  }
}

/** Makes a message, by its kind. */
export const makeLink = ({ secret, fields }) => withFreed(new Workflow(secret), (workflow) => workflow.signLink(fields));
export const makeReturn = ({ secret, template, fields }) =>
  withFreed(new Workflow(secret), (workflow) => workflow.signReturn(template, fields));
export const makeWebhook = ({ secret, event, fields }) =>
  withFreed(new Webhook(secret), (webhook) => webhook.testDelivery(event, fields));

function withFreed(object, use) {
  try {
    return use(object);
  } finally {
    object.free();
  }
}
