import { LIMITS, flag, optional, options, string, timeOrNow } from "../arguments.js";
import { answer, call, input, invoke, isWellFormed, wasm } from "../call.js";
import { arrived, invalidArgument } from "../error.js";
import { Handle } from "../handle.js";
import { keyed, secretClass, secretTexts } from "../secret.js";
import { raw, received } from "./body.js";
import { Delivery, readTestDelivery } from "./delivery.js";
import { headerTexts } from "./headers.js";

const free = (pointer) => call(wasm.webhook_free, pointer);

const RECEIVE = [["now", timeOrNow]];
const TEXTS = ["id", "submissionId", "uniqueValue", "source", "reference", "style"];
const TEST = [
  ["now", timeOrNow],
  ...TEXTS.map((name) => [name, optional(string)]),
  ["timestamp", optional(flag)],
];

export class Webhook extends Handle {
  // The build shortens class names, and this name is printed.
  static name = "Webhook";

  constructor(secrets, settings) {
    const texts = secretTexts(secrets);
    const limits = options(settings, [...LIMITS, ["requireTimestamp", optional(flag)]]);
    super(keyed(wasm.webhook_new, [...limits, ...texts]), free);
  }

  receive(given, headers, settings) {
    // A request that has the headers, too, may come alone.
    const texts = headerTexts(headers === undefined ? given : headers);
    const now = settings === undefined ? timeOrNow() : options(settings, RECEIVE)[0];
    const body = received(given, headers);
    const written = [body, now, ...texts];
    invoke(wasm.webhook_receive, written, this, free);
    const delivery = new Delivery();
    // The caller's bytes may have changed since they were verified, so the module's copy is read.
    delivery.rawBody = typeof body === "string" ? body : input(written.length);
    return delivery;
  }

  verify(body, header) {
    const text = header ?? undefined;
    const signature = arrived(optional(string), text, "the signature header must be a string");
    const dedupKey = invoke(wasm.webhook_verify, [received(body, null), signature], this, free);
    return { secretIndex: answer(), dedupKey };
  }

  sign(body) {
    const bytes = raw(body);
    if (typeof bytes === "string" && !isWellFormed(bytes)) {
      throw invalidArgument("body must be well-formed Unicode");
    }
    return invoke(wasm.webhook_sign, [bytes], this, free);
  }

  testDelivery(event, settings) {
    const name = string(event, "event");
    invoke(wasm.webhook_test_delivery, [name, ...options(settings, TEST)], this, free);
    return readTestDelivery();
  }
}

export const WebhookSecret = secretClass("WebhookSecret", Webhook);
