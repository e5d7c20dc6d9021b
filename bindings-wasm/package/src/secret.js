import { string } from "./arguments.js";
import { begin, end, put, release, run } from "./crossing.js";

/** What the classes of secrets hold. Nothing that prints one of their objects comes by it here. */
export const held = new WeakMap();

/** The texts of one or several secrets, each of which is text or an object that holds it. */
export function secretTexts(secrets) {
  return (Array.isArray(secrets) ? [...secrets] : [secrets]).map(
    (secret) => held.get(secret) ?? string(secret, "the secret"),
  );
}

/** Makes what keys these secrets, and returns its pointer. */
export function keyed(make, secrets, ...settings) {
  try {
    begin();
    for (const secret of secrets) {
      put(secret);
      end();
    }
    return run(make, secrets.length, ...settings);
  } finally {
    release();
  }
}
