import { logged } from "./log.js";

/** Processes an event: put your own here. If it throws, the event is tried again later. */
export async function work({ event, requestId, dedupKey, body }) {
  const reference = body.data?.permanent_link_submission?.external_reference;
  console.log(logged({ event, requestId, reference, dedupKey }));
}
