// The route of `visiono-workflow/explain`: it explains a return whose secret was read with a space.

import { WorkflowError, explain } from "visiono-workflow/explain";
import { NOW } from "./request.js";

const SECRET = "workflow-secret-of-the-matrix";

export async function route({ url }: Request): Promise<Response> {
  const { verdict, causes } = explain("return", url, { secrets: `${SECRET} `, now: NOW });
  const [cause] = causes;
  let refused: unknown;
  try {
    explain("return", url, { secrets: SECRET, maxBytes: -1 });
  } catch (error) {
    refused = error;
  }
  return Response.json({
    valid: explain("return", url, { secrets: SECRET, now: NOW }).verdict,
    verdict,
    cause: [cause?.id, cause?.certainty],
    refused: refused instanceof WorkflowError ? refused.code : String(refused),
  });
}
