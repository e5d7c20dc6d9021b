// The contenders: this package, and the two usual ways of doing the same work.

import { Buffer } from "node:buffer";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { Workflow } from "visiono-workflow";
import { Webhook } from "visiono-workflow/webhook";

const SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const FIELDS = { uniqueValue: "ABC123", source: "zendesk", reference: "ticket-456" };
const SLUG = "damage-report";

const workflow = new Workflow(SECRET);
const url = workflow.signLink({ slug: SLUG, ...FIELDS });

const WEBHOOK_SECRET = `whsec_${SECRET}`;
const EVENT = "photo_request.submitted";
/** As Visiono documents it, and as Node passes it on. */
const body = Buffer.from(
  JSON.stringify({
    event: EVENT,
    timestamp: new Date().toISOString(),
    data: {
      photo_request: {
        id: "pr_123456",
        unique_code: "ABC123XY",
        status: "submitted",
        recipient_email: "person@a.example",
        request_url: "https://visiono.io/r/ABC123XY",
        submitted_at: new Date().toISOString(),
        submissions_count: 5,
        metadata: { ticket_id: "ticket-456", order_id: "order-789" },
      },
    },
  }),
);
const webhook = new Webhook(WEBHOOK_SECRET);
const headers = {
  "content-type": "application/json",
  "user-agent": "Visiono-Webhooks/1.0",
  "x-visiono-signature": webhook.sign(body),
  "x-visiono-event": EVENT,
  "x-visiono-delivery": "d-123456",
  "x-visiono-tenant-id": "t-123456",
};
/** SHA-256 compressions where they aren't two: of the body's signature, and of its key. */
const blocks = Math.ceil((body.length + 9) / 64);
export const compressions = { receive: blocks + 1, "receive with key": 2 * blocks + 1 };

/** Checks the time of the event, which the usual snippets leave out. */
function checkTime({ timestamp }) {
  const age = (Date.now() - Date.parse(timestamp)) / 1000;
  if (!(age >= -60 && age <= 10800)) {
    throw new Error("refused");
  }
}

const thisPackage = {
  sign: () => workflow.signLink({ slug: SLUG, ...FIELDS }),
  verify: () => workflow.verifyLink(url).reference,
  receive: () => used(webhook.receive(body, headers)),
  "receive with key"() {
    const delivery = webhook.receive(body, headers);
    keep(delivery.dedupKey);
    return used(delivery);
  },
};

/** Reads what the program needs of a parsed body. */
function used({ event, data }) {
  if (data.photo_request.id !== "pr_123456") {
    throw new Error("refused");
  }
  return event;
}

function keep(key) {
  if (key.length !== 64) {
    throw new Error("not a key");
  }
}

/** As Visiono's documentation has it. */
const nodeCrypto = {
  sign() {
    const timestamp = Math.floor(Date.now() / 1000).toString();
    const { uniqueValue, source, reference } = FIELDS;
    const payload = `${uniqueValue}|${source}|${reference}|${timestamp}`;
    const signature = createHmac("sha256", SECRET).update(payload).digest("hex");
    const parameters = new URLSearchParams({
      uv: uniqueValue,
      src: source,
      ref: reference,
      ts: timestamp,
      sig: signature,
    });
    return `https://visiono.io/s/${SLUG}?${parameters}`;
  },
  verify() {
    const parameters = new URL(url).searchParams;
    const timestamp = parameters.get("ts");
    const reference = parameters.get("ref");
    const payload = `${parameters.get("uv")}|${parameters.get("src")}|${reference}|${timestamp}`;
    const expected = createHmac("sha256", SECRET).update(payload).digest("hex");
    const received = parameters.get("sig");
    const same =
      received.length === expected.length &&
      timingSafeEqual(Buffer.from(received), Buffer.from(expected));
    if (!same || Date.now() / 1000 - Number(timestamp) > 3600) {
      throw new Error("refused");
    }
    return reference;
  },
  receive() {
    const expected = createHmac("sha256", WEBHOOK_SECRET).update(body).digest("hex");
    const received = headers["x-visiono-signature"].replace("sha256=", "");
    const same =
      received.length === expected.length &&
      timingSafeEqual(Buffer.from(received), Buffer.from(expected));
    if (!same) {
      throw new Error("refused");
    }
    const json = JSON.parse(body.toString());
    checkTime(json);
    return used(json);
  },
  "receive with key"() {
    keep(createHash("sha256").update(body).digest("hex"));
    return nodeCrypto.receive();
  },
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();
// Workers forbid this before the first request.
const keys = {};
async function cachedKey(secret) {
  keys[secret] ??= await crypto.subtle.importKey(
    "raw",
    encoder.encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign", "verify"],
  );
  return keys[secret];
}

function hex(bytes) {
  let text = "";
  for (const byte of new Uint8Array(bytes)) {
    text += byte.toString(16).padStart(2, "0");
  }
  return text;
}

function bytes(hexadecimal) {
  const result = new Uint8Array(hexadecimal.length / 2);
  for (let i = 0; i < result.length; i++) {
    result[i] = Number.parseInt(hexadecimal.slice(2 * i, 2 * i + 2), 16);
  }
  return result;
}

const webCrypto = {
  async sign() {
    const timestamp = Math.floor(Date.now() / 1000).toString();
    const { uniqueValue, source, reference } = FIELDS;
    const payload = encoder.encode(`${uniqueValue}|${source}|${reference}|${timestamp}`);
    const parameters = new URLSearchParams({
      uv: uniqueValue,
      src: source,
      ref: reference,
      ts: timestamp,
      sig: hex(await crypto.subtle.sign("HMAC", await cachedKey(SECRET), payload)),
    });
    return `https://visiono.io/s/${SLUG}?${parameters}`;
  },
  async verify() {
    const parameters = new URL(url).searchParams;
    const timestamp = parameters.get("ts");
    const reference = parameters.get("ref");
    const payload = `${parameters.get("uv")}|${parameters.get("src")}|${reference}|${timestamp}`;
    const same = await crypto.subtle.verify(
      "HMAC",
      await cachedKey(SECRET),
      bytes(parameters.get("sig")),
      encoder.encode(payload),
    );
    if (!same || Date.now() / 1000 - Number(timestamp) > 3600) {
      throw new Error("refused");
    }
    return reference;
  },
  async receive() {
    const same = await crypto.subtle.verify(
      "HMAC",
      await cachedKey(WEBHOOK_SECRET),
      bytes(headers["x-visiono-signature"].replace("sha256=", "")),
      body,
    );
    if (!same) {
      throw new Error("refused");
    }
    const json = JSON.parse(decoder.decode(body));
    checkTime(json);
    return used(json);
  },
  async "receive with key"() {
    keep(hex(await crypto.subtle.digest("SHA-256", body)));
    return webCrypto.receive();
  },
};

export const contenders = {
  "this package": thisPackage,
  "node:crypto": nodeCrypto,
  WebCrypto: webCrypto,
};

/** Does the same thing `times` times, after making sure that it is done right. */
export async function repeat(contender, operation, times) {
  const run = contenders[contender][operation];
  const result = await run();
  const isRight = {
    sign: () => workflow.verifyLink(result).reference === FIELDS.reference,
    verify: () => result === FIELDS.reference,
    receive: () => result === EVENT,
    "receive with key": () => result === EVENT,
  };
  if (!isRight[operation]()) {
    throw new Error(`${contender} does not ${operation}`);
  }
  if (contender === "WebCrypto") {
    for (let i = 0; i < times; i++) {
      await run();
    }
  } else {
    for (let i = 0; i < times; i++) {
      run();
    }
  }
}
