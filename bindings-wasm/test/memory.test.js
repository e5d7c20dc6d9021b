// Secrets are wiped from the module's memory, and memory does not grow.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";

/** The memories of the two modules, which the package keeps to itself. */
const memories = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = function (...parts) {
  const instance = new Instance(...parts);
  memories.push(instance.exports.memory);
  return instance;
};
const { RedirectTemplate, Workflow, WorkflowError, WorkflowSecret } = await import(
  "visiono-workflow"
);
const { Webhook, WebhookSecret } = await import("visiono-workflow/webhook");
WebAssembly.Instance = Instance;
assert.equal(memories.length, 2);

const MEGABYTE = 2 ** 20;
const FIELDS = {
  slug: "damage-report",
  uniqueValue: "ABC123",
  source: "zendesk",
  reference: "ticket-456",
  timestamp: 1705500000,
};
const now = FIELDS.timestamp;
const BODY = '{"event":"photo_request.expired","data":{"photo_request":{"id":"pr_1"}}}';

/** The bytes of both. */
function size() {
  return memories.reduce((bytes, { buffer }) => bytes + buffer.byteLength, 0);
}

let searches = 0;
let searched = 0;
after(() => console.log(`${searches} searches through ${searched} bytes in all`));

function holds(bytes) {
  searches += 1;
  searched += size();
  return memories.some(({ buffer }) => Buffer.from(buffer).includes(bytes));
}

/** Returns true if memory contains a part of a secret's text, as it is or as HMAC pads it. */
function holdsText(secret) {
  return [0, 0x36, 0x5c].some((pad) => {
    const text = Buffer.from(secret).map((byte) => byte ^ pad);
    return holds(text.subarray(0, 12)) || holds(text.subarray(-12));
  });
}

/** The two states of SHA-256 after the padded key, by which a secret can be used. */
function midstates(secret) {
  return [0x36, 0x5c].map((pad) => {
    const block = Buffer.alloc(64, pad);
    Buffer.from(secret).forEach((byte, place) => {
      block[place] ^= byte;
    });
    return compress(block);
  });
}

function compress(block) {
  const primes = [];
  for (let n = 2; primes.length < 64; n++) {
    if (primes.every((prime) => n % prime !== 0)) {
      primes.push(n);
    }
  }
  const fraction = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32) | 0;
  const start = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
  const constants = primes.map((prime) => fraction(Math.cbrt(prime)));
  const rotate = (x, bits) => (x >>> bits) | (x << (32 - bits));
  const words = Array.from({ length: 16 }, (_, i) => block.readInt32BE(4 * i));
  for (let i = 16; i < 64; i++) {
    const [a, b] = [words[i - 15], words[i - 2]];
    words[i] =
      (words[i - 16] +
        (rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)) +
        words[i - 7] +
        (rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10))) |
      0;
  }
  let [a, b, c, d, e, f, g, h] = start;
  for (let i = 0; i < 64; i++) {
    const one =
      h +
      (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
      ((e & f) ^ (~e & g)) +
      constants[i] +
      words[i];
    const two = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [a, b, c, d, e, f, g, h] = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
  }
  const state = Buffer.alloc(32);
  [a, b, c, d, e, f, g, h].forEach((word, i) => state.writeInt32LE((word + start[i]) | 0, 4 * i));
  return state;
}

