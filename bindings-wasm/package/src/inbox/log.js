/**
 * Writes an entry of the log as one line of ASCII. A value that is signed is still text that a
 * stranger chose: as it is, a line feed in it would forge a line.
 */
export function write(log, entry) {
  const line = JSON.stringify(entry).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  try {
    log(line, entry);
  } catch {
    // An event isn't lost because of a log.
  }
}

export const toConsole = (line) => console.log(line);

/** Returns what is logged of an error. The message of another's error could hold anything. */
export const described = ({ code, message }) => ({ code, message });
