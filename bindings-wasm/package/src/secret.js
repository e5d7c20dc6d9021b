import { string } from "./arguments.js";
import { begin, putEnded, release, run } from "./crossing.js";

/** The texts of the objects that are secrets. Nothing that prints such an object shows its text. */
export const held = new WeakMap();

/** The texts of one or several secrets; undefined for one that is absent. */
export function secretTexts(secrets) {
  if (!Array.isArray(secrets)) {
    return [secretText(secrets, "the secret")];
  }
  const texts = [];
  for (let i = 0; i < secrets.length; i++) {
    texts.push(secretText(secrets[i], `secrets[${i}]`));
  }
  return texts;
}

function secretText(secret, what) {
  return secret === undefined || secret === null
    ? undefined
    : (held.get(secret) ?? string(secret, what));
}

/** Makes what keys these secrets, and returns its pointer. */
export function keyed(make, secrets, ...settings) {
  try {
    const call = begin();
    for (const secret of secrets) {
      putEnded(secret);
    }
    return run(call, make, secrets.length, ...settings);
  } finally {
    release();
  }
}
