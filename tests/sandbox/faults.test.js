// Tests every fault, switched on in the console in Chromium: the effect on the receiver or the
// browser, and the console's diagnosis. The signatures are computed here, from the raw bytes.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { integrate, launch, open, serve } from "./service.js";

const FIELDS = "id={submission_id}&uv={unique_value}&ref={reference}&n={photo_count}&ts={timestamp}&sig={signature}";

let browser, integration, sandbox, template, secret;
let context, page, problems;
const stops = [];
before(async () => {
  integration = await integrate();
  stops.push(() => integration.close());
  template = `${integration.origin}/done?${FIELDS}`;
  sandbox = await serve("--redirect", template, "--webhook", `${integration.origin}/webhook`);
  stops.push(() => sandbox.close());
  secret = sandbox.env.VISIONO_WEBHOOK_SECRET;
  browser = await launch();
  stops.push(() => browser.close());
});
after(async () => {
  for (const stop of stops.reverse()) await stop();
});
beforeEach(async () => {
  await sandbox.api("POST", "/sandbox/reset");
  integration.received.length = 0;
  ({ context, page, problems } = await open(browser));
  await page.goto(sandbox.origin);
  await page.getByText("Live", { exact: true }).waitFor();
});
afterEach(async () => {
  await context.close();
  assert.deepEqual(problems, [], "the policy forbade something, or a script failed");
});

const region = (name) => page.getByRole("region", { name, exact: true });
const rows = (kind) => page.locator("#entries > li", { has: page.locator(".kind", { hasText: kind }) });

async function switchOn(kind, seconds) {
  const faults = region("Faults");
  await faults.locator("[name=kind]").selectOption(kind);
  if (seconds !== undefined) await faults.getByLabel("Seconds").fill(String(seconds));
  await faults.getByRole("button", { name: "Switch on" }).click();
  await faults.getByRole("button", { name: /^Remove/ }).waitFor();
}

/** Sends an event, the `number`th of the test, to all endpoints. */
async function send(number = 1, event = "photo_request.submitted") {
  const events = region("Events");
  await events.getByLabel("Event").selectOption(event);
  await events.getByRole("button", { name: "Send to all endpoints" }).click();
  await rows("delivery").nth(number - 1).waitFor();
}

/** Waits until every delivery is final, and returns them, the first one first. */
async function settled() {
  const { deliveries } = await sandbox.api("GET", "/sandbox/deliveries");
  const ids = deliveries.sort((a, b) => a.order - b.order).map(({ id }) => id);
  return sandbox.settled(ids);
}

