// Tests that the page names every mistake that the JavaScript programs of `tests/explain` make.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import process from "node:process";
import { after, before, it } from "node:test";
import { fileURLToPath } from "node:url";
import { FILE, launch, mode, open } from "./browser.js";

const PROGRAM = fileURLToPath(new URL("../../tests/explain/programs/wrong.mjs", import.meta.url));
const rows = execFileSync(process.execPath, [PROGRAM], { encoding: "utf8" }).trim().split("\n").map((line) => JSON.parse(line));
/**
 * The first row of each mistake. A time that JavaScript's own function refuses has no diagnosis.
 */
const chosen = [...new Map(rows.toReversed().map((row) => [row.id, row])).values()].toReversed().filter(({ id }) => id !== "argument");
const TABS = { link: "Link", return: "Return", webhook: "Webhook" };

let browser, page;
before(async () => {
  browser = await launch();
  ({ page } = await open(browser, FILE));
});
after(() => browser?.close());

it("covers enough mistakes", () => {
  const ids = new Set(chosen.flatMap(({ id }) => id.split(" ")));
  assert.ok(ids.size >= 60, `${ids.size} mistakes`);
});

for (const row of chosen) {
  it(`${row.id}: ${row.kind}`, async () => {
    const { kind, input, body, headers = {}, secret, others = {}, computed, template, expect = {}, now } = row;
    const found = await mode(page, TABS[kind]);
    await page.getByRole("button", { name: "Clear" }).click();
    await found.unfold();
    const fill = async (label, text) => text !== undefined && found.control(label).fill(String(text));
    await fill("Time of the check", now);
    if (kind === "webhook") {
      await fill("Headers", Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n"));
      await found.control("The body is written as").selectOption("base64");
      await fill("Raw body", body);
    } else {
      await fill(kind === "link" ? "Signed link" : "Return URL", input);
    }
    await fill("Redirect template", template);
    for (const [name, value] of Object.entries(expect)) await fill(`Expected ${LONG[name] ?? name}`, value);
    await fill("The signature that your own code computed", computed);
    for (const [relation, text] of Object.entries(others)) {
      await fill("Another secret that may have been used by mistake", text);
      await found.control("It is").selectOption(relation);
    }
    await fill("Workflow secret", kind === "webhook" ? undefined : secret);
    await fill("Webhook secret", kind === "webhook" ? secret : undefined);
    await found.explain();
    await found.panel.locator(".explained h3[tabindex]").waitFor();
    const named = await found.causes.allInnerTexts();
    for (const id of row.id.split(" ")) assert.ok(named.includes(id), `${id} is not in ${named}`);
  });
}

const LONG = { sub: "submission_id", uv: "unique_value", src: "source", ref: "reference", cnt: "photo_count", ts: "timestamp" };
