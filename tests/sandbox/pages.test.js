// Tests the pages in Chromium: a person's way from a signed link to the return, and the console.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { integrate, jpegWithGps, launch, open, serve } from "./service.js";

const FIELDS = "id={submission_id}&uv={unique_value}&ref={reference}&n={photo_count}&ts={timestamp}&sig={signature}";

let browser, integration, sandbox, template;
let context, page, problems;
before(async () => {
  integration = await integrate();
  template = `${integration.origin}/done?${FIELDS}`;
  sandbox = await serve("--redirect", template, "--webhook", `${integration.origin}/webhook`);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  sandbox?.close();
  integration?.close();
});
beforeEach(async () => {
  await sandbox.api("POST", "/sandbox/reset");
  ({ context, page, problems } = await open(browser));
});
afterEach(async () => {
  await context.close();
  assert.deepEqual(problems, [], "the policy forbade something, or a script failed");
});

const button = (name) => page.getByRole("button", { name, exact: true });
const card = (title) => page.getByRole("region", { name: title });
const choose = (title) => card(title).getByLabel("Choose photos");
const send = () => button("Send photos").click();

/** Returns the genuine link with the signature of a wrong program. */
async function signWrongly() {
  const url = new URL(await sandbox.sign());
  const text = ["uv", "src", "ref", "ts"].map((name) => url.searchParams.get(name)).join("|");
  const key = Buffer.from(sandbox.secret, "hex");
  url.searchParams.set("sig", createHmac("sha256", key).update(text).digest("hex"));
  return url.href;
}

