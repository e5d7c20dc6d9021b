// Calls the functions that the documentation shows, in a file beside this one.

import { Workflow } from "visiono-workflow";
import { Webhook } from "visiono-workflow/webhook";
import { done, hook, start } from "./moving.mjs";

const workflow = new Workflow("0123456789abcdef0123456789abcdef");
const webhook = new Webhook("whsec_0123456789abcdef");

console.log(start(workflow, "ABC123", "ticket-456").split("&ts=")[0]);
const url = workflow.signReturn("https://your-system.com/done", {
  submissionId: "pls_123",
  uniqueValue: "ABC123",
  reference: "ticket-456",
  photoCount: 5,
});
console.log(done(workflow, url, "ticket-456"));
console.log(done(workflow, url, "ticket-457"));
const timestamp = new Date().toISOString();
const body = JSON.stringify({ event: "photo_request.submitted", timestamp });
console.log(hook(webhook, body, { "x-visiono-signature": webhook.sign(body) }));
console.log(hook(webhook, body, {}));
