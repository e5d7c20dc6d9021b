import { MAX_WEBHOOK_BODY } from "../constants.js";
import { callable, options, seconds } from "./arguments.js";
import { InboxError, invalid } from "./error.js";
import { described, toConsole, write } from "./log.js";

/** The errors of every entry point have it. */
const BRAND = Symbol.for("visiono-workflow.WorkflowError");
/** Seconds after which Visiono may try again, if the database is down. */
const RETRY_AFTER = "60";

const PARSED =
  "the body was read before the receiver: mount the receiver before express.json(), or keep the raw body by " +
  "express.json({ verify: (request, _response, bytes) => { request.rawBody = bytes; } })";

/** An answer that isn't 204. */
class Refusal {
  constructor(status, text, entry, headers = {}) {
    Object.assign(this, { status, text, entry, headers });
  }
}

const tooLarge = () => new Refusal(413, "larger than Visiono sends", { webhook: "too_large" });
const misused = (message) => new Refusal(500, "", { webhook: "error", code: "invalid_argument", message });

/** Receives webhooks into an inbox, in the ways of all runtimes. */
export function createReceiver(settings) {
  const given = options(settings, {
    webhook: (value) => value,
    inbox: (value) => value,
    deadline: seconds(10, 0.001),
    log: callable(toConsole),
  });
  if (typeof given.webhook?.receive !== "function" || typeof given.inbox?.accept !== "function") {
    throw invalid("createReceiver wants a webhook, which is a Webhook, and an inbox, which is an Inbox");
  }
  const receiver = async (request) => {
    const { status, text, headers } = await answer(given, request, () => readStream(request));
    return new Response(status === 204 ? null : text, { status, headers });
  };
  receiver.node = async (request, response) => {
    const { status, text, headers } = await answer(given, request, () => readIncoming(request));
    // The client may have closed the connection.
    if (!response.headersSent && !response.destroyed) {
      response.writeHead(status, headers).end(text);
    }
  };
  receiver.express = (request, response, next) => {
    receiver.node(request, response).catch(next);
  };
  return receiver;
}

/** Returns the answer to a request, and logs it. */
async function answer(given, request, read) {
  const started = Date.now();
  let result;
  let entry = {};
  try {
    if (request.method !== "POST") {
      throw new Refusal(405, "only POST", { webhook: "refused" }, { allow: "POST" });
    }
    const until = started + given.deadline;
    const body = await within(until, read(), () => new Refusal(408, "too slow", { webhook: "too_slow" }));
    const delivery = given.webhook.receive(body, request);
    const { event, dedupKey, requestId } = delivery;
    entry = { event: event.slice(0, 255), dedupKey, requestId };
    entry.webhook = await within(until, given.inbox.accept(delivery), late);
    result = { status: 204, text: "", headers: {} };
  } catch (error) {
    result = refusalOf(error);
    entry = { ...entry, ...result.entry };
  }
  const { webhook, ...others } = entry;
  write(given.log, { webhook, status: result.status, ...others, ms: Date.now() - started });
  const { status, text, headers } = result;
  return { status, text, headers: text === "" ? headers : { "content-type": "text/plain", ...headers } };
}

const late = () => new InboxError("unavailable", "the database didn't answer within the deadline");

/** Returns the value of a promise. Throws if it takes longer than until a time. */
async function within(until, promise, error) {
  let timer;
  const over = new Promise((_, reject) => {
    timer = setTimeout(() => reject(error()), Math.max(until - Date.now(), 0));
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}

function refusalOf(error) {
  if (error instanceof Refusal) {
    return error;
  }
  if (error instanceof InboxError) {
    const entry = { webhook: error.code === "invalid_argument" ? "error" : error.code, ...described(error) };
    return error.code === "invalid_argument"
      ? new Refusal(500, "", entry)
      : new Refusal(503, "", entry, { "retry-after": RETRY_AFTER });
  }
  if (Object(error)[BRAND] === true) {
    // Its message never holds a secret or a value.
    return error.isRefusal
      ? new Refusal(401, error.code, { webhook: "refused", ...described(error) })
      : new Refusal(500, "", { webhook: "error", ...described(error) });
  }
  const { name } = Object(error);
  return new Refusal(500, "", { webhook: "error", code: String(name), message: "the request could not be read" });
}

/** Reads the body of a `Request`, but no more than Visiono sends. */
async function readStream(request) {
  if (request.bodyUsed) {
    throw misused("the body was read before the receiver: pass it a request whose body wasn't read");
  }
  if (Number(request.headers.get("content-length")) > MAX_WEBHOOK_BODY) {
    throw tooLarge();
  }
  const reader = request.body?.getReader();
  const chunks = [];
  let size = 0;
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done) {
      return joined(chunks, size);
    }
    size += value.length;
    chunks.push(value);
    if (size > MAX_WEBHOOK_BODY) {
      reader.cancel().catch(() => {});
      throw tooLarge();
    }
  }
}

/** Reads the body of a request of Node, which Express or a platform may have read before. */
function readIncoming(request) {
  const { rawBody, body, headers } = request;
  const raw = [rawBody, body].find((one) => typeof one === "string" || ArrayBuffer.isView(one));
  if (raw !== undefined) {
    const size = raw.byteLength ?? raw.length;
    return size > MAX_WEBHOOK_BODY ? Promise.reject(tooLarge()) : Promise.resolve(raw);
  }
  const length = Number(headers["content-length"]);
  if (length > MAX_WEBHOOK_BODY) {
    return Promise.reject(tooLarge());
  }
  if (length === 0) {
    return Promise.resolve("");
  }
  if (request.readableDidRead || request.readableEnded) {
    return Promise.reject(misused(PARSED));
  }
  return new Promise((resolve, reject) => {
    const chunks = [];
    let size = 0;
    request.on("data", (chunk) => {
      size += chunk.length;
      if (size > MAX_WEBHOOK_BODY) {
        // Node reads what else comes, and drops it, so that the client gets the answer.
        chunks.length = 0;
        reject(tooLarge());
      } else {
        chunks.push(chunk);
      }
    });
    request.on("end", () => resolve(joined(chunks, size)));
    const gone = () => reject(new Refusal(400, "", { webhook: "aborted" }));
    request.on("error", gone).on("close", gone);
  });
}

function joined(chunks, size) {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