const isSigned = (body, header, secret) => header === `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
const isGenuine = ({ body, headers }, by = secret) =>
  isSigned(body, headers["x-visiono-signature"] ?? headers["x-webhook-signature"], by);

/** Opens a row of the timeline. Asserts the fault and the checks that failed there, and returns the row. */
async function explained(row, fault, failed, title = "Checks of the webhook") {
  await row.getByRole("button").first().click();
  await row.getByRole("heading", { name: title }).waitFor();
  const fact = row.locator("dl > div", { has: page.locator("dt", { hasText: /^Faults$/ }) }).locator("dd");
  assert.equal(await fact.textContent(), fault);
  const checks = await row.locator(".checks .failed > span:last-child").allTextContents();
  assert.deepEqual(checks.map((text) => text.split(":")[0]), failed);
  return row;
}

/** The fault affected one message: it is no longer in the list. */
const usedUp = () => region("Faults").getByRole("button", { name: /^Remove/ }).waitFor({ state: "detached" });

describe("a fault of a webhook", () => {
  for (const [kind, failed] of [
    ["tamper_body", "a secret signed the body"],
    ["tamper_header", "a secret signed the body"],
    ["wrong_secret", "a secret signed the body"],
  ]) {
    it(kind, async () => {
      await switchOn(kind);
      await send();
      await settled();
      assert.equal(integration.received.length, 1);
      assert.equal(isGenuine(integration.received[0]), false);
      await explained(rows("answer").first(), kind, [failed]);
      await usedUp();
      await send(2);
      await settled();
      assert.equal(isGenuine(integration.received[1]), true);
    });
  }

  it("old_secret", async () => {
    const endpoint = region("Endpoints").getByRole("listitem").first();
    await endpoint.getByText("Settings", { exact: true }).click();
    const regenerate = async (before) => {
      await endpoint.getByRole("button", { name: "Regenerate the secret" }).click();
      const secret = endpoint.getByRole("group", { name: "Secret" });
      await secret.filter({ hasNotText: before }).waitFor();
      return secret.textContent();
    };
    const old = await regenerate("none");
    const current = await regenerate(old);
    await switchOn("old_secret");
    await send();
    await settled();
    const [message] = integration.received;
    assert.deepEqual([isGenuine(message, old), isGenuine(message, current)], [true, false]);
    const row = await explained(rows("answer").first(), "old_secret", ["a secret signed the body"]);
    await row.getByText("Proved: the signature matches under this change.").waitFor();
    await usedUp();
    await send(2);
    await settled();
    assert.equal(isGenuine(integration.received[1], current), true);
    secret = current;
  });

  it("stale_timestamp", async () => {
    await switchOn("stale_timestamp", 14400);
    await send();
    const [{ created }] = await settled();
    const [message] = integration.received;
    assert.equal(isGenuine(message), true);
    assert.equal(Date.parse(JSON.parse(message.body).timestamp) / 1000, created - 14400);
    await explained(rows("answer").first(), "stale_timestamp", ["the event is recent"]);
  });

  it("wrong_header_style", async () => {
    await switchOn("wrong_header_style");
    await send();
    await settled();
    const [message] = integration.received;
    assert.equal(isGenuine(message), true);
    const names = Object.keys(message.headers).filter((name) => name.endsWith("-signature"));
    assert.deepEqual(names, ["x-webhook-signature"]);
    await explained(rows("answer").first(), "wrong_header_style", []);
  });

  it("huge_body", async () => {
    await switchOn("huge_body");
    await send();
    await settled();
    const [message] = integration.received;
    assert.equal(isGenuine(message), true);
    assert.equal(message.body.length - message.body.trimEnd().length, (1 << 20) + 1);
    const row = await explained(rows("answer").first(), "huge_body", ["the body has at most 1 MiB"]);
    await row.getByText("1048577 spaces follow the body.").waitFor();
  });

  it("slow_sending", async () => {
    await switchOn("slow_sending", 1);
    await send();
    await settled();
    const [message] = integration.received;
    assert.equal(isGenuine(message), true);
    assert.equal(message.parts > 1, true, "the body came at once");
    await explained(rows("answer").first(), "slow_sending", []);
  });

  it("duplicate", async () => {
    await switchOn("duplicate");
    await send();
    const [first, second] = await settled();
    const [one, two] = integration.received;
    assert.deepEqual([two.body, isGenuine(one), isGenuine(two)], [one.body, true, true]);
    assert.notEqual(two.headers["x-visiono-delivery"], one.headers["x-visiono-delivery"]);
    const row = rows("answer").first();
    await explained(row, "duplicate", []);
    assert.equal(second.duplicate_of, first.id);
    await row.locator("dd", { hasText: first.id }).waitFor();
  });

  it("reorder", async () => {
    await switchOn("reorder");
    await send(1, "photo_request.created");
    await send(2, "photo_request.submitted");
    await settled();
    const events = integration.received.map(({ body }) => JSON.parse(body).event);
    assert.deepEqual(events, ["photo_request.submitted", "photo_request.created"]);
    assert.equal(integration.received.every((message) => isGenuine(message)), true);
  });

  it("delay", async () => {
    await switchOn("delay", 1200);
    await send(1, "photo_request.created");
    await send(2, "photo_request.submitted");
    await rows("answer").first().waitFor();
    assert.deepEqual(integration.received.map(({ body }) => JSON.parse(body).event), ["photo_request.submitted"]);
    await region("Clock").getByRole("button", { name: "+ 30 min" }).click();
    await rows("answer").nth(1).waitFor();
    assert.deepEqual(integration.received.map(({ body }) => JSON.parse(body).event), ["photo_request.submitted", "photo_request.created"]);
  });

  it("lose", async () => {
    await switchOn("lose");
    await send(1, "photo_request.created");
    await send(2, "photo_request.submitted");
    const [lost, sent] = await settled();
    assert.deepEqual([lost.status, sent.status], ["lost", "succeeded"]);
    assert.deepEqual(integration.received.map(({ body }) => JSON.parse(body).event), ["photo_request.submitted"]);
    const row = rows("delivery").last();
    await explained(row, "lose", []);
    await row.locator("dd", { hasText: /^lost$/ }).waitFor();
  });
});

describe("a fault of a return", () => {
  for (const [kind, code, failed] of [
    ["return_forged", "invalid_signature", "a secret signed the message"],
    ["return_expired", "expired", "the message is recent"],
    ["return_doubled", "duplicate_parameter", "no parameter occurs twice or under a doubtful name"],
    ["return_other_ticket", "unexpected_value", "the values are the expected ones"],
  ]) {
    it(kind, async () => {
      await switchOn(kind);
      assert.equal(await region("Faults").getByLabel("Endpoint").isVisible(), false);
      for (const expected of [code, "ok"]) {
        const opening = context.waitForEvent("page");
        await page.getByRole("button", { name: "Open a signed link" }).click();
        const person = await opening;
        await person.getByRole("button", { name: "Use a sample photo" }).first().click();
        await person.getByText("1 photo", { exact: true }).waitFor();
        await person.getByRole("button", { name: "Send photos" }).click();
        await person.waitForURL(`${integration.origin}/done?**`);
        const { result } = sandbox.verifyReturn(person.url(), template, "--expect", "reference=ticket-456");
        assert.equal(result, expected);
        await person.close();
        await usedUp();
      }
      const row = rows("return").last();
      await row.getByRole("button").first().click();
      await row.getByText(`, with the fault ${kind}`).waitFor();
      await row.getByRole("heading", { name: "Checks of the return" }).waitFor();
      const checks = await row.locator(".checks .failed > span:last-child").allTextContents();
      assert.deepEqual(checks.map((text) => text.split(":")[0]), [failed]);
    });
  }
});

it("these are all the faults that the console offers", async () => {
  const kinds = await region("Faults").locator("[name=kind] option").evaluateAll((all) => all.map(({ value }) => value));
  assert.deepEqual(kinds.sort(), [
    "delay",
    "duplicate",
    "huge_body",
    "lose",
    "old_secret",
    "reorder",
    "return_doubled",
    "return_expired",
    "return_forged",
    "return_other_ticket",
    "slow_sending",
    "stale_timestamp",
    "tamper_body",
    "tamper_header",
    "wrong_header_style",
    "wrong_secret",
  ]);
});
