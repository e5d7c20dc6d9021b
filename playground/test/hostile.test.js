// Hostile and large messages: they are shown as text, and the page responds while the worker is
// busy.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, beforeEach, it } from "node:test";
import { FILE, launch, mode, open } from "./browser.js";

const SECRET = "the-secret-of-this-test-alone";
const hmac = (text, key = SECRET) => createHmac("sha256", key).update(text).digest("hex");
const until = (locator, text) => locator.filter({ hasText: text }).waitFor();

let browser, page, problems;
before(async () => {
  browser = await launch();
  ({ page, problems } = await open(browser, FILE));
});
after(() => browser?.close());
beforeEach(async () => {
  for (const name of ["Link", "Webhook", "Template"]) {
    await mode(page, name);
    await page.getByRole("button", { name: "Clear" }).click();
  }
});

/** Returns faults of the page: elements that data created, and a title that a script changed. */
const intruders = () =>
  page.evaluate(() => [document.querySelectorAll("main img, main script, main iframe, main a, main b, main svg, main [onerror]").length, document.title]);
const UNTOUCHED = [0, "Playground · visiono-workflow"];

const INJECTIONS = [
  "<img src=x onerror=document.title='run'>",
  "<script>document.title='run'</script>",
  "</textarea><script>document.title='run'</script>",
  "</pre></script><svg onload=document.title='run'>",
  "javascript:document.title='run'",
  "{{constructor.constructor('document.title=1')()}}",
  "<form id=main><input name=attributes><b id=panel-link>",
];

it("HTML in any place is text", async () => {
  const found = await mode(page, "Link");
  await found.unfold();
  for (const text of INJECTIONS) {
    const raw = `https://visiono.io/${text}?${text}=${text}&uv=${encodeURIComponent(text)}&src=${text}&ref=r&ts=1&sig=${hmac("x")}#${text}`;
    await found.control("Signed link").fill(raw);
    await found.control("Workflow secret").fill(SECRET);
    await found.control("Expected reference").fill(text);
    await found.control("The signature that your own code computed").fill(text);
    await until(found.verdict, "Refused");
    await until(found.panel.getByLabel("The URL, with its parts in color"), text);
    await found.explain();
    await found.panel.locator(".explained h3[tabindex]").waitFor();
    assert.deepEqual(await intruders(), UNTOUCHED, text);
  }
  const webhook = await mode(page, "Webhook");
  for (const text of INJECTIONS) {
    const body = JSON.stringify({ event: text, [text]: text });
    await webhook.control("Headers").fill(`${text}: ${text}\nX-Webhook-ID: ${text}\nx-visiono-signature: sha256=${hmac(body)}`);
    await webhook.control("Raw body").fill(body);
    await webhook.control("Webhook secret").fill(SECRET);
    await until(webhook.verdict, "Valid");
    await until(webhook.panel.getByLabel("What your code receives"), JSON.stringify(text).slice(1, -1));
    assert.deepEqual(await intruders(), UNTOUCHED, text);
  }
  const template = await mode(page, "Template");
  for (const text of INJECTIONS) {
    await template.control("Redirect template").fill(`https://a.example/?x=${text}&s={signature}`);
    await template.panel.locator(".banner.bad").waitFor();
    assert.deepEqual(await intruders(), UNTOUCHED, text);
  }
  assert.deepEqual(problems.filter((text) => !text.includes("directive 'webrtc'")), []);
});

it("invisible characters show their number, and reorder nothing", async () => {
  const found = await mode(page, "Link");
  const value = "A\u0000B\u202eC\u200bD\u00a0E\u2066F\ufeffG\u00adH\u{e0041}I\tJ\nK";
  await found.control("Signed link").fill(`?uv=${encodeURIComponent(value)}&src=a&ref=b&ts=1&sig=0`);
  await found.control("Workflow secret").fill(SECRET);
  await until(found.verdict, "Refused by check 4 of 7");
  const cell = found.panel.locator("tr.uv .value");
  assert.deepEqual(await cell.locator(".unseen").evaluateAll((all) => all.map((element) => element.dataset.number)), ["U+0000", "U+202E", "U+200B", "U+00A0", "U+2066", "U+FEFF", "U+00AD", "U+E0041"]);
  assert.equal(await cell.evaluate(({ textContent }) => textContent), value);
  // Each field is next to its name, in every direction.
  await found.control("Signed link").fill(`?uv=${encodeURIComponent("\u202eאבג 123")}&src=${encodeURIComponent("مكتب")}&ref=z&ts=1&sig=0`);
  await until(cell, "אבג 123");
  const lefts = await found.panel.locator("tr.field .value").evaluateAll((all) => all.map((element) => element.getBoundingClientRect().left));
  assert.equal(new Set(lefts).size, 1);
});

/**
 * Runs a function while the page's own thread must respond, and returns the number of its frames.
 */
