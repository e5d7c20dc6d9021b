/** Processes an event: put your own here. If it throws, the event is tried again later. */
export async function work({ event, requestId, dedupKey, body }, _env) {
  const reference = body.data?.permanent_link_submission?.external_reference;
  console.log(logged({ event, requestId, reference, dedupKey }));
}

/**
 * Returns a value as JSON in ASCII, for a line of a log.
 *
 * A value that is signed is still text that a stranger chose: as it is, a line feed in it would
 * forge a line, and an escape would command the terminal.
 */
function logged(value) {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
