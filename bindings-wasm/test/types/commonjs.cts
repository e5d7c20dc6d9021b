// The declarations of CommonJS.

import visiono = require("visiono-workflow");
import { Webhook, WorkflowError } from "visiono-workflow/webhook";
import { explain } from "visiono-workflow/explain";

const workflow = new visiono.Workflow("a-secret-of-16-bytes");
const webhook = new Webhook("a-secret-of-16-bytes");
try {
  const returned: visiono.VerifiedReturn = workflow.verifyReturn("?sub=a");
  webhook.receive("{}", { "x-visiono-signature": "" }).link?.matches(returned);
} catch (error) {
  if (error instanceof WorkflowError) {
    const same: visiono.WorkflowError = error;
    console.log(same.code);
  }
}
const sentences: string[] = explain("link", "?uv=a", { secrets: "a" }).causes.map(({ sentence }) => sentence);
console.log(sentences);