describe("a secret", () => {
  const short = "a-secret-of-the-wipe-test";
  const long = `another-secret-of-the-wipe-test-${"x".repeat(30)}`.slice(0, 64);
  for (const [name, secrets] of Object.entries({ short: [short], long: [long], both: [short, long] })) {
    it(`${name}: nothing of it is left when it is freed`, () => {
      const states = secrets.flatMap(midstates);
      const workflow = new Workflow(secrets);
      // Or else the next assertions would look for the wrong thing.
      assert.ok(states.every(holds), "the keyed state is there while it is in use");
      assert.ok(!secrets.some(holdsText), "the text isn't, as soon as it is keyed");
      const url = workflow.signLink(FIELDS);
      workflow.verifyLink(url, { now });
      assert.throws(() => workflow.verifyLink(`${url}0`, { now }), { code: "invalid_signature" });
      workflow.free();
      assert.ok(!states.some(holds));
      assert.ok(!secrets.some(holdsText));
    });

    it(`${name}, of webhooks: nothing of it is left when it is freed`, () => {
      const states = secrets.flatMap(midstates);
      const webhook = new Webhook(secrets.map((text) => new WebhookSecret(text)));
      assert.ok(states.every(holds), "the keyed state is there while it is in use");
      assert.ok(!secrets.some(holdsText), "the text isn't, as soon as it is keyed");
      const headers = { "x-visiono-signature": webhook.sign(BODY) };
      webhook.receive(BODY, headers);
      webhook.verify(BODY, headers["x-visiono-signature"]);
      assert.throws(() => webhook.receive(`${BODY} `, headers), { code: "invalid_signature" });
      webhook.free();
      assert.ok(!states.some(holds));
      assert.ok(!secrets.some(holdsText));
    });
  }

  it("nothing of one that is refused is left", () => {
    const secrets = ["the-first-of-a-refused-pair", "a-tabulator-\t-is-in-this-one"];
    const surrogate = "text-before-a-lone-surrogate-\ud800";
    const long = `a-long-secret-that-makes-room-${"x".repeat(9000)}\ud800`;
    const longer = `a-longer-secret-that-makes-room-${"x".repeat(9000)}`;
    new Workflow(longer).free();
    const typed = ["the-text-of-a-secret-with-a-type", "the-text-of-a-webhook's-with-a-type"];
    new WorkflowSecret(typed[0]);
    new WebhookSecret(typed[1]);
    for (const call of [
      () => new Workflow(secrets),
      () => new Workflow([secrets[0], undefined, surrogate]),
      () => new Workflow(long),
      () => new Webhook(secrets),
      () => new Webhook([secrets[0], surrogate]),
      () => new Webhook(long),
      () => new WebhookSecret(secrets[1]),
    ]) {
      assert.throws(call, { code: "invalid_secret" });
    }
    for (const call of [
      () => new Workflow([secrets[0], 5]),
      () => new Workflow(secrets[0], { maxAge: "5" }),
      () => new Webhook(secrets[0], { leeway: 0.5 }),
    ]) {
      assert.throws(call, TypeError);
    }
    assert.throws(() => new Workflow(secrets[0], { maxAge: -1 }), { code: "invalid_argument" });
    for (const text of [...secrets, surrogate, long, longer, ...typed]) {
      assert.ok(!holds(Buffer.from(text).subarray(0, 16)), text.slice(0, 40));
    }
    for (const state of [secrets[0], ...typed].flatMap(midstates)) {
      assert.ok(!holds(state));
    }
  });

  it("is what node:crypto makes of the same text", () => {
    const secret = "!~".repeat(5000);
    const signature = createHmac("sha256", secret)
      .update("ABC123|zendesk|ticket-456|1705500000")
      .digest("hex");
    assert.ok(new Workflow(secret).signLink(FIELDS).endsWith(signature));
  });

  it("is in nothing that is printed", () => {
    const secret = "a-secret-that-is-printed";
    const workflow = new Workflow(secret);
    assert.ok(!inspect(workflow, { depth: 9, showHidden: true }).includes(secret));
    assert.equal(JSON.stringify(workflow), "{}");
  });
});

