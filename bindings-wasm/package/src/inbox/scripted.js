// The part that the stores on Redis share.

import { driverError, invalid } from "./error.js";
import { SCRIPT } from "./script.js";

/** The arguments of the script, in its order. */
const ARGUMENTS = {
  accept: ["dedup_key", "request_id", "event", "event_time", "raw_body", "delivery_id"],
  claim: ["limit", "lease", "max_attempts"],
  commit: ["dedup_key", "token"],
  release: ["dedup_key", "token", "delay"],
  fail: ["dedup_key", "token", "reason", "max_attempts", "shortest", "longest", "per_mille"],
  extend: ["dedup_key", "token", "lease"],
  again: ["dedup_key", "state"],
  events: ["request_id", "after", "limit"],
  dead: ["limit"],
  counts: [],
  next: [],
  purge: ["older_than", "newest", "keys_for", "undated", "limit"],
  once: ["name", "ttl"],
};
const COLUMNS = ["dedup_key", "request_id", "event", "event_time", "received_at", "raw_body"].concat(
  ["delivery_id", "state", "attempts", "token", "last_error", "id"],
);

/** The items of a purge that one call of the script handles, while Redis does nothing else. */
const STEP = 500;

const readRow = (row) => Object.fromEntries(COLUMNS.map((name, index) => [name, row[index]]));
const READERS = {
  claim: (reply) => ({ rows: reply.map(readRow) }),
  events: (reply) => ({ rows: reply.map(readRow) }),
  dead: (reply) => ({ rows: reply.map(readRow) }),
  counts: (reply) => ({ rows: reply.map(([state, number]) => ({ state, number })) }),
  next: (reply) => ({ rows: [{ milliseconds: reply }] }),
};

async function sha1(text) {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

let digest;

/** Makes a store of two functions: one runs the script that Redis has, and one brings it along. */
export function scriptedStore({ evaluate, evaluateSha }, prefix) {
  if (typeof prefix !== "string" || prefix === "") {
    throw invalid("the prefix of the keys must be a text");
  }
  const call = async (operation, parameters) => {
    const texts = ARGUMENTS[operation].map((name) => String(parameters[name] ?? ""));
    const given = [operation, String(parameters.now ?? ""), ...texts];
    digest ??= sha1(SCRIPT);
    try {
      return await evaluateSha(await digest, prefix, given);
    } catch (error) {
      if (!String(Object(error).message).startsWith("NOSCRIPT")) {
        throw error;
      }
      return await evaluate(SCRIPT, prefix, given);
    }
  };
  const purge = async (parameters) => {
    let changes = 0;
    for (;;) {
      const [forgotten, dropped] = await call("purge", { ...parameters, limit: STEP });
      changes += Number(forgotten);
      if (Number(forgotten) + Number(dropped) === 0) {
        return { rows: [], changes };
      }
    }
  };
  return {
    perform: async (operation, parameters) => {
      try {
        if (operation === "purge") {
          return await purge(parameters);
        }
        const reply = await call(operation, parameters);
        return READERS[operation]?.(reply) ?? { rows: [], changes: Number(reply) };
      } catch (error) {
        throw driverError(error);
      }
    },
    // Redis has no tables.
    migrate: async () => {},
    process: async () => {
      throw invalid("Redis has no transactions that a handler could take part in: use claim and commit, or run");
    },
  };
}

/** The prefix of the keys, which all languages use unless another is set. */
export const PREFIX = "{visiono_inbox}";
