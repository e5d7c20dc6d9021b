import { isObject } from "../arguments.js";
import { callable, count, lease, limit, options, seconds, shortened } from "./arguments.js";
import { InboxError, invalid, leaseLost } from "./error.js";
import { Item } from "./item.js";
import { work } from "./worker.js";

const DAY = 86_400;
/** The time by which the clocks of a receiver and of its database may differ, in milliseconds. */
const CLOCKS = 3_600_000;

const isText = (value) => typeof value === "string";
const isTextOrNull = (value) => isText(value) || value === null || value === undefined;
const isKey = (value) => isText(value) && /^[\da-f]{64}$/.test(value);
const isWhole = (value) => Number.isSafeInteger(value);

/** Returns true if a database can hold this request ID. PostgreSQL refuses a text with U+0000. */
const isRequestId = (text) => text !== "" && text.length <= 255 && !text.includes("\0") && text.isWellFormed?.() !== false;

/** Keeps events in a database until they are processed. */
export class Inbox {
  // The build shortens class names, and this name is printed.
  static name = "Inbox";

  #store;
  #options;
  /** The callbacks that wake the workers of this object after an event. */
  #arrived = new Set();

  constructor(store, settings) {
    if (typeof store?.perform !== "function") {
      throw invalid("Inbox wants a store, such as postgresStore(pool)");
    }
    this.#store = store;
    this.#options = options(settings, {
      maxAttempts: count(12, 1, 1e6),
      shortestDelay: seconds(10),
      longestDelay: seconds(3600),
      clock: callable(),
    });
  }

  async #perform(operation, parameters = {}) {
    return this.#store.perform(operation, { ...parameters, now: this.#now() });
  }

  /** Returns the milliseconds of the clock that a test gives; undefined for the database's. */
  #now() {
    const { clock } = this.#options;
    return clock === undefined ? undefined : Math.round(clock() * 1000);
  }

  async migrate() {
    await this.#store.migrate();
  }

  async accept(delivery) {
    const { dedupKey, requestId, event, eventTime, rawBody, unauthenticatedDeliveryId } = Object(delivery);
    const isDelivery =
      isKey(dedupKey) &&
      [event, rawBody].every(isText) &&
      [requestId, unauthenticatedDeliveryId].every(isTextOrNull) &&
      (eventTime === null || isWhole(eventTime));
    if (!isDelivery) {
      throw invalid("accept wants a delivery, as webhook.receive returns it");
    }
    const { changes } = await this.#perform("accept", {
      dedup_key: dedupKey,
      request_id: requestId,
      event: shortened(event),
      event_time: eventTime,
      raw_body: rawBody,
      delivery_id: isText(unauthenticatedDeliveryId) ? shortened(unauthenticatedDeliveryId) : null,
    });
    if (changes !== 1) {
      return "duplicate";
    }
    this.#arrived.forEach((call) => call());
    return "new";
  }

  async claim(settings) {
    const given = options(settings, { limit: limit(1), lease });
    const { rows } = await this.#perform("claim", this.#claim(given));
    return inOrder(rows).map((row) => new Item(row));
  }

  #claim(given) {
    return { ...given, max_attempts: this.#options.maxAttempts };
  }

  async commit(item) {
    await this.#change("commit", item);
  }

  async release(item, settings) {
    await this.#change("release", item, options(settings, { delay: seconds(0) }));
  }

  async fail(item, reason) {
    await this.#change("fail", item, { ...this.#delays(), reason: textOf(reason) });
  }

  async extend(item, settings) {
    await this.#change("extend", item, options(settings, { lease }));
  }

  async #change(operation, item, parameters) {
    const { changes } = await this.#perform(operation, { ...held(item), ...parameters });
    if (changes === 0) {
      throw leaseLost();
    }
  }

  #delays() {
    const { maxAttempts, shortestDelay, longestDelay } = this.#options;
    return {
      max_attempts: maxAttempts,
      shortest: shortestDelay,
      longest: longestDelay,
      per_mille: Math.floor(Math.random() * 1001),
    };
  }

  async process(connection, handler, settings) {
    const given = options(settings, { lease });
    if (typeof handler !== "function") {
      throw invalid("process wants a function as its handler");
    }
    return this.#store.process(connection, {
      claim: { ...this.#claim({ ...given, limit: 1 }), now: this.#now() },
      begin: ([row]) => {
        if (row === undefined) {
          return undefined;
        }
        const item = new Item(row);
        return { item, parameters: { ...held(item), ...this.#delays(), now: this.#now() } };
      },
      handle: (item) => handler(item, connection),
      reason: textOf,
    });
  }

  async run(handle, settings) {
    await work(this, { next: () => this.#next(), arrived: this.#arrived }, handle, settings);
  }

  /** Returns the milliseconds until the next item can be claimed, or null if there is none. */
  async #next() {
    const { rows } = await this.#perform("next");
    const milliseconds = rows[0]?.milliseconds ?? null;
    return milliseconds === null ? null : Number(milliseconds);
  }

  async events(requestId, settings) {
    const given = options(settings, { after: seconds(0, 0, 1e11), limit: limit(100) });
    if (!isText(requestId)) {
      throw invalid("the request ID must be a text");
    }
    if (!isRequestId(requestId)) {
      return [];
    }
    const { rows } = await this.#perform("events", { request_id: requestId, ...given });
    return rows.map((row) => new Item(row));
  }

  async dead(settings) {
    const { rows } = await this.#perform("dead", options(settings, { limit: limit(100) }));
    return rows.map((row) => new Item(row));
  }

  async retry(dedupKey) {
    await this.#again(dedupKey, "dead");
  }

  async replay(dedupKey) {
    await this.#again(dedupKey, "done");
  }

  async #again(dedupKey, state) {
    if (!isText(dedupKey)) {
      throw invalid("the dedup key must be a text");
    }
    const { changes } = isKey(dedupKey)
      ? await this.#perform("again", { dedup_key: dedupKey, state })
      : { changes: 0 };
    if (changes === 0) {
      throw new InboxError("unknown_item", `no item with this key is ${state}, or it was purged`);
    }
  }

  async counts() {
    const counts = { waiting: 0, claimed: 0, done: 0, dead: 0 };
    const { rows } = await this.#perform("counts");
    for (const { state, number } of rows) {
      counts[state] = Number(number);
    }
    return counts;
  }

  async purge(settings) {
    const { olderThan, newest, maxAge, undated } = options(settings, {
      olderThan: seconds(DAY),
      newest: count(100, 0, 1e9),
      maxAge: seconds(10_800),
      undated: (value, name) => (value === undefined ? null : seconds(0)(value, name)),
    });
    const { changes } = await this.#perform("purge", {
      older_than: olderThan,
      newest,
      keys_for: Math.max(maxAge, olderThan) + CLOCKS,
      undated,
    });
    return changes;
  }

  async once(name, ttl) {
    const bytes = isText(name) ? new TextEncoder().encode(name).length : 0;
    if (bytes < 1 || bytes > 255 || name.includes("\0") || name.isWellFormed?.() === false) {
      throw invalid("the name must be a text of 1 to 255 bytes in UTF-8, without U+0000");
    }
    const { changes } = await this.#perform("once", { name, ttl: seconds(undefined, 0.001)(ttl, "ttl") });
    return changes === 1;
  }
}

/** Sorts rows by their arrival: a statement returns what it updated in any order. */
const inOrder = (rows) => rows.sort((one, other) => Number(one.id) - Number(other.id));

function held(item) {
  const { dedupKey, token } = Object(item);
  if (!isKey(dedupKey) || !isWhole(token)) {
    throw invalid("the item must be one that was claimed");
  }
  return { dedup_key: dedupKey, token };
}

function textOf(reason) {
  const text = isObject(reason) && isText(reason.message) ? reason.message : reason;
  try {
    return shortened(String(text));
  } catch {
    return "a reason that is no text";
  }
}
