import { own, read, string } from "../arguments.js";
import { answer, invoke, nextText, optionalAnswer, wasm } from "../call.js";
import { parse, shown } from "./json.js";

const texts = (...names) => names.map((name) => [name, string]);
const RETURNED = texts("submissionId", "uniqueValue", "reference");
const LINK = [
  ["submissionId", (value, what) => (value === null ? undefined : string(value, what))],
  ...texts("uniqueValue", "source", "reference"),
];

class DeliveredLink {
  // The build shortens class names, and this name is printed.
  static name = "DeliveredLink";

  // Each is the next of a result: the module writes them in this order.
  submissionId = nextText();
  uniqueValue = nextText();
  source = nextText();
  reference = nextText();

  matches(verifiedReturn) {
    const link = read(this, "the link", LINK);
    const returned = read(verifiedReturn, "the return", RETURNED);
    invoke(wasm.link_matches, [...link, ...returned]);
    return answer() !== 0;
  }
}

/** Reads a test delivery from a result. */
export function readTestDelivery() {
  let count = answer();
  const body = nextText();
  const headers = {};
  for (; count > 0; count--) {
    headers[nextText()] = nextText();
  }
  return { body, headers };
}

/** A verified delivery. Its body is parsed, and hashed, when that is read. */
export class Delivery {
  // The build shortens class names, and this name is printed.
  static name = "Delivery";

  // Each is the next of a result: the module writes them in this order.
  event = nextText();
  eventTime = optionalAnswer() ?? null;
  secretIndex = answer();
  unauthenticatedDeliveryId = nextText();
  unauthenticatedTenantId = nextText();
  requestId = nextText();
  isTest = answer() !== 0;
  #hasLarge = answer() !== 0;
  link = answer() !== 0 ? new DeliveredLink() : null;
  rawBody;
  #body;
  #dedupKey;

  get body() {
    return (this.#body ??= parse(this.rawBody, this.#hasLarge));
  }

  get data() {
    return own(this.body, "data") ?? null;
  }

  get dedupKey() {
    return (this.#dedupKey ??= invoke(wasm.webhook_dedup_key, [this.rawBody]));
  }

  toJSON() {
    const { dedupKey, link, data } = this;
    return { ...this, dedupKey, link: link && { ...link }, data: shown(data) };
  }
}
