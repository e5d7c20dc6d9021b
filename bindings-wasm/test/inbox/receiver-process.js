// A receiver in a process of its own: `node receiver-process.js kind place port`.

import { createServer } from "node:http";
import process from "node:process";
import { Inbox, createReceiver } from "visiono-workflow/inbox";
import { Webhook } from "visiono-workflow/webhook";
import { STORES } from "./stores.js";

const [kind, place, port] = process.argv.slice(2);
const { store } = await STORES[kind].connect(place);
const webhook = new Webhook("whsec_0123456789abcdef0123456789abcdef");
const receiver = createReceiver({ webhook, inbox: new Inbox(store), log: () => {}, deadline: 2 });
createServer(receiver.node).listen(Number(port), "127.0.0.1", () => {
  process.send?.("ready");
});
