import { LIMITS, flag, optional, options, own, string, timeOrNow } from "../arguments.js";
import { answer, input, isWellFormed, text, wasm } from "../call.js";
import { arrived, invalidArgument } from "../error.js";
import { Handle, method } from "../handle.js";
import { keyed, secretClass, secretTexts } from "../secret.js";
import { raw, received } from "./body.js";
import { readDelivery, readTestDelivery } from "./delivery.js";
import { headerTexts } from "./headers.js";
import { parse } from "./json.js";

const { webhook_free: free } = wasm;

const TEST = [
  ["now", timeOrNow],
  ["id", optional(string)],
  ["submissionId", optional(string)],
  ["uniqueValue", optional(string)],
  ["source", optional(string)],
  ["reference", optional(string)],
  ["style", optional(string)],
  ["timestamp", optional(flag)],
];

export class Webhook extends Handle {
  // The build shortens names, and this one is printed.
  static name = "Webhook";

  constructor(secrets, settings) {
    const texts = secretTexts(secrets);
    const limits = options(settings, [...LIMITS, ["requireTimestamp", optional(flag)]]);
    super(keyed(wasm.webhook_new, [...limits, ...texts]), free);
  }

  receive(body, headers, settings) {
    const texts = headerTexts(headers);
    const [now] = options(settings, [["now", timeOrNow]]);
    const bytes = received(body);
    const given = [bytes, now, ...texts];
    method(this, free, wasm.webhook_receive, given);
    const delivery = readDelivery();
    // The caller's bytes may have changed by now.
    delivery.body = parse(typeof bytes === "string" ? bytes : input(given.length));
    delivery.data = own(delivery.body, "data") ?? null;
    return delivery;
  }

  verify(body, header) {
    const signature = arrived(headerText, header, "the signature header must be a string");
    method(this, free, wasm.webhook_verify, [received(body), signature]);
    return { secretIndex: answer(), dedupKey: text() };
  }

  sign(body) {
    const bytes = raw(body);
    if (typeof bytes === "string" && !isWellFormed(bytes)) {
      throw invalidArgument("body must be well-formed Unicode");
    }
    method(this, free, wasm.webhook_sign, [bytes]);
    return text();
  }

  testDelivery(event, settings) {
    const name = string(event, "event");
    method(this, free, wasm.webhook_test_delivery, [name, ...options(settings, TEST)]);
    return readTestDelivery();
  }
}

export const WebhookSecret = secretClass("WebhookSecret", Webhook);

function headerText(header) {
  return header === undefined || header === null ? undefined : string(header, "the header");
}
