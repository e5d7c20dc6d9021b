import { duration, flag, instant, options, string } from "../arguments.js";
import { answer, begin, end, input, put, run, text, wasm } from "../crossing.js";
import { typed } from "../error.js";
import { Handle, dispose } from "../handle.js";
import { held, keyed, secretTexts } from "../secret.js";
import { putBody, raw, received } from "./body.js";
import { readDelivery } from "./delivery.js";
import { headerTexts } from "./headers.js";
import { parse } from "./json.js";

const WEBHOOK_OPTIONS = ["maxAge", "leeway", "freshness"];
const RECEIVE_OPTIONS = ["now"];

export class WebhookSecret {
  // The build shortens names, and this one is printed.
  static name = "WebhookSecret";

  constructor(text) {
    // It is judged where it is used.
    new Webhook(string(text, "the secret")).free();
    held.set(this, text);
  }
}

export class Webhook {
  // The build shortens names, and this one is printed.
  static name = "Webhook";

  #handle;

  constructor(secrets, settings) {
    try {
      const given = secretTexts(secrets);
      const { maxAge, leeway, freshness = true } = options(settings, WEBHOOK_OPTIONS);
      const times = [duration(maxAge, "maxAge"), duration(leeway, "leeway")];
      const isFresh = flag(freshness, "freshness");
      this.#handle = new Handle(
        keyed(wasm.webhook_new, given, ...times, isFresh),
        wasm.webhook_free,
      );
    } catch (error) {
      throw typed(error);
    }
  }

  receive(body, headers, settings) {
    try {
      const { pointer } = this.#handle;
      const arrived = received(body);
      const texts = headerTexts(headers);
      const { now } = options(settings, RECEIVE_OPTIONS);
      const time = instant(now);
      begin();
      const length = putBody(arrived);
      for (const header of texts) {
        put(header);
        end();
      }
      run(wasm.webhook_receive, pointer, length, texts.length / 2, time);
      const delivery = readDelivery();
      // Bytes of the caller's may have changed by now.
      delivery.body = parse(typeof arrived === "string" ? arrived : input(length));
      delivery.data = delivery.body.data ?? null;
      return delivery;
    } catch (error) {
      throw typed(error);
    }
  }

  verify(body, header) {
    try {
      const { pointer } = this.#handle;
      const arrived = received(body);
      const signature = header ?? undefined;
      if (signature !== undefined) {
        string(signature, "the signature header");
      }
      begin();
      const length = putBody(arrived);
      run(wasm.webhook_verify, pointer, length, signature === undefined ? Number.NaN : put(signature));
      return { secretIndex: answer(0), dedupKey: text() };
    } catch (error) {
      throw typed(error);
    }
  }

  sign(body) {
    try {
      const { pointer } = this.#handle;
      const signed = raw(body);
      begin();
      run(wasm.webhook_sign, pointer, putBody(signed));
      return text();
    } catch (error) {
      throw typed(error);
    }
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }
}