async function frames(run) {
  await page.evaluate(() => {
    globalThis.frames = 0;
    globalThis.isCounting = true;
    const count = () => {
      globalThis.frames++;
      if (globalThis.isCounting) requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
  });
  await run();
  return page.evaluate(() => {
    globalThis.isCounting = false;
    return globalThis.frames;
  });
}

/** Pastes a text like a person: typing a long one takes a browser minutes. */
const paste = (area, text, type = "paste") =>
  area.evaluate(
    (area, [text, type]) => {
      const data = new DataTransfer();
      data.setData("text/plain", text);
      const options = { bubbles: true, cancelable: true };
      area.dispatchEvent(type === "paste" ? new ClipboardEvent(type, { ...options, clipboardData: data }) : new DragEvent(type, { ...options, dataTransfer: data }));
    },
    [text, type],
  );

const LARGE = 1 << 20;
function largeBody() {
  const body = JSON.stringify({ event: "x", data: "é<b>\u202e".repeat(100_000) });
  return `${body.slice(0, -2)}${" ".repeat(LARGE - Buffer.byteLength(body))}"}`;
}

it("a body of 1 MiB is received, in a few elements", async () => {
  const body = largeBody();
  assert.equal(Buffer.byteLength(body), LARGE);
  const found = await mode(page, "Webhook");
  await found.control("Headers").fill(`x-visiono-signature: sha256=${hmac(body)}`);
  await found.control("Webhook secret").fill(SECRET);
  const answered = await frames(async () => {
    await paste(found.control("Raw body"), body);
    await until(found.verdict, "Valid");
  });
  assert.ok(answered > 2, `${answered} frames`);
  await until(found.panel.locator(".kept"), "Pasted text · 1,048,576 bytes");
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  assert.ok(elements < 12_000, `${elements} elements`);
  const bytes = found.panel.getByLabel("The bytes of the body");
  await found.panel.getByText("Bytes", { exact: true }).click();
  assert.equal((await bytes.innerText()).trimEnd().split("\n").length, 128);
  await found.panel.getByRole("button", { name: "More bytes" }).click();
  assert.equal((await bytes.innerText()).trimEnd().split("\n").length, 256);
  // One byte more is refused before it is hashed.
  await found.panel.getByLabel("or the bytes of a file:").setInputFiles({ name: "body", mimeType: "x/x", buffer: Buffer.from(`${body} `) });
  await until(found.verdict, "Refused by check 2 of 7");
});

it("a long search has a progress bar, and can be cancelled; the page responds meanwhile", async () => {
  const found = await mode(page, "Webhook");
  await found.control("Headers").fill(`x-visiono-signature: sha256=${hmac("x", "another-secret-altogether")}`);
  await found.control("Webhook secret").fill(SECRET);
  await found.panel.getByLabel("or the bytes of a file:").setInputFiles({ name: "body", mimeType: "x/x", buffer: Buffer.from(largeBody()) });
  await until(found.verdict, "Refused by check 4 of 7");
  const answered = await frames(async () => {
    await found.explain();
    await found.panel.getByRole("button", { name: "Cancel" }).waitFor();
    await page.waitForFunction(() => document.querySelector("#panel-webhook progress")?.value > 0);
    // A key press is handled too: it changes the message, and the search is cancelled.
    await found.panel.getByRole("button", { name: "Cancel" }).click();
    await until(found.panel.locator(".explained"), "Cancelled.");
  });
  assert.ok(answered > 5, `${answered} frames`);
  // The search can be started again, and another message ends it.
  await found.explain();
  await found.panel.getByRole("button", { name: "Cancel" }).waitFor();
  const body = '{"event":"x"}';
  await found.control("Headers").fill(`x-visiono-signature: sha256=${hmac(body)}`);
  await found.panel.getByRole("button", { name: "Remove" }).click();
  await found.control("Raw body").fill(body);
  await until(found.verdict, "Valid");
  assert.equal(await found.panel.locator("progress").count(), 0);
});

it("a URL of a million characters, of many parameters, of invisible characters", async () => {
  const found = await mode(page, "Link");
  await found.control("Workflow secret").fill(SECRET);
  for (const text of [`?uv=${"a".repeat(1e6)}`, `?${"uv=1&".repeat(200_000)}`, `?${`${"\u202e".repeat(4000)}=${"\u200b".repeat(4000)}&`.repeat(120)}`, `/${"/".repeat(1e6)}`, `?${"%".repeat(1e6)}`]) {
    await paste(found.control("Signed link"), text, "drop");
    await until(found.panel.locator(".kept"), "Dropped text");
    await until(found.verdict, "Refused by check");
    const elements = await page.evaluate(() => document.querySelectorAll("*").length);
    assert.ok(elements < 60_000, `${elements} elements`);
    await found.panel.getByRole("button", { name: "Remove" }).click();
  }
});

it("a long text that is pasted keeps its line ends", async () => {
  const found = await mode(page, "Webhook");
  const body = `{"event":"x",\r\n"data":"${"x".repeat(40_000)}"}`;
  await found.control("Headers").fill(`x-visiono-signature: sha256=${hmac(body)}`);
  await found.control("Webhook secret").fill(SECRET);
  await paste(found.control("Raw body"), body);
  await until(found.panel.locator(".kept"), `Pasted text · ${body.length.toLocaleString("en")} bytes`);
  await until(found.verdict, "Valid");
});
