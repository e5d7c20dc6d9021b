// The route that every tool builds: it signs a link, verifies a return, and receives a webhook.

import { RedirectTemplate, Workflow, WorkflowError } from "visiono-workflow";
import { Webhook, WorkflowError as WebhookError } from "visiono-workflow/webhook";
import { NOW } from "./request.js";

const workflow = new Workflow("workflow-secret-of-the-matrix");
const webhook = new Webhook("whsec_of-the-matrix-test");
const template = new RedirectTemplate(
  "https://app.example/done?id={submission_id}&of={unique_value}" +
    "&ticket={reference}&photos={photo_count}&at={timestamp}&by={signature}",
);
const expect = { reference: "ticket-456" };

/** Returns the code of the error that a call throws. Both imports must know its class. */
function refusal(call: () => unknown): string {
  try {
    call();
    return "accepted";
  } catch (error) {
    return error instanceof WorkflowError && error instanceof WebhookError ? error.code : String(error);
  }
}

/**
 * Calls every function of the package on a message: a `Request`, or a `URL` where there is none.
 */
export function exercise(
  message: Request | URL,
  url: string,
  body: string,
  headers: Request | Record<string, string>,
) {
  const fields = { uniqueValue: "ABC123", reference: "ticket-456", timestamp: NOW };
  const byTemplate = workflow.signReturn(template, { submissionId: "pls_123", photoCount: 3, ...fields });
  const altered = [url, byTemplate].map((text) => text.replace(/(cnt|photos)=3/, "$1=4"));
  const { event, eventTime, link } = webhook.receive(body, headers, { now: NOW });
  return {
    link: workflow.signLink({ slug: "damage-report", source: "zendesk", ...fields }),
    verified: workflow.verifyReturn(message, { expect, now: NOW }),
    refused: refusal(() => workflow.verifyReturn(altered[0]!, { now: NOW })),
    missing: refusal(() => workflow.verifyReturn(new URL("/done", url), { now: NOW })),
    byTemplate,
    verifiedByTemplate: workflow.verifyReturn(byTemplate, { template, expect, now: NOW }),
    refusedByTemplate: refusal(() => workflow.verifyReturn(altered[1]!, { template, now: NOW })),
    received: { event, eventTime, uniqueValue: link?.uniqueValue },
    forged: refusal(() => webhook.receive(`${body} `, headers, { now: NOW })),
    unsigned: refusal(() => webhook.receive(body, {}, { now: NOW })),
  };
}

export async function route(request: Request): Promise<Response> {
  return Response.json(exercise(request, request.url, await request.text(), request));
}