describe("the upload page", () => {
  it("takes a JPEG with GPS through to the verified return", async () => {
    await page.goto(await sandbox.sign({ reference: "ticket-gps" }));
    const buffer = await jpegWithGps(page);
    await choose("Front view").setInputFiles([
      { name: "front.jpg", mimeType: "image/jpeg", buffer },
      { name: "second.jpg", mimeType: "image/jpeg", buffer },
    ]);
    await page.getByLabel("Note for front.jpg").fill("a scratch");
    await page.getByText("2 photos", { exact: true }).waitFor();
    const preview = card("Front view").getByRole("img", { name: "front.jpg" });
    assert.equal(await preview.evaluate(async (image) => (await image.decode(), image.naturalWidth)), 320);
    await send();
    await page.waitForURL(`${integration.origin}/done?**`);

    const { unique_value, reference, photo_count } = sandbox.verifyReturn(page.url(), template);
    assert.deepEqual([unique_value, reference, String(photo_count)], ["ABC123", "ticket-gps", "2"]);
    const { entries } = await sandbox.api("GET", "/sandbox/timeline?ticket=ticket-gps");
    const { id } = entries.find(({ kind }) => kind === "return");
    const { visit } = await sandbox.api("GET", `/sandbox/timeline/${id}`);
    const photos = visit.photos.map(({ name, note, item, size, exif }) => ({ name, note, item, size, exif }));
    const exif = { gps: [45.464167, 9.19], captured_at: "2025-01-15T10:30:00Z" };
    const facts = { item: "front", size: buffer.length, exif };
    assert.deepEqual(photos, [
      { name: "front.jpg", note: "a scratch", ...facts },
      { name: "second.jpg", note: "", ...facts },
    ]);
  });

  it("takes photos that are chosen before its script runs", async () => {
    const buffer = await jpegWithGps(page);
    let run;
    const held = new Promise((resolve) => (run = resolve));
    await page.route("**/upload.js*", async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(await sandbox.sign(), { waitUntil: "commit" });
    await choose("Front view").setInputFiles({ name: "front.jpg", mimeType: "image/jpeg", buffer });
    run();
    await page.getByText("1 photo", { exact: true }).waitFor();
  });

  it("shows the progress of each photo", async () => {
    await page.goto(await sandbox.sign());
    const buffer = await jpegWithGps(page);
    await choose("Front view").setInputFiles({ name: "front.jpg", mimeType: "image/jpeg", buffer });
    let go;
    const gate = new Promise((resolve) => (go = resolve));
    await page.route("**/photos", async (route) => {
      await gate;
      await route.continue();
    });
    await send();
    await page.getByRole("progressbar", { name: "Sending front.jpg" }).waitFor();
    assert.equal(await page.getByText("Sending 1 of 1").count(), 1);
    assert.equal(await button("Send photos").isDisabled(), true);
    go();
    await page.waitForURL(`${integration.origin}/done?**`);
  });

  it("accepts dropped photos, and removes unwanted ones", async () => {
    await page.goto(await sandbox.sign());
    const buffer = [...(await jpegWithGps(page))];
    const files = await page.evaluateHandle((bytes) => {
      const data = new DataTransfer();
      for (const name of ["one.jpg", "two.jpg"]) data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/jpeg" }));
      return data;
    }, buffer);
    await card("Damage").dispatchEvent("drop", { dataTransfer: files });
    await card("Damage").getByText("two.jpg").waitFor();
    await button("Remove one.jpg").click();
    await page.getByText("1 photo", { exact: true }).waitFor();
    await card("Front view").getByRole("button", { name: "Use a sample photo" }).click();
    await page.getByText("2 photos", { exact: true }).waitFor();
    await button("Remove sample-1.png").click();
    await page.getByText("1 photo", { exact: true }).waitFor();
    await send();
    await page.getByRole("alert").getByText("Add a photo: Front view").waitFor();
  });

  it("reports files that are not photos, and files that are too large", async () => {
    await page.goto(await sandbox.sign());
    const file = (name, mimeType, size) => choose("Damage").setInputFiles({ name, mimeType, buffer: Buffer.alloc(size) });
    await file("notes.txt", "text/plain", 4);
    await page.getByRole("alert").getByText("notes.txt is not a photo.").waitFor();
    await file("large.jpg", "image/jpeg", (10 << 20) + 1);
    await page.getByRole("alert").getByText("large.jpg is larger than 10 MiB.").waitFor();
    await file("fake.jpg", "image/jpeg", 4);
    await card("Front view").getByRole("button", { name: "Use a sample photo" }).click();
    await page.getByText("2 photos", { exact: true }).waitFor();
    await send();
    await page.getByRole("alert").getByText("fake.jpg: only JPEG, PNG, WebP and HEIC photos are accepted").waitFor();
    assert.equal(await button("Send photos").isEnabled(), true);
  });

  it("offers the camera on a phone alone", async () => {
    const camera = () => card("Front view").getByLabel("Take a photo");
    await page.goto(await sandbox.sign());
    assert.equal(await camera().isVisible(), false);
    await page.setViewportSize({ width: 360, height: 740 });
    assert.equal(await camera().isVisible(), true);
    assert.equal(await camera().getAttribute("capture"), "environment");
  });

  it("works without JavaScript", async () => {
    await context.close();
    ({ context, page, problems } = await open(browser, { javaScriptEnabled: false }));
    const scripted = await open(browser);
    const buffer = await jpegWithGps(scripted.page);
    await scripted.context.close();
    await page.goto(await sandbox.sign());
    await send();
    await page.getByRole("alert").getByText("there is no photo yet: add one").waitFor();
    const front = card("Front view");
    await front.getByRole("button", { name: "Upload" }).click();
    await page.getByRole("alert").getByText("choose a photo").waitFor();
    await front.getByLabel("Note for these photos").fill("<b>a scratch</b>");
    await choose("Front view").setInputFiles({ name: "front.jpg", mimeType: "image/jpeg", buffer });
    await front.getByRole("button", { name: "Upload" }).click();
    await front.getByText("<b>a scratch</b>").waitFor();
    await front.getByText("45.4642, 9.1900 · 2025-01-15T10:30:00Z").waitFor();
    await card("Damage").getByRole("button", { name: "Use a sample photo" }).click();
    await button("Remove sample-1.png").click();
    assert.equal(await button("Remove sample-1.png").count(), 0);
    await send();
    await page.waitForURL(`${integration.origin}/done?**`);
    assert.equal(String(sandbox.verifyReturn(page.url(), template).photo_count), "1");
  });

  it("works with the keyboard alone", async () => {
    await page.goto(await sandbox.sign());
    await tabTo("Choose photos");
    await tabTo("Use a sample photo");
    await page.keyboard.press("Enter");
    await page.getByText("1 photo", { exact: true }).waitFor();
    await tabTo("Send photos");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${integration.origin}/done?**`);
  });
});

/** Presses Tab until the focus is visible on something with this name. */
async function tabTo(name) {
  const seen = [];
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    const [found, outline] = await page.evaluate(() => {
      const element = document.activeElement;
      const text = element.getAttribute("aria-label") ?? (element.labels?.[0] ?? element).textContent;
      const ring = element.closest(".pick") ?? element;
      return [text.trim().replace(/\s+/g, " "), getComputedStyle(ring).outlineStyle];
    });
    seen.push(found);
    if (found.includes(name)) {
      assert.notEqual(outline, "none", `the focus on ${name} can't be seen`);
      return;
    }
  }
  assert.fail(`Tab doesn't lead to ${name}, but to ${seen.join(", ")}`);
}

describe("the error pages", () => {
  const heading = () => page.getByRole("heading", { level: 1 }).textContent();
  const panel = () => page.getByRole("region", { name: "For the developer" });

  it("Missing Parameters", async () => {
    const response = await page.goto((await sandbox.sign()).replace(/&sig=.*/, ""));
    assert.deepEqual([response.status(), await heading()], [400, "Missing Parameters"]);
    await panel().getByText("missing_parameter").waitFor();
    await panel().getByText("failed every parameter is present").waitFor();
  });

  it("Invalid Signature, with the proved mistake and its fix", async () => {
    const response = await page.goto(await signWrongly());
    assert.deepEqual([response.status(), await heading()], [403, "Invalid Signature"]);
    await panel().getByText("invalid_signature").waitFor();
    await panel().getByRole("heading", { name: "The secret was decoded as hex; the key is its text." }).waitFor();
    await panel().getByText("Proved: the signature matches under this change.").waitFor();
    await panel().getByText("failed a secret signed the message").waitFor();
    for (const language of ["JavaScript", "PHP", "Python"]) {
      const fix = panel().getByRole("group", { name: language }).last();
      if (!(await fix.isVisible())) await panel().getByText(language, { exact: true }).click();
      assert.match(await fix.textContent(), /secret/i);
    }
    assert.equal((await page.content()).includes(sandbox.secret), false);
  });

  it("Link Expired", async () => {
    const url = await sandbox.sign();
    await sandbox.api("POST", "/sandbox/clock", { advance: 7200 });
    const response = await page.goto(url);
    assert.deepEqual([response.status(), await heading()], [410, "Link Expired"]);
    await panel().getByText("failed the message is recent").waitFor();
  });
});

describe("the notices about the real service", () => {
  for (const [name, change, title] of [
    ["an unknown slug", null, "No such link"],
    ["an archived link", { active: false }, "Link not active"],
  ]) {
    it(name, async () => {
      if (change) await sandbox.api("PUT", "/sandbox/links/other", { workflow_mode: true, active: true, ...change });
      else await fetch(`${sandbox.origin}/sandbox/links/other`, { method: "DELETE" });
      await page.goto(`${sandbox.origin}/s/other`);
      assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), title);
    });
  }

  it("Workflow Mode off", async () => {
    await sandbox.api("PUT", "/sandbox/links/other", { name: "Other", workflow_mode: true, active: true });
    const url = await sandbox.sign({}, "other");
    await sandbox.api("PUT", "/sandbox/links/other", { workflow_mode: false });
    await page.goto(url);
    assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "Other");
    await page.getByText("Workflow Mode is off. Visiono ignores the signed parameters").waitFor();
    await card("Front view").getByRole("button", { name: "Use a sample photo" }).click();
    await page.getByText("1 photo", { exact: true }).waitFor();
    await page.getByLabel("License plate").fill("AB 123");
    await send();
    await page.getByRole("heading", { name: "Thank you" }).waitFor();
    assert.equal(await page.getByText("For the developer").count(), 0);
  });

  it("shows the fields that the template lacks before the redirect", async () => {
    const short = `${integration.origin}/done?ref={reference}&sig={signature}`;
    await sandbox.api("PUT", "/sandbox/links/damage-report", { redirect: short });
    try {
      await page.goto(await sandbox.sign());
      await card("Front view").getByRole("button", { name: "Use a sample photo" }).click();
      await page.getByText("1 photo", { exact: true }).waitFor();
      await send();
      await page.getByText("{photo_count}", { exact: true }).waitFor();
      const complete = await page.getByRole("group", { name: "The template that carries all" }).textContent();
      assert.equal(complete.startsWith(short), true);
      await page.getByRole("link", { name: "Go back all the same" }).click();
      await page.waitForURL(`${integration.origin}/done?**`);
      await sandbox.api("PUT", "/sandbox/links/damage-report", { redirect: null });
      await page.goto(await sandbox.sign());
      await card("Front view").getByRole("button", { name: "Use a sample photo" }).click();
      await page.getByText("1 photo", { exact: true }).waitFor();
      await send();
      await page.getByText("This link has no redirect URL").waitFor();
    } finally {
      await sandbox.api("PUT", "/sandbox/links/damage-report", { redirect: template });
    }
  });
});

