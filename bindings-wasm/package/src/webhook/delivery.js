import { string, values } from "../arguments.js";
import { answer, begin, give, put, run, text, wasm } from "../crossing.js";

const COMPARED = ["submissionId", "uniqueValue", "reference"];

class DeliveredLink {
  // The build shortens names, and this one is printed.
  static name = "DeliveredLink";

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

/** What the module has answered, with room for the body. */
export function readDelivery() {
  const texts = text();
  let start = 0;
  const next = (place) => {
    const length = answer(place);
    if (Number.isNaN(length)) {
      return null;
    }
    start += length;
    return texts.slice(start - length, start);
  };
  // In the order of the module.
  const event = next(0);
  const dedupKey = next(1);
  const unauthenticatedDeliveryId = next(2);
  const unauthenticatedTenantId = next(3);
  const link = new DeliveredLink(next(4), next(5), next(6), next(7));
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
