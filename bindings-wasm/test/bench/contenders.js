// What is measured: this package, and the two usual ways of doing the same work.

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { Workflow } from "visiono-workflow";

const SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const FIELDS = { uniqueValue: "ABC123", source: "zendesk", reference: "ticket-456" };
const SLUG = "damage-report";

const workflow = new Workflow(SECRET);
const url = workflow.signLink({ slug: SLUG, ...FIELDS });

const thisPackage = {
  sign: () => workflow.signLink({ slug: SLUG, ...FIELDS }),
  verify: () => workflow.verifyLink(url).reference,
};

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
};

const encoder = new TextEncoder();
// Workers forbid this before the first request.
let key;
async function cachedKey() {
  key ??= await crypto.subtle.importKey(
    "raw",
    encoder.encode(SECRET),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign", "verify"],
  );
  return key;
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
      sig: hex(await crypto.subtle.sign("HMAC", await cachedKey(), payload)),
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
      await cachedKey(),
      bytes(parameters.get("sig")),
      encoder.encode(payload),
    );
    if (!same || Date.now() / 1000 - Number(timestamp) > 3600) {
      throw new Error("refused");
    }
    return reference;
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
  const right =
    operation === "verify"
      ? result === FIELDS.reference
      : workflow.verifyLink(result).reference === FIELDS.reference;
  if (!right) {
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
