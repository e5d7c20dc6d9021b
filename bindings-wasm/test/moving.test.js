// Runs the code that replaces the documented snippet, as docs/moving.md has it.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { pathToFileURL } from "node:url";
import { Workflow } from "visiono-workflow";
import { Webhook } from "visiono-workflow/webhook";
import { emptyFolder } from "./files.js";

it("the replacement of the snippet", async () => {
  const page = readFileSync(new URL("../../docs/moving.md", import.meta.url), "utf8");
  // The snippet comes first, then its replacement.
  const [, [, replacement]] = page.matchAll(/^```js\n(.*?)^```$/gms);
  const file = join(emptyFolder("moving"), "moving.mjs");
  writeFileSync(file, replacement);
  const { start, done, hook } = await import(pathToFileURL(file));
  const workflow = new Workflow("0123456789abcdef0123456789abcdef");
  const webhook = new Webhook("whsec_0123456789abcdef");

  const [link] = start(workflow, "ABC123", "ticket-456").split("&ts=");
  assert.equal(link, "https://visiono.io/s/damage-report?uv=ABC123&src=zendesk&ref=ticket-456");
  const fields = { submissionId: "pls_123", uniqueValue: "ABC123", reference: "ticket-456", photoCount: 5 };
  const url = workflow.signReturn("https://app.example/done", fields);
  assert.equal(done(workflow, url, "ticket-456"), "5 photos");
  assert.equal(done(workflow, url, "ticket-457"), "unexpected_value");
  const body = JSON.stringify({ event: "photo_request.submitted", timestamp: new Date().toISOString() });
  assert.equal(hook(webhook, body, { "x-visiono-signature": webhook.sign(body) }), "photo_request.submitted");
  assert.equal(hook(webhook, body, {}), "missing_parameter");
});
