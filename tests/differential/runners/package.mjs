// The npm package, as it is installed.

import { RedirectTemplate, Workflow, WorkflowError } from "visiono-workflow";
import { Webhook } from "visiono-workflow/webhook";
import { answerAll, headersOf } from "./records.mjs";

let workflow;
let webhook;

function answerPackage(record, [, secret, webhookSecret, now]) {
  workflow ??= new Workflow(secret);
  webhook ??= new Webhook(webhookSecret);
  const options = { now: Number(now) };
  switch (String(record[0])) {
    case "sign": {
      const [, signing, slug, uniqueValue, source, reference, ts] = record.map(String);
      const signer = signing === secret ? workflow : new Workflow(signing);
      const timestamp = Number(ts);
      return ["ok", signer.signLink({ slug, uniqueValue, source, reference, timestamp })];
    }
    case "link":
      return ["ok", ...Object.values(workflow.verifyLink(String(record[1]), options))];
    case "return":
      return ["ok", ...Object.values(workflow.verifyReturn(String(record[1]), options))];
    case "routed":
    case "expected": {
      const [, url, text, ...texts] = record.map(String);
      const template = new RedirectTemplate(text);
      const names = ["submissionId", "uniqueValue", "reference", "photoCount", "timestamp"];
      const known = names.map((name, place) => [name, texts[place]]).filter(([, known]) => known);
      const expect = Object.fromEntries(known.map(([name, known]) => [name, known.slice(1)]));
      return ["ok", ...Object.values(workflow.verifyReturn(url, { ...options, template, expect }))];
    }
    default: {
      const delivery = webhook.receive(record[1], headersOf(record), options);
      const { link } = delivery;
      return [
        "ok",
        delivery.event,
        delivery.eventTime ?? "",
        delivery.dedupKey,
        delivery.secretIndex,
        delivery.isTest ? "test" : "",
        maybe(delivery.unauthenticatedDeliveryId),
        maybe(delivery.unauthenticatedTenantId),
        maybe(delivery.requestId),
        maybe(link?.submissionId),
        maybe(link?.uniqueValue),
        maybe(link?.source),
        maybe(link?.reference),
      ];
    }
  }
}

/** Returns '=' and the text, or an empty text if it is absent. */
function maybe(text) {
  return typeof text === "string" ? `=${text}` : "";
}

answerAll((record, keys) => {
  try {
    return answerPackage(record, keys);
  } catch (error) {
    if (!(error instanceof WorkflowError)) {
      throw error;
    }
    return [error.code, error.parameters.join(","), error.seconds ?? "", error.message];
  }
});
