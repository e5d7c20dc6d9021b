/** Works on an event: put your own here. Visiono doesn't wait for it. */
export async function work({ event, link, dedupKey, isTest }, _env) {
  console.log(logged({ event, reference: link?.reference, dedupKey, isTest }));
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
