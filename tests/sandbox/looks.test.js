// Tests every page on a phone and a desktop, in light and dark: axe finds nothing, nothing is wider
// than the screen, and the policy blocks nothing. `SCREENSHOTS=FOLDER` writes pictures.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import process from "node:process";
import { after, before, it } from "node:test";
import { integrate, launch, open, serve } from "./service.js";

const axe = createRequire(import.meta.url)("axe-core").source;
const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 800 } };

let browser, integration, sandbox;
before(async () => {
  integration = await integrate();
  const { origin } = integration;
  sandbox = await serve("--redirect", `${origin}/done?ref={reference}&sig={signature}`, "--webhook", `${origin}/webhook`);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  sandbox?.close();
  integration?.close();
});

async function link(change, slug) {
  await sandbox.api("PUT", `/sandbox/links/${slug}`, change);
  return `${sandbox.origin}/s/${slug}`;
}

const request = () =>
  sandbox.rest("POST", "/photo-requests", {
    instructions: "Please photograph the package from all sides, with the label.",
    expires_in_hours: 48,
    metadata: { ticket_id: "ticket-456" },
    items: [{ instructions: "Front", is_required: true }, { instructions: "Label" }],
  });

const PAGES = {
  async upload(page) {
    await page.goto(await sandbox.sign());
    await page.getByRole("button", { name: "Use a sample photo" }).first().click();
    await page.locator(".picture").waitFor();
  },
  async required(page) {
    await page.goto(await sandbox.sign());
    await page.getByRole("button", { name: "Send photos" }).click();
  },
  async missing(page) {
    await page.goto((await sandbox.sign()).replace(/&sig=.*/, ""));
  },
  async invalid(page) {
    const url = new URL(await sandbox.sign());
    const text = ["uv", "src", "ref", "ts"].map((name) => url.searchParams.get(name)).join("|");
    const key = Buffer.from(sandbox.secret, "hex");
    url.searchParams.set("sig", createHmac("sha256", key).update(text).digest("hex"));
    await page.goto(url.href);
  },
  async expired(page) {
    const url = await sandbox.sign();
    await sandbox.api("POST", "/sandbox/clock", { advance: 7200 });
    await page.goto(url);
  },
  async unknown(page) {
    await page.goto(`${sandbox.origin}/s/unknown`);
  },
  async off(page) {
    await page.goto(await link({ workflow_mode: false }, "off"));
  },
  async direct(page) {
    const change = { instructions: "All four sides.\nAnd the מספר רישוי", show_full_name_field: true, require_gps: true };
    await sandbox.rest("PUT", "/smart-links/off", change);
    await page.goto(`${sandbox.origin}/s/off`);
  },
  async request(page) {
    await page.goto((await request()).request_url);
    await page.getByRole("button", { name: "Use a sample photo" }).first().click();
    await page.locator(".picture").waitFor();
  },
  async submitted(page) {
    const { id, request_url: url } = await request();
    await sandbox.api("POST", `/sandbox/photo-requests/${id}/submit`, {});
    await page.goto(url);
  },
  async code(page) {
    await page.goto(`${sandbox.origin}/code`);
  },
  async wrong(page) {
    await page.goto(`${sandbox.origin}/code`);
    await page.getByLabel("Code").fill("000000");
    await page.getByRole("button", { name: "Open the request" }).click();
    await page.getByRole("alert").waitFor();
  },
  async browse(page) {
    await page.goto(`${sandbox.origin}/sandbox/api`);
    await page.getByText("/photo-requests/batch").waitFor();
  },
  async operation(page) {
    await page.goto(`${sandbox.origin}/sandbox/api#createPhotoRequest`);
    await page.getByText("expires_in_hours").first().waitFor();
    for (const summary of await page.locator("#createPhotoRequest details summary").all()) {
      if (await summary.isVisible()) await summary.click();
    }
    await page.getByLabel("Key, to try a request").fill(sandbox.env.VISIONO_API_KEY);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("201", { exact: true }).last().waitFor();
    await page.getByRole("group", { name: "Answer" }).waitFor();
  },
  async lacking(page) {
    await page.goto(await sandbox.sign());
    await page.getByRole("button", { name: "Use a sample photo" }).first().click();
    await page.locator(".picture").waitFor();
    await page.getByRole("button", { name: "Send photos" }).click();
    await page.getByText("The template that carries all").waitFor();
  },
  async empty(page) {
    await page.goto(sandbox.origin);
    await page.getByText("Live", { exact: true }).waitFor();
  },
  async long(page) {
    const reference = "a-ticket-with-a-number-that-never-ends-".repeat(5);
    await sandbox.api("POST", "/sandbox/submissions", { unique_value: "A\u202eBC\u00a0אבג דהו", source: "zendesk", reference });
    await page.goto(sandbox.origin);
    await page.locator(".entry button", { hasText: "opened" }).first().click();
    await page.getByText("Checks of the link").waitFor();
    await page.locator("#entries > .entry > button", { hasText: "answered" }).first().click();
    await page.getByText("Checks of the webhook").waitFor();
  },
  async console(page) {
    await sandbox.api("POST", "/sandbox/submissions", { unique_value: "לוחית רישוי", source: "zendesk", reference: "ticket-789" });
    await page.goto(sandbox.origin);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.locator(".entry").first().waitFor();
  },
  async opened(page) {
    await PAGES.console(page);
    await page.locator(".entry button", { hasText: "opened" }).first().click();
    await page.getByText("Checks of the link").waitFor();
    await page.locator("#entries > .entry > button", { hasText: "answered" }).first().click();
    await page.getByText("Checks of the webhook").waitFor();
  },
  async api(page) {
    await page.goto(`${sandbox.origin}/sandbox/docs`);
    await page.getByText("Waiting without sleeping").waitFor();
  },
  async settings(page) {
    await sandbox.api("PUT", "/sandbox/rate-limit", { exhausted: false });
    await request();
    await sandbox.api("POST", "/sandbox/faults", { kind: "delay", remaining: 3 });
    await PAGES.console(page);
    for (const summary of await page.locator(".settings summary").all()) await summary.click();
    await page.locator(".log details").first().waitFor();
    await page.getByRole("button", { name: "Regenerate the secret" }).first().click();
    await page.getByText("It is shown once").waitFor();
  },
};

for (const [name, go] of Object.entries(PAGES)) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      it(`${name}, ${size}, ${colorScheme}`, async () => {
        const { context, page, problems } = await open(browser, { viewport, colorScheme, hasTouch: size === "phone" });
        try {
          await sandbox.api("POST", "/sandbox/reset");
          await go(page);
          const folder = process.env.SCREENSHOTS;
          if (folder) {
            await page.screenshot({ path: `${folder}/${name}-${size}-${colorScheme}.png`, fullPage: true });
            await page.screenshot({ path: `${folder}/${name}-${size}-${colorScheme}-top.png` });
          }
          await page.evaluate(`${axe}; undefined`);
          const { violations } = await page.evaluate(() => globalThis.axe.run());
          const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("\n")}`);
          assert.deepEqual(found, []);
          // Also on the narrowest screen, and at 400 %.
          for (const width of [viewport.width, 320]) {
            await page.setViewportSize({ width, height: viewport.height });
            const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.equal(overhang, 0, `wider than ${width} px`);
          }
          assert.deepEqual(problems, []);
        } finally {
          await context.close();
        }
      });
    }
  }
}
