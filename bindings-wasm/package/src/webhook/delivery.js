import { read, string } from "../arguments.js";
import { answer, invoke, optionalAnswer, reader, wasm } from "../call.js";

const texts = (...names) => names.map((name) => [name, string]);
const RETURNED = texts("submissionId", "uniqueValue", "reference");
const LINK = [
  ["submissionId", (value, what) => (value === null ? undefined : string(value, what))],
  ...texts("uniqueValue", "source", "reference"),
];

class DeliveredLink {
  // The build shortens names, and this one is printed.
  static name = "DeliveredLink";

  // Own properties, whatever all objects inherit.
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

/** Reads a delivery from a result, except for its body. */
export function readDelivery() {
  const next = reader();
  // In the order of the module.
  const event = next();
  const dedupKey = next();
  const unauthenticatedDeliveryId = next();
  const unauthenticatedTenantId = next();
  const link = new DeliveredLink(next(), next(), next(), next());
  return {
    event,
    eventTime: optionalAnswer() ?? null,
    dedupKey,
    secretIndex: answer(),
    unauthenticatedDeliveryId,
    unauthenticatedTenantId,
    isTest: answer() !== 0,
    link: link.uniqueValue === null ? null : link,
    data: null,
    body: null,
  };
}
