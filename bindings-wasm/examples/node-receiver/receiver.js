// Receives webhooks into the inbox.

import process from "node:process";
import { createReceiver } from "visiono-workflow/inbox";
import { Webhook } from "visiono-workflow/webhook";
import { inbox } from "./inbox.js";

const webhook = new Webhook(process.env.VISIONO_WEBHOOK_SECRET);
delete process.env.VISIONO_WEBHOOK_SECRET;

export const receiver = createReceiver({ webhook, inbox });
