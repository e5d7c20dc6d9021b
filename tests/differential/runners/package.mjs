// The npm package, as it is installed.

import { Workflow, WorkflowError } from "visiono-workflow";
import { answerAll } from "./records.mjs";

let workflow;

function answerPackage(record, [, secret, webhookSecret, now]) {
  workflow ??= new Workflow(secret);
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
    default:
      return ["skipped"];
  }
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
