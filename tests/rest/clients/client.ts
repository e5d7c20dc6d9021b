// Uses the generated TypeScript client: creates an endpoint and a request, and receives the webhook.
//
//   node client.ts BASE PORT
//
// with the key in VISIONO_API_KEY. The package verifies the webhook.

import { once } from "node:events";
import { createServer } from "node:http";
import process from "node:process";
import { Webhook, type Delivery } from "visiono-workflow/webhook";
import { client } from "./generated/client.gen.ts";
import { createPhotoRequest, createWebhook, getPhotoRequest } from "./generated/sdk.gen.ts";

const [baseUrl = "", port = ""] = process.argv.slice(2);
client.setConfig({ baseUrl, auth: process.env.VISIONO_API_KEY ?? "" });
const throwOnError = true;

const url = `http://127.0.0.1:${port}/webhook`;
const endpoint = await createWebhook({ body: { url, events: ["photo_request.created"] }, throwOnError });
const webhook = new Webhook(endpoint.data.data.secret);
const server = createServer(async (request, response) => {
  const delivery = webhook.receive(Buffer.concat(await request.toArray()), request);
  response.writeHead(204).end();
  server.emit("delivery", delivery);
});
server.listen(Number(port), "127.0.0.1");
await once(server, "listening");
const received = once(server, "delivery") as Promise<[Delivery]>;

const body = {
  instructions: "Front and back, please.",
  expires_in_hours: 48,
  items: [{ instructions: "Front", is_required: true }, { instructions: "Back" }],
};
const { data: made } = await createPhotoRequest({ body, throwOnError });
const { data: read } = await getPhotoRequest({ path: { id: made.data.id }, throwOnError });
const [delivery] = await received;
const { photo_request: about } = delivery.data as { photo_request: { id: string } };
console.log(JSON.stringify({ made: made.data, read: read.data, event: delivery.event, request: about.id }));
server.close();
server.closeAllConnections();
