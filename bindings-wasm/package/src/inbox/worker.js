import { callable, count, lease, options, seconds } from "./arguments.js";
import { InboxError, invalid } from "./error.js";
import { described, toConsole, write } from "./log.js";

/** Milliseconds between two attempts to reach a database that is down. */
const AGAIN = 1000;
/** Milliseconds to wait at least: a handler in a transaction may hold what is due. */
const SHORTEST = 100;

const isUnavailable = (error) => error instanceof InboxError && error.code === "unavailable";

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function abortSignal(value, name) {
  if (value !== undefined && typeof value?.addEventListener !== "function") {
    throw invalid(`${name} must be an AbortSignal`);
  }
  return value;
}

/** Processes items until it is told to stop: see `Inbox.run`. */
export async function work(inbox, { next, arrived }, handle, settings) {
  const given = options(settings, {
    concurrency: count(1, 1, 1000),
    lease,
    poll: seconds(5, 0.001),
    signal: abortSignal,
    log: callable(toConsole),
  });
  const { concurrency, poll, signal, log } = given;
  if (typeof handle !== "function") {
    throw invalid("run wants a function that processes an item");
  }
  const running = new Set();
  let isStopping = signal?.aborted === true;
  let hasArrived = false;
  let wake = () => {};
  const arrive = () => {
    hasArrived = true;
    if (running.size < concurrency) {
      // After the answer to the webhook.
      setTimeout(() => wake(), 0);
    }
  };
  const stop = () => {
    isStopping = true;
    wake();
  };
  /** Waits until it is woken, or for some milliseconds. */
  const sleep = (milliseconds) =>
    new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const start = (item) => {
    const task = workOn(inbox, item, handle, given).then(() => {
      const wasFull = running.size === concurrency;
      running.delete(task);
      if (wasFull) {
        wake();
      }
    });
    running.add(task);
  };
  /** Starts what is due, and returns how long to wait for more. */
  const claim = async () => {
    const free = concurrency - running.size;
    hasArrived = false;
    const items = await inbox.claim({ limit: free, lease: given.lease / 1000 });
    items.forEach(start);
    return items.length === free ? 0 : Math.max(Math.min((await next()) ?? poll, poll), SHORTEST);
  };

  const { process } = globalThis;
  process?.on?.("SIGTERM", stop);
  signal?.addEventListener("abort", stop);
  arrived.add(arrive);
  try {
    while (!isStopping) {
      if (running.size === concurrency) {
        await sleep();
        continue;
      }
      let wait;
      try {
        wait = await claim();
      } catch (error) {
        if (!isUnavailable(error)) {
          throw error;
        }
        write(log, { inbox: "unavailable", ...described(error) });
        wait = AGAIN;
      }
      if (!isStopping && wait > 0 && !hasArrived) {
        await sleep(wait);
      }
    }
  } finally {
    arrived.delete(arrive);
    await Promise.all(running);
    process?.off?.("SIGTERM", stop);
    signal?.removeEventListener("abort", stop);
  }
}

/** Processes an item, and completes it. It never rejects. */
async function workOn(inbox, item, handle, { lease, log }) {
  const started = Date.now();
  let until = started + lease;
  const lost = new AbortController();
  const settings = { lease: lease / 1000 };
  const extend = async () => {
    try {
      await inbox.extend(item, settings);
      until = Date.now() + lease;
    } catch (error) {
      if (!isUnavailable(error)) {
        lost.abort(error);
      }
    }
  };
  const timer = setInterval(extend, lease / 3);
  let failure;
  try {
    await handle(item, lost.signal);
  } catch (error) {
    failure = { error };
  } finally {
    clearInterval(timer);
  }
  const entry = { event: item.event, dedupKey: item.dedupKey, attempts: item.attempts };
  try {
    await persist(
      () => (failure === undefined ? inbox.commit(item) : inbox.fail(item, failure.error)),
      () => until,
    );
    entry.inbox = failure === undefined ? "done" : "failed";
  } catch (error) {
    entry.inbox = error.code;
    entry.message = error.message;
  }
  if (failure !== undefined) {
    const { message } = Object(failure.error);
    entry.reason = String(message ?? failure.error).slice(0, 255);
  }
  write(log, { ...entry, ms: Date.now() - started });
}

/** Tries again while the database is down, until the lease runs out. */
async function persist(operation, until) {
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      if (!isUnavailable(error) || Date.now() + AGAIN > until()) {
        throw error;
      }
      await pause(AGAIN);
    }
  }
}
