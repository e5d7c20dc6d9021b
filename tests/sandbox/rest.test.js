// Tests the pages of the service's API in Chromium: photo requests, codes, keys and the API
// browser, as used by a person and a developer.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { integrate, launch, open, serve } from "./service.js";

let browser, integration, sandbox;
let context, page, problems;
before(async () => {
  integration = await integrate();
  sandbox = await serve("--webhook", `${integration.origin}/webhook`);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  sandbox?.close();
  integration?.close();
});
beforeEach(async () => {
  await sandbox.api("POST", "/sandbox/reset");
  await sandbox.api("PUT", "/sandbox/rate-limit", { limit: 60, exhausted: false });
  integration.received.length = 0;
  ({ context, page, problems } = await open(browser));
});
afterEach(async () => {
  await context.close();
  assert.deepEqual(problems, [], "the policy forbade something, or a script failed");
});

const button = (name) => page.getByRole("button", { name, exact: true });
const sample = (title) => page.getByRole("region", { name: title }).getByRole("button", { name: "Use a sample photo" });
const request = () =>
  sandbox.rest("POST", "/photo-requests", {
    instructions: "Photograph the label",
    items: [{ instructions: "Label", is_required: true }],
  });

/** Waits until the integration has this many webhooks, and returns their events. */
async function events(count) {
  for (let after = 0; integration.received.length < count; ) {
    ({ last: after } = await sandbox.api("GET", `/sandbox/deliveries?after=${after}&wait=30`));
  }
  return integration.received.map(({ body }) => JSON.parse(body).event);
}

describe("a photo request", () => {
  it("is opened by its code, and its events follow", async () => {
    const { numeric_code: digits, request_url: url, id } = await request();
    await page.goto(`${sandbox.origin}/code`);
    await page.getByLabel("Code").fill(`${digits.slice(0, 3)} ${digits.slice(3)}`);
    await page.keyboard.press("Enter");
    await page.waitForURL(url);
    await page.getByText("Photograph the label").waitFor();
    await button("Send photos").click();
    await page.getByRole("alert").getByText("Add a photo: Label").waitFor();
    await sample("Label").click();
    await page.getByText("1 photo", { exact: true }).waitFor();
    await page.reload();
    await page.getByText("1 photo", { exact: true }).waitFor();
    await button("Send photos").click();
    await page.getByRole("heading", { name: "Thank you" }).waitFor();
    assert.equal((await sandbox.rest("GET", `/photo-requests/${id}`)).status, "submitted");
    const response = await page.goto(url);
    assert.equal(response.status(), 410);
    await page.getByRole("heading", { name: "Already submitted" }).waitFor();
    assert.deepEqual(await events(4), [
      "photo_request.created",
      "photo_request.first_viewed",
      "photo_submission.created",
      "photo_request.submitted",
    ]);
  });

  it("works without JavaScript", async () => {
    await context.close();
    ({ context, page, problems } = await open(browser, { javaScriptEnabled: false }));
    const { unique_code: code, id } = await request();
    await page.goto(`${sandbox.origin}/code`);
    await page.getByLabel("Code").fill("nothing");
    await button("Open the request").click();
    await page.getByRole("alert").getByText("There is no request with this code.").waitFor();
    await page.getByLabel("Code").fill(code.toLowerCase());
    await button("Open the request").click();
    await sample("Label").click();
    await button("Send photos").click();
    await page.getByRole("heading", { name: "Thank you" }).waitFor();
    assert.equal((await sandbox.rest("GET", `/photo-requests/${id}`)).status, "submitted");
  });

  it("has a QR code that a page of another origin shows", async () => {
    const { id } = await request();
    const { qrcode_url: url } = await sandbox.rest("GET", `/photo-requests/${id}/qrcode`);
    await page.goto(integration.origin);
    const width = await page.evaluate(async (src) => {
      const image = Object.assign(new Image(), { src });
      await image.decode();
      return image.naturalWidth;
    }, url);
    assert.ok(width >= 200, String(width));
  });
});