describe("the console", () => {
  const entry = (sentence) => page.locator("#entries > li", { hasText: sentence }).first();
  const answeredTwice = () => page.locator("#entries .sentence", { hasText: "answered 200" }).nth(1).waitFor();
  const live = () => page.getByText("Live", { exact: true }).waitFor();
  const whole = (reference, unique_value = "ABC123") =>
    sandbox.api("POST", "/sandbox/submissions", { unique_value, source: "zendesk", reference });

  it("updates without a reload, down to the exact bytes", async () => {
    await page.goto(sandbox.origin);
    await live();
    const loads = await page.evaluate(() => performance.getEntriesByType("navigation").length);
    await whole("ticket-live");
    await entry("answered 200").waitFor();
    for (const kind of ["visit", "upload", "submission", "return", "delivery", "answer"]) {
      assert.equal(await page.locator("#entries .kind", { hasText: kind }).count() > 0, true, kind);
    }
    assert.equal(await page.evaluate(() => performance.getEntriesByType("navigation").length), loads);

    await entry("answered 200").getByRole("button").first().click();
    const sent = integration.received.filter(({ method }) => method === "POST").at(-1);
    await entry("answered 200").locator(".body").waitFor();
    assert.equal(await entry("answered 200").locator(".body").textContent(), sent.body);
    const shown = await entry("answered 200").getByRole("group", { name: "Request" }).textContent();
    assert.match(shown, new RegExp(`X-Visiono-Signature: ${sent.headers["x-visiono-signature"]}\n`));
    await entry("answered 200").getByText("Checks of the webhook").waitFor();

    const before = integration.received.length;
    await entry("answered 200").getByRole("button", { name: "Resend" }).click();
    await answeredTwice();
    assert.equal(integration.received.length, before + 1);
    assert.equal(integration.received.at(-1).body, sent.body);
  });

  it("announces calmly", async () => {
    await page.goto(sandbox.origin);
    await live();
    await whole("ticket-calm");
    const news = page.locator("#news");
    await page.waitForFunction(() => document.getElementById("news").textContent !== "");
    assert.match(await news.textContent(), /^\d+ new entries\. The last: /);
  });

  it("filters by ticket", async () => {
    await whole("ticket-a");
    await whole("ticket-b");
    await page.goto(sandbox.origin);
    await live();
    await page.getByLabel("Ticket").and(page.locator("#ticket")).fill("ticket-b");
    const tickets = await page.locator("#entries .ticket").allTextContents();
    assert.deepEqual([...new Set(tickets)], ["ticket-b"]);
    await whole("ticket-a");
    await whole("ticket-b");
    await page.waitForFunction((count) => document.querySelectorAll("#entries .ticket").length > count, tickets.length);
    assert.deepEqual([...new Set(await page.locator("#entries .ticket").allTextContents())], ["ticket-b"]);
  });

  it("shows the diagnosis of a link", async () => {
    await fetch(await signWrongly());
    await page.goto(sandbox.origin);
    await entry("refused: invalid_signature").getByRole("button").first().click();
    await page.getByRole("heading", { name: "The secret was decoded as hex; the key is its text." }).waitFor();
  });

  it("escapes and isolates texts of people", async () => {
    const hostile = `<img src=x onerror="document.title='gone'">`;
    await whole(hostile, "\u202eABC\u200b עברית 12");
    await page.goto(sandbox.origin);
    await live();
    await entry("A signed link was opened").getByRole("button").first().click();
    await entry("A signed link was opened").getByText("Unique value").waitFor();
    assert.equal(await page.locator("#entries img[src=x]").count(), 0);
    assert.equal(await page.title(), "Visiono sandbox");
    assert.equal(await page.locator("#entries bdi", { hasText: hostile }).count() > 0, true);
    const url = await sandbox.sign({ unique_value: hostile, reference: hostile });
    await page.goto(url);
    assert.equal(await page.locator(".subject bdi").last().textContent(), hostile);
  });

  it("makes invisible characters visible, and isolates them from other text", async () => {
    // An override, a word joiner, a no-break space, and Hebrew in adjacent values.
    const value = "A\u202eBC\u2060\u00a0אבג";
    await whole("דהו-אב", value);
    await page.goto(sandbox.origin);
    await live();
    const link = entry("A signed link was opened");
    await link.getByRole("button").first().click();
    const fact = link.locator("dd", { hasText: "אבג" });
    await fact.waitFor();
    assert.equal(await fact.textContent(), value);
    const numbers = (where) => where.locator(".unseen").evaluateAll((all) => all.map((one) => getComputedStyle(one, "::before").content));
    assert.deepEqual(await numbers(fact), ['"U+202E"', '"U+2060"', '"U+00A0"']);

    const answer = entry("answered 200");
    await answer.getByRole("button").first().click();
    const body = answer.locator(".body");
    await body.waitFor();
    assert.equal(await body.textContent(), integration.received.filter(({ method }) => method === "POST").at(-1).body);
    assert.deepEqual(await numbers(body), ['"U+202E"', '"U+2060"', '"U+00A0"']);
    assert.deepEqual(await body.locator(".isolated").allTextContents(), ["אבג", "דהו", "אב"]);
    await inOrder(body, ["unique_field_value", "external_source", "external_reference"]);

    const url = new URL(await sandbox.sign({ unique_value: value, reference: "דהו" }));
    url.searchParams.set("sig", "0".repeat(64));
    await page.goto(url.href);
    const signed = page.getByRole("group", { name: /must be signed/ });
    // A diagnosis shows escapes instead.
    const escaped = "A\\u{202e}BC\\u{2060}\\u{a0}אבג";
    assert.equal(await signed.textContent(), `${escaped}|zendesk|דהו|${url.searchParams.get("ts")}`);
    assert.deepEqual(await signed.locator(".isolated").allTextContents(), ["אבג", "דהו"]);
    await inOrder(signed, ["|zendesk|", url.searchParams.get("ts")]);
  });

  /**
   * Asserts that these texts are drawn one after the other, from left to right and top to bottom.
   */
  async function inOrder(where, texts) {
    const places = await where.evaluate((element, texts) => {
      const nodes = [];
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) nodes.push(walker.currentNode);
      return texts.map((text) => {
        const node = nodes.find(({ data }) => data.includes(text));
        const range = document.createRange();
        range.setStart(node, node.data.indexOf(text));
        range.setEnd(node, node.data.indexOf(text) + text.length);
        const { top, left } = range.getClientRects()[0];
        return [Math.round(top), left];
      });
    }, texts);
    const sorted = places.toSorted(([top, left], [otherTop, otherLeft]) => top - otherTop || left - otherLeft);
    assert.deepEqual(places, sorted);
  }

  it("leads to the page of the API", async () => {
    await page.goto(sandbox.origin);
    assert.equal(await page.getByRole("link", { name: "API", exact: true }).getAttribute("href"), "/sandbox/docs");
  });

  it("signs a link that opens the upload page", async () => {
    await page.goto(sandbox.origin);
    const popup = context.waitForEvent("page");
    await button("Open a signed link").click();
    const opened = await popup;
    await opened.getByRole("heading", { name: "Damage report" }).waitFor();
    assert.equal(await page.locator("#signed a").getAttribute("href"), opened.url());
  });

  it("works with the keyboard alone", async () => {
    await whole("ticket-keys");
    await page.goto(sandbox.origin);
    await live();
    await tabTo("Skip to the timeline");
    await page.keyboard.press("Enter");
    await tabTo("answered 200");
    await page.keyboard.press("Enter");
    await entry("answered 200").getByText("Checks of the webhook").waitFor();
    await tabTo("Request");
    await tabTo("Resend");
    await page.keyboard.press("Enter");
    await answeredTwice();
    await tabTo("Send a test event");
    await page.keyboard.press("Enter");
    await tabTo("+ 1 min");
    await page.keyboard.press("Space");
    await page.getByText("1 min ahead").waitFor();
  });
});

