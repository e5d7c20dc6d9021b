// Both builds in one process: each recognizes the errors of the other.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as esm from "visiono-workflow";
import * as webhook from "visiono-workflow/webhook";

const require = createRequire(import.meta.url);
const builds = [esm, webhook, require("visiono-workflow"), require("visiono-workflow/webhook")];
const calls = [
  () => new esm.Workflow("short"),
  () => new webhook.Webhook("short"),
  () => new builds[2].Workflow("short"),
  () => new builds[3].Webhook("short"),
];
for (const call of calls) {
  for (const { WorkflowError } of builds) {
    assert.throws(call, (error) => error instanceof WorkflowError && error.code === "invalid_secret");
  }
}
