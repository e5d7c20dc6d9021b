export { WorkflowError } from "../error.js";
export { Webhook, WebhookSecret } from "./webhook.js";