describe("the console", () => {
  const region = (name) => page.getByRole("region", { name, exact: true });
  beforeEach(async () => {
    await page.goto(sandbox.origin);
    await page.getByText("Live", { exact: true }).waitFor();
  });

  it("makes, limits, regenerates and deletes a key", async () => {
    const keys = region("API keys");
    await keys.getByLabel("Name").last().fill("Claims");
    await keys.getByLabel("Kind").selectOption("live");
    await keys.getByRole("button", { name: "Make a key" }).click();
    const shown = keys.getByRole("group", { name: "Secret" });
    const key = await shown.textContent();
    assert.match(key, /^vsk_live_[0-9a-f]{48}$/);
    const status = async (text) =>
      (await fetch(`${sandbox.origin}/api/v1/webhooks`, { headers: { "x-api-key": text } })).status;
    assert.equal(await status(key), 200);
    const thing = keys.getByRole("listitem").filter({ hasText: "Claims" });
    await thing.getByText("Settings", { exact: true }).click();
    await thing.getByLabel("webhooks:read").uncheck();
    await thing.getByRole("button", { name: "Save" }).click();
    await thing.getByText("7 of 8 scopes").waitFor();
    assert.equal(await status(key), 403);
    await thing.getByRole("button", { name: "Regenerate the key" }).click();
    // The key has changed, and remains when the list is redrawn.
    await page.waitForFunction((key) => document.querySelector("#keys pre").textContent !== key, key);
    await sandbox.api("POST", "/sandbox/keys", { name: "Another" });
    await keys.getByText("Another", { exact: true }).waitFor();
    const renewed = await shown.textContent();
    assert.deepEqual([await status(key), await status(renewed)], [401, 403]);
    page.once("dialog", (dialog) => dialog.accept());
    await thing.getByRole("button", { name: "Delete" }).click();
    await thing.waitFor({ state: "detached" });
    assert.equal(await status(renewed), 401);
  });

  it("sets the rate limit, and exhausts it", async () => {
    const keys = region("API keys");
    await keys.getByLabel("Requests a minute").fill("5");
    await keys.getByRole("button", { name: "Set", exact: true }).click();
    await keys.getByText("Each key may send 5 requests a minute.").waitFor();
    await keys.getByRole("button", { name: "Exhaust it for a minute" }).click();
    await keys.getByText("Exhausted: every key gets 429").waitFor();
    const headers = { "x-api-key": sandbox.env.VISIONO_API_KEY };
    const answer = await fetch(`${sandbox.origin}/api/v1/status`, { headers });
    assert.deepEqual([answer.status, answer.headers.get("x-ratelimit-limit")], [429, "5"]);
    await region("Clock").getByRole("button", { name: "+ 1 min" }).click();
    await keys.getByText("Each key may send 5 requests a minute.").waitFor();
  });

  it("shows photo requests, and submits them", async () => {
    const { unique_code: code, id } = await request();
    const requests = region("Photo requests");
    const thing = requests.getByRole("listitem").filter({ hasText: code });
    await thing.getByText("pending", { exact: true }).waitFor();
    await thing.getByRole("button", { name: `Submit without a browser: ${code}` }).click();
    await thing.getByText("submitted", { exact: true }).waitFor();
    const entry = page.locator("#entries > li", { hasText: `The photo request ${code} was created` });
    await entry.getByRole("button").first().click();
    await entry.locator("dd", { hasText: id }).waitFor();
  });
});

describe("the browser of the API", () => {
  it("shows every request with its marks, and sends one", async () => {
    await page.goto(sandbox.origin);
    await page.getByRole("link", { name: "Visiono’s API" }).first().click();
    await page.getByRole("heading", { name: "Photo Requests" }).waitFor();
    assert.equal(await page.locator(".operation").count(), 25);
    await page.locator("#createPhotoRequest > summary").click();
    const operation = page.locator("#createPhotoRequest");
    await operation.getByText("expires_in_hours").first().waitFor();
    assert.ok((await operation.locator(".tag.documented").count()) > 10);
    await operation.getByRole("button", { name: "Send" }).click();
    await operation.getByText("unauthenticated").waitFor();
    await page.getByLabel("Key, to try a request").fill(sandbox.env.VISIONO_API_KEY);
    await operation.getByRole("button", { name: "Send" }).click();
    await operation.getByText("59 of 60 requests left").waitFor();
    const shown = JSON.parse(await operation.getByRole("group", { name: "Answer" }).textContent());
    assert.equal(shown.data.status, "pending");

    await page.locator("#getPhotoRequest > summary").click();
    const get = page.locator("#getPhotoRequest");
    await get.getByLabel("id").fill(shown.data.unique_code);
    await get.getByRole("button", { name: "Send" }).click();
    await get.getByText(shown.data.id).waitFor();
    await page.locator("#listPhotoRequests > summary").click();
    const list = page.locator("#listPhotoRequests");
    await list.getByLabel("status").fill("canceled");
    await list.getByRole("button", { name: "Send" }).click();
    await list.getByText('"total": 0').waitFor();
    const answer = await list.getByRole("group", { name: "Answer" }).textContent();
    assert.deepEqual(JSON.parse(answer).data, []);
  });

  it("documents the sandbox's own API as a page", async () => {
    await page.goto(`${sandbox.origin}/sandbox/docs#waiting-without-sleeping`);
    await page.getByRole("heading", { name: "Waiting without sleeping" }).waitFor();
    assert.ok((await page.locator("td code").count()) > 20);
  });
});