describe("an object that was freed", () => {
  const gone = (call) =>
    assert.throws(call, (error) => {
      assert.ok(error instanceof WorkflowError);
      return error.code === "invalid_argument" && /freed/.test(error.message);
    });

  it("can't be used, and can be freed again", () => {
    const workflow = new Workflow("a-secret-of-16-bytes");
    const template = new RedirectTemplate("https://a.example/");
    const url = workflow.signLink(FIELDS);
    template.free();
    template.free();
    gone(() => template.expand({ submissionId: "a", uniqueValue: "b", reference: "c", photoCount: 1, signature: "" }));
    gone(() => workflow.verifyReturn(url, { template }));
    workflow[Symbol.dispose]();
    workflow.free();
    gone(() => workflow.signLink(FIELDS));
    gone(() => workflow.verifyLink(url));
    gone(() => template.checkExtractable());
    const other = new Workflow("a-secret-of-16-bytes");
    assert.equal(other.signLink(FIELDS), url);
  });

  it("can be freed by a getter, an iterator or a callback of a registry, and is gone then", async () => {
    const make = () => [
      new Workflow("a-secret-of-16-bytes"),
      new RedirectTemplate("https://a.example/"),
      new Webhook("a-secret-of-16-bytes"),
    ];
    const RETURN = { submissionId: "a", uniqueValue: "b", reference: "c", photoCount: 1 };
    const freeing = (object, name, value, values = {}) => ({
      ...values,
      get [name]() {
        object.free();
        // Another one may be where it was.
        new Workflow("another-secret-of-the-test");
        return value;
      },
    });
    const url = make()[0].signLink(FIELDS);
    const [workflow, template, webhook] = make();
    gone(() => workflow.signLink(freeing(workflow, "timestamp", now, FIELDS)));
    gone(() => make()[0].signReturn(template, freeing(template, "reference", "c", RETURN)));
    gone(() => webhook.receive(BODY, freeing(webhook, "x-visiono-delivery", "b")));
    for (const call of [
      (one) => one.verifyLink(url, freeing(one, "now", now)),
      (one) => one.verifyLink(url, { now, expect: freeing(one, "source", "zendesk") }),
      (one) => one.verifyLink(freeing(one, "uv", "a"), { now }),
      (one) => one.verifyReturn(url, freeing(one, "template", "https://a.example/")),
      (one) => one.signReturn("https://a.example/", freeing(one, "photoCount", 1, RETURN)),
      (one) =>
        one.verifyLink({
          *[Symbol.iterator]() {
            one.free();
            yield ["uv", "a"];
          },
        }),
    ]) {
      gone(() => call(make()[0]));
    }
    const [, expanding] = make();
    gone(() => expanding.expand(freeing(expanding, "signature", "0".repeat(64), RETURN)));
    for (const call of [
      (one) => one.receive(BODY, {}, freeing(one, "now", now)),
      (one) =>
        one.receive(BODY, {
          *[Symbol.iterator]() {
            yield ["a", "b"];
            one.free();
          },
        }),
      (one) => one.testDelivery("submission.created", freeing(one, "id", "d-1")),
      (one) =>
        one.receive(
          new (class extends Uint8Array {
            get byteLength() {
              one.free();
              return super.byteLength;
            }
          })(2),
          {},
        ),
    ]) {
      gone(() => call(make()[2]));
    }
    const [watched] = make();
    let isFreed = false;
    const registry = new FinalizationRegistry(() => {
      watched.free();
      isFreed = true;
    });
    (() => registry.register({}))();
    for (let tries = 0; !isFreed && tries < 50; tries++) {
      assert.equal(watched.signLink(FIELDS), url);
      globalThis.gc();
      await setTimeout(10);
    }
    assert.ok(isFreed);
    gone(() => watched.signLink(FIELDS));
  });

  it("frees itself when it is collected", async () => {
    const secret = "a-secret-that-is-collected";
    const [inner] = midstates(secret);
    (() => new Workflow(secret))();
    (() => new Webhook(secret))();
    for (let tries = 0; holds(inner) && tries < 50; tries++) {
      globalThis.gc();
      await setTimeout(10);
    }
    assert.ok(!holds(inner));
  });
});

