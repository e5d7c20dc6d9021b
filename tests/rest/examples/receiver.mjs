// Receives webhooks as in the guide, stores them by request, and serves them to pollers.
//
//   node receiver.mjs PORT
//
// VISIONO_WEBHOOK_SECRET has the endpoint's secret. A real receiver uses the package and its inbox.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import process from "node:process";

const LATEST = 50;
const DAY = 24 * 60 * 60 * 1000;
const kept = new Map();

function isGenuine(body, signature) {
  const expected = Buffer.from(`sha256=${createHmac("sha256", process.env.VISIONO_WEBHOOK_SECRET).update(body).digest("hex")}`);
  const received = Buffer.from(signature ?? "");
  return received.length === expected.length && timingSafeEqual(received, expected);
}

function keep(event, delivery) {
  const about = event.data.photo_request?.id ?? "";
  // Stored per request: in a common list, one request would displace the events of another.
  const events = (kept.get(about) ?? []).filter(({ received_at }) => received_at > Date.now() - DAY);
  if (events.every((one) => one.delivery !== delivery)) {
    events.push({ ...event, delivery, received_at: Date.now() });
  }
  kept.set(about, events.slice(-LATEST));
}

createServer(async (request, response) => {
  if (request.method === "GET") {
    // Returns the events of a request: `/events/pr_…`.
    const events = kept.get(request.url.replace("/events/", "")) ?? [];
    response.setHeader("Content-Type", "application/json").end(JSON.stringify(events));
    return;
  }
  const body = Buffer.concat(await request.toArray());
  if (!isGenuine(body, request.headers["x-visiono-signature"])) {
    response.writeHead(401).end();
    return;
  }
  keep(JSON.parse(body), request.headers["x-visiono-delivery"]);
  response.writeHead(204).end();
}).listen(Number(process.argv[2]), "127.0.0.1");
