import { own, read, string } from "../arguments.js";
import { answer, invoke, optionalAnswer, reader, text, wasm } from "../call.js";
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

  // Declared, so that a setter that all objects inherit is not called.
  submissionId;
  uniqueValue;
  source;
  reference;

  constructor(submissionId, uniqueValue, source, reference) {
    this.submissionId = submissionId;
    this.uniqueValue = uniqueValue;
    this.source = source;
    this.reference = reference;
  }

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
  const next = reader();
  const body = next();
  const headers = {};
  for (; count > 0; count--) {
    const name = next();
    headers[name] = next();
  }
  return { body, headers };
}

function keyOf(body) {
  invoke(wasm.webhook_dedup_key, [body]);
  return text();
}

/** A verified delivery. Its body is parsed, and hashed, when that is read. */
export class Delivery {
  // The build shortens class names, and this name is printed.
  static name = "Delivery";

  // Declared, so that a setter that all objects inherit is not called.
  event;
  eventTime;
  secretIndex;
  unauthenticatedDeliveryId;
  unauthenticatedTenantId;
  requestId;
  isTest;
  link;
  rawBody;
  #body;
  #isLarge;
  #dedupKey;

  /** Reads a delivery from a result. */
  constructor() {
    const next = reader();
    // The module writes the texts in this order.
    this.event = next();
    this.unauthenticatedDeliveryId = next();
    this.unauthenticatedTenantId = next();
    this.requestId = next();
    const submissionId = next();
    const uniqueValue = next();
    const source = next();
    const reference = next();
    this.link =
      uniqueValue === null ? null : new DeliveredLink(submissionId, uniqueValue, source, reference);
    this.eventTime = optionalAnswer() ?? null;
    this.secretIndex = answer();
    this.isTest = answer() !== 0;
    this.#isLarge = answer() !== 0;
  }

  get body() {
    return (this.#body ??= parse(this.rawBody, this.#isLarge));
  }

  get data() {
    return own(this.body, "data") ?? null;
  }

  get dedupKey() {
    return (this.#dedupKey ??= keyOf(this.rawBody));
  }

  toJSON() {
    const { dedupKey, link, data } = this;
    return { ...this, dedupKey, link: link && { ...link }, data: shown(data) };
  }
}
