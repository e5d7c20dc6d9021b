/**
 * Returns a value as JSON in ASCII, for a line of a log.
 *
 * A value that is signed is still text that a stranger chose: as it is, a line feed in it would
 * forge a line, and an escape would command the terminal.
 */
export function logged(value) {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
