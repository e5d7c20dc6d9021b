import { duration, flag, isObject, options, own, string, timeOrNow } from "../arguments.js";
import {
  answer,
  begin,
  give,
  input,
  isWellFormed,
  put,
  putEnded,
  run,
  text,
  wasm,
} from "../crossing.js";
import { arrived, invalidArgument, wrongType } from "../error.js";
import { Handle, dispose } from "../handle.js";
import { held, keyed, secretTexts } from "../secret.js";
import { putBody, raw, received } from "./body.js";
import { readDelivery, readTestDelivery } from "./delivery.js";
import { headerTexts } from "./headers.js";
import { parse } from "./json.js";

/** The fields of a test event that are text, in the order of the module. */
const TEST_TEXTS = ["id", "submissionId", "uniqueValue", "source", "reference", "style"];

export class WebhookSecret {
  // The build shortens names, and this one is printed.
  static name = "WebhookSecret";

  constructor(text) {
    if (isObject(text)) {
      throw wrongType("the secret", "a string");
    }
    // The core judges it where it is used.
    new Webhook(text).free();
    held.set(this, text);
  }
}

export class Webhook {
  // The build shortens names, and this one is printed.
  static name = "Webhook";

  #handle;

  constructor(secrets, settings) {
    const texts = secretTexts(secrets);
    const [maxAge, leeway, required = false] = options(settings, [
      "maxAge",
      "leeway",
      "requireTimestamp",
    ]);
    const times = [duration(maxAge, "maxAge"), duration(leeway, "leeway")];
    const isRequired = flag(required, "requireTimestamp");
    const pointer = keyed(wasm.webhook_new, texts, times[0], times[1], isRequired);
    this.#handle = new Handle(pointer, wasm.webhook_free);
  }

  receive(body, headers, settings) {
    const texts = headerTexts(headers);
    const [now] = options(settings, ["now"]);
    const time = timeOrNow(now, "now");
    const bytes = received(body);
    const call = begin();
    const length = putBody(bytes);
    for (const header of texts) {
      putEnded(header);
    }
    run(call, wasm.webhook_receive, this.#handle.pointer, length, texts.length / 2, time);
    const delivery = readDelivery();
    // Bytes of the caller's may have changed by now.
    delivery.body = parse(typeof bytes === "string" ? bytes : input(length));
    delivery.data = own(delivery.body, "data") ?? null;
    return delivery;
  }

  verify(body, header) {
    const signature = arrived(headerText, header, "the signature header must be a string");
    const bytes = received(body);
    const call = begin();
    const length = putBody(bytes);
    const headerLength = signature === undefined ? Number.NaN : put(signature);
    run(call, wasm.webhook_verify, this.#handle.pointer, length, headerLength);
    return { secretIndex: answer(0), dedupKey: text() };
  }

  sign(body) {
    const bytes = raw(body);
    if (typeof bytes === "string" && !isWellFormed(bytes)) {
      throw invalidArgument("body must be well-formed Unicode");
    }
    const call = begin();
    const length = putBody(bytes);
    run(call, wasm.webhook_sign, this.#handle.pointer, length);
    return text();
  }

  testDelivery(event, settings) {
    const name = string(event, "event");
    const given = options(settings, [...TEST_TEXTS, "timestamp", "now"]);
    const texts = TEST_TEXTS.map((field, place) =>
      given[place] === undefined ? undefined : string(given[place], field),
    );
    const [dated = true, now] = given.slice(TEST_TEXTS.length);
    const isDated = flag(dated, "timestamp");
    const time = timeOrNow(now, "now");
    const call = begin();
    const length = put(name);
    texts.forEach((value, place) => {
      give(place, value === undefined ? Number.NaN : put(value));
    });
    run(call, wasm.webhook_test_delivery, this.#handle.pointer, length, isDated, time);
    return readTestDelivery();
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }
}

function headerText(header) {
  return header === undefined || header === null ? undefined : string(header, "the header");
}
