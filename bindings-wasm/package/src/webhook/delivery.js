import { string, values } from "../arguments.js";
import { answer, begin, give, put, run, text, wasm } from "../crossing.js";

const COMPARED = ["submissionId", "uniqueValue", "reference"];

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
    const link = values(this, "the link", ["submissionId", "uniqueValue", "source", "reference"]);
    const returned = values(verifiedReturn, "the return", COMPARED);
    const texts = [...link, ...returned].map((value, place) =>
      place === 0 && value === null ? value : string(value, "each field"),
    );
    const call = begin();
    texts.forEach((value, place) => {
      give(place, value === null ? Number.NaN : put(value));
    });
    return run(call, wasm.link_matches) !== 0;
  }
}

/** Returns what reads the texts of the output, the lengths of which start at this place. */
function reader(place) {
  const texts = text();
  let start = 0;
  let at = place;
  return () => {
    const length = answer(at++);
    if (Number.isNaN(length)) {
      return null;
    }
    start += length;
    return texts.slice(start - length, start);
  };
}

/** Reads a test delivery from the output. */
export function readTestDelivery() {
  const next = reader(1);
  const body = next();
  const headers = {};
  for (let count = answer(0); count > 0; count--) {
    const name = next();
    headers[name] = next();
  }
  return { body, headers };
}

/** Reads a delivery from the output, with room for the body. */
export function readDelivery() {
  const next = reader(0);
  // In the order of the module.
  const event = next();
  const dedupKey = next();
  const unauthenticatedDeliveryId = next();
  const unauthenticatedTenantId = next();
  const link = new DeliveredLink(next(), next(), next(), next());
  const eventTime = answer(8);
  return {
    event,
    eventTime: Number.isNaN(eventTime) ? null : eventTime,
    dedupKey,
    secretIndex: answer(9),
    unauthenticatedDeliveryId,
    unauthenticatedTenantId,
    isTest: answer(10) !== 0,
    link: link.uniqueValue === null ? null : link,
    data: null,
    body: null,
  };
}
