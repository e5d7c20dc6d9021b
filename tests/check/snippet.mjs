// The documented snippets for Node, behind `node:http`: 204 if they return true, 401 if false, and
// 500 if they throw.

import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import process from "node:process";
import { verifyRedirectSignature, verifyWebhook } from "../differential/snippets/snippets.mjs";

const { VISIONO_WORKFLOW_SECRET, VISIONO_WEBHOOK_SECRET } = process.env;

async function isAccepted(request) {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  if (pathname === "/done") {
    return verifyRedirectSignature(Object.fromEntries(searchParams), VISIONO_WORKFLOW_SECRET);
  }
  const body = Buffer.concat(await request.toArray());
  return verifyWebhook(body, request.headers["x-visiono-signature"], VISIONO_WEBHOOK_SECRET);
}

createServer((request, response) => {
  const path = request.url.split("?")[0];
  if (path !== "/done" && path !== "/hook") {
    response.writeHead(404).end();
    return;
  }
  isAccepted(request).then(
    (accepted) => response.writeHead(accepted ? 204 : 401).end(),
    () => response.writeHead(500).end(),
  );
}).listen(process.argv[2], "localhost");
