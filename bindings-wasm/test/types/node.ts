// The types that only Node has.

import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import { Workflow } from "visiono-workflow";
import { Webhook } from "visiono-workflow/webhook";

const webhook = new Webhook("a-secret-of-16-bytes");
const workflow = new Workflow("a-secret-of-16-bytes");
createServer((request, response) => {
  workflow.verifyReturn(request);
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    webhook.receive(body, request);
    webhook.receive(body.buffer, request.headers);
    webhook.receive(body, request.headersDistinct);
    response.end();
  });
});
