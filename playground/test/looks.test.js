// Tests every mode on a phone and a desktop, in light and dark: axe finds nothing, and nothing is
// wider than the screen. Tests that the keyboard alone is enough. `SCREENSHOTS=FOLDER` writes
// pictures.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { FILE, launch, mode, open } from "./browser.js";

const axe = createRequire(import.meta.url)("axe-core").source;
const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 800 } };
const SECRET = "a-secret-of-this-test-alone";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function example(page, name, title, hasCause) {
  const found = await mode(page, name);
  await found.example(title);
  await found.checks.first().waitFor();
  if (hasCause) {
    await found.explain();
    await found.causes.first().waitFor();
  }
  return found;
}

const VIEWS = {
  empty: (page) => mode(page, "Link"),
  valid: (page) => example(page, "Link", "A valid link"),
  explained: (page) => example(page, "Link", "A wrong key", true),
  unseen: (page) => example(page, "Link", "An invisible character", true),
  expired: (page) => example(page, "Link", "An expired link", true),
  return: (page) => example(page, "Return", "A valid return"),
  lacks: (page) => example(page, "Return", "A template that lacks fields", true),
  webhook: (page) => example(page, "Webhook", "A valid webhook"),
  rewritten: (page) => example(page, "Webhook", "Parsed and written again", true),
  async unfolded(page) {
    const found = await example(page, "Webhook", "A valid webhook");
    await page.locator("details").evaluateAll((all) => all.forEach((element) => (element.open = true)));
    await page.getByRole("button", { name: "Link to this" }).click();
    await page.getByRole("textbox", { name: "Link to this" }).waitFor();
    return found;
  },
  async rtl(page) {
    const found = await mode(page, "Link");
    await found.control("Signed link").fill("?uv=לוחית רישוי 12-345-67&src=مكتب&ref=تذكرة ٤٥٦&ts=1735137300&sig=0&x=%E2%80%AE<b>&REF=%00");
    await found.panel.getByText("2 other parameters").click();
    await found.control("Workflow secret").fill(SECRET);
    await found.checks.first().waitFor();
  },
  template: (page) => example(page, "Template", "Visiono’s own example"),
  async make(page) {
    const found = await mode(page, "Make");
    await found.panel.getByLabel("Workflow secret", { exact: true }).first().fill(SECRET);
    await found.panel.getByRole("button", { name: "Sign" }).click();
    await found.panel.getByLabel("The signed link").waitFor();
  },
  async delivery(page) {
    const found = await mode(page, "Make");
    await found.panel.getByLabel("Make a").selectOption("webhook");
    await found.panel.getByLabel("Webhook secret", { exact: true }).fill(SECRET);
    await found.panel.getByRole("button", { name: "Sign" }).click();
    await found.panel.getByLabel("The headers").waitFor();
  },
};

for (const [name, go] of Object.entries(VIEWS)) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      it(`${name}, ${size}, ${colorScheme}`, async () => {
        // axe is added to the page in a way that the policy allows to nobody else.
        const { context, page } = await open(browser, FILE, { viewport, colorScheme, hasTouch: size === "phone" });
        try {
          await go(page);
          const folder = process.env.SCREENSHOTS;
          if (folder) {
            await page.screenshot({ path: `${folder}/${name}-${size}-${colorScheme}.png`, fullPage: true });
          }
          await page.evaluate(`${axe}; undefined`);
          const { violations } = await page.evaluate(() => globalThis.axe.run());
          const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("\n")}`);
          assert.deepEqual(found, []);
          // Also on the narrowest screen, and at 400 %.
          for (const width of [viewport.width, 320]) {
            await page.setViewportSize({ width, height: viewport.height });
            const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.ok(overhang <= 0, `${overhang} px wider than ${width} px`);
          }
        } finally {
          await context.close();
        }
      });
    }
  }
}

describe("the keyboard", () => {
  it("reaches everything, and moves between the tabs", async () => {
    const { context, page } = await open(browser, FILE);
    const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? (document.activeElement.labels?.[0] ?? document.activeElement).textContent);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to the content");
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Link");
    const order = [];
    for (const key of ["ArrowRight", "ArrowRight", "End", "ArrowRight", "ArrowLeft", "Home"]) {
      await page.keyboard.press(key);
      order.push(await focused());
      assert.equal(await page.getByRole("tab", { name: order.at(-1), exact: true }).getAttribute("aria-selected"), "true");
    }
    assert.deepEqual(order, ["Return", "Webhook", "Make", "Link", "Make", "Link"]);
    const reached = [];
    for (let count = 0; count < 9; count++) {
      await page.keyboard.press("Tab");
      reached.push(await focused());
    }
    assert.deepEqual(reached.slice(0, 7), ["Link to this", "Clear", "Signed link", "Workflow secret", "Show: Workflow secret", "Values that you expect", "Your own signature, time, more secrets"]);
    assert.equal(reached[7], "A valid link");
    await page.keyboard.press("Enter");
    await page.getByText("Refused by check 5 of 7").waitFor();
    await page.getByRole("button", { name: "Explain" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "The cause" }).waitFor();
    assert.equal(await focused(), "The cause");
    await context.close();
  });

  it("the verdict is announced, and the clock is not", async () => {
    const { context, page } = await open(browser, FILE);
    await example(page, "Link", "A valid link");
    const status = page.locator("#panel-link").getByRole("status");
    assert.equal(await status.innerText(), "Valid\n\nThe library accepts it: every check passed. But the time of the check or its limits are not those of your code: they are set in this form.");
    assert.equal(await page.locator("[role=status] .left, [aria-live] .left").count(), 0);
    await context.close();
  });
});