describe("the settings", () => {
  const region = (name) => page.getByRole("region", { name, exact: true });
  beforeEach(async () => {
    await page.goto(sandbox.origin);
    await page.getByText("Live", { exact: true }).waitFor();
  });

  it("add, change, test and delete an endpoint", async () => {
    const endpoints = region("Endpoints");
    const url = `${integration.origin}/second`;
    await endpoints.getByLabel("URL").last().fill(url);
    await endpoints.getByRole("button", { name: "Add an endpoint" }).click();
    assert.match(await endpoints.getByRole("group", { name: "Secret" }).textContent(), /^whsec_[0-9a-f]{64}$/);
    const thing = endpoints.getByRole("listitem").filter({ hasText: url });
    await thing.getByText("Settings", { exact: true }).click();
    await thing.getByLabel("Payload").selectOption("developer");
    await thing.getByLabel("Headers").selectOption("both");
    await thing.getByLabel("photo_request.created").uncheck();
    await thing.getByRole("button", { name: "Save" }).click();
    await page.waitForFunction(async (url) => {
      const { endpoints } = await (await fetch("/sandbox")).json();
      return endpoints.find((endpoint) => endpoint.url === url).headers === "both";
    }, url);
    const saved = (await sandbox.api("GET", "/sandbox")).endpoints.find((endpoint) => endpoint.url === url);
    assert.deepEqual([saved.payload, saved.events.length], ["developer", 6]);
    await thing.getByRole("button", { name: "Send a test event" }).click();
    await page.locator("#entries .sentence", { hasText: "answered 200" }).waitFor();
    const sent = integration.received.at(-1);
    assert.deepEqual([sent.url, JSON.parse(sent.body).is_test], ["/second", true]);
    assert.ok(sent.headers["x-webhook-signature"]);
    await thing.getByText("Log", { exact: true }).click();
    await thing.getByText(/submission\.created · succeeded · 200/).click();
    await thing.locator(".body").waitFor();
    page.once("dialog", (dialog) => dialog.accept());
    await thing.getByRole("button", { name: "Delete" }).click();
    await thing.waitFor({ state: "detached" });
  });

  it("switch faults on and off", async () => {
    const faults = region("Faults");
    const kinds = await faults.locator("[name=kind]").locator("option").evaluateAll((all) => all.map(({ value }) => value));
    assert.equal(kinds.length, 16);
    for (const kind of kinds) {
      await faults.locator("[name=kind]").selectOption(kind);
      await faults.getByRole("button", { name: "Switch on" }).click();
      await faults.locator(".thing").nth(kinds.indexOf(kind)).waitFor();
    }
    const on = (await sandbox.api("GET", "/sandbox")).faults.map(({ kind }) => kind);
    assert.deepEqual(on, kinds);
    for (const _ of kinds) {
      const count = await faults.locator(".thing").count();
      await faults.getByRole("button", { name: /^Remove/ }).first().click();
      await page.waitForFunction((count) => document.querySelectorAll("#faults .thing").length < count, count);
    }
    assert.deepEqual((await sandbox.api("GET", "/sandbox")).faults, []);
  });

  it("change a link, and regenerate its secret", async () => {
    const links = region("Links");
    await links.getByLabel("Slug").fill("made-here");
    await links.getByRole("button", { name: "Add a link" }).click();
    await links.getByRole("group", { name: "Secret" }).waitFor();
    const thing = links.getByRole("listitem").filter({ hasText: "made-here" });
    await thing.getByText("Settings", { exact: true }).click();
    await thing.getByLabel("Redirect template").fill("https://a.example/?ref={reference}");
    await thing.getByRole("button", { name: "Add an item" }).click();
    const item = thing.getByRole("group", { name: "Item" }).last();
    await item.getByLabel("ID").fill("roof");
    await item.getByLabel("Title").fill("Roof");
    await item.getByLabel("Required").check();
    await thing.getByRole("button", { name: "Save" }).click();
    await thing.getByText(/It lacks/).waitFor();
    const saved = (await sandbox.api("GET", "/sandbox")).links.find(({ slug }) => slug === "made-here");
    assert.equal(saved.redirect, "https://a.example/?ref={reference}");
    assert.deepEqual(saved.items.at(-1), { id: "roof", title: "Roof", instructions: "", required: true });
    page.on("dialog", (dialog) => dialog.accept());
    await thing.getByRole("button", { name: "Delete" }).click();
    await thing.waitFor({ state: "detached" });
  });

  it("send an event, advance the clock, and reset", async () => {
    const events = region("Events");
    await events.getByLabel("Event").selectOption("photo_request.expired");
    await events.getByRole("button", { name: "Send to all endpoints" }).click();
    await events.getByText("Deliveries: 1").waitFor();
    await region("Clock").getByRole("button", { name: "+ 30 min" }).click();
    await page.getByText("30 min ahead").waitFor();
    page.once("dialog", (dialog) => dialog.accept());
    await region("Clock").getByRole("button", { name: "Reset the sandbox" }).click();
    await page.getByText("30 min ahead").waitFor({ state: "hidden" });
    await page.waitForFunction(() => document.querySelectorAll("#entries > li").length === 1);
  });

  it("show the sandbox's refusals", async () => {
    const endpoints = region("Endpoints");
    await endpoints.getByLabel("URL").last().fill("http://elsewhere.example/");
    await endpoints.getByRole("button", { name: "Add an endpoint" }).click();
    await page.getByRole("alert").getByText(/elsewhere\.example|allow-host/).waitFor();
  });
});