describe("memory", () => {
  const secret = "a-secret-of-16-bytes";

  it("takes a megabyte of text, of any kind", () => {
    const workflow = new Workflow(secret);
    for (const text of ["a".repeat(MEGABYTE), "é".repeat(MEGABYTE), "🙂".repeat(MEGABYTE / 2), "a🙂".repeat(MEGABYTE / 2)]) {
      const url = workflow.signLink({ ...FIELDS, uniqueValue: text });
      assert.ok(url.startsWith("https://visiono.io/s/damage-report?uv="));
      assert.equal(workflow.verifyLink(url, { now }).uniqueValue, text);
      assert.equal(workflow.verifyLink(url, { now, expect: { uniqueValue: text } }).uniqueValue, text);
      assert.equal(
        workflow.verifyLink(Object.fromEntries(new URL(url).searchParams), { now }).uniqueValue,
        text,
      );
    }
    assert.throws(() => workflow.verifyLink("x".repeat(MEGABYTE)), { code: "missing_parameter" });
    assert.throws(() => new RedirectTemplate("{".repeat(MEGABYTE)), { code: "invalid_template" });
  });

  it("doesn't grow from call to call", () => {
    const workflow = new Workflow(secret);
    const round = () => {
      for (const length of [10, MEGABYTE, 5000, 1, 300_000]) {
        const url = workflow.signLink({ ...FIELDS, uniqueValue: "é".repeat(length) });
        workflow.verifyLink(url, { now });
        const template = new RedirectTemplate(`https://a.example/${"a".repeat(length)}`);
        workflow.signReturn(template, { ...FIELDS, submissionId: "pls_1", photoCount: 1 });
        template.free();
        new Workflow(secret).free();
        const webhook = new Webhook(secret);
        const body = `{"event":"x","data":${"[".repeat(100)}"${"a".repeat(length / 2)}"${"]".repeat(100)}}`;
        webhook.receive(body, { "x-visiono-signature": webhook.sign(body) });
        webhook.receive(Buffer.from(body), { "x-visiono-signature": webhook.sign(body) });
        webhook.free();
      }
    };
    round();
    const before = size();
    for (let rounds = 0; rounds < 20; rounds++) {
      round();
    }
    assert.equal(size(), before);
  });

  it("doesn't grow for a body that is larger than there is one", () => {
    const webhook = new Webhook(secret);
    const refuse = (body) => {
      const headers = { "x-visiono-signature": "" };
      assert.throws(() => webhook.receive(body, headers), { parameters: ["body"] });
      assert.throws(() => webhook.verify(body, ""), { parameters: ["body"] });
    };
    const round = (megabytes) => {
      refuse(new Uint8Array(megabytes * MEGABYTE + 1));
      refuse("🙂".repeat(megabytes * MEGABYTE));
    };
    // Free memory may be fragmented at first.
    round(1);
    round(1);
    const before = size();
    for (let rounds = 0; rounds < 20; rounds++) {
      round(64);
    }
    assert.equal(size(), before);
  });

  it("is not trapped by an exhausted stack", () => {
    const workflow = new Workflow(secret);
    const url = workflow.signLink(FIELDS);
    const webhook = new Webhook(secret);
    const headers = { "x-visiono-signature": webhook.sign(BODY) };
    let refusals = 0;
    const exhaust = () => {
      try {
        exhaust();
      } catch {
        // Close to the end of the stack, where a call may or may not fit any more.
      }
      try {
        workflow.verifyLink(url, { now });
        workflow.signLink(FIELDS);
        webhook.receive(BODY, headers);
        // The module's stack is used by this, too.
        new Workflow(secret).free();
        new RedirectTemplate("https://a.example/").free();
      } catch (error) {
        refusals += 1;
        if (!(error instanceof WorkflowError) && !(error instanceof RangeError)) {
          throw error;
        }
      }
    };
    exhaust();
    assert.ok(refusals > 0, "the stack was exhausted");
    for (let calls = 0; calls < 1000; calls++) {
      assert.equal(workflow.signLink(FIELDS), url);
      assert.equal(workflow.verifyLink(url, { now }).reference, "ticket-456");
      assert.equal(webhook.receive(BODY, headers).event, "photo_request.expired");
    }
    workflow.free();
    webhook.free();
  });
});
