/** The failure of an operation, whose `cause` is the driver's error if there is one. */
export class InboxError extends Error {
  // The build shortens class names, and this name is printed.
  static name = "InboxError";

  // Declared, so that a setter that all objects inherit is not called.
  code;

  constructor(code, message, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

Object.defineProperty(InboxError.prototype, "name", {
  value: "InboxError",
  configurable: true,
  writable: true,
});

export const invalid = (message) => new InboxError("invalid_argument", message);

export const leaseLost = () =>
  new InboxError("lease_lost", "the lease ran out and the item was taken, or it is no longer claimed");

/** SQLite's message and PostgreSQL's codes for a missing table or column. */
const OUTDATED = /no such (table|column)|has no column named/;
const OUTDATED_CODES = ["42P01", "42703"];

/**
 * Makes the error for one of a driver. Its message isn't repeated: it could hold the address of the
 * database with a password.
 */
export function driverError(cause) {
  if (cause instanceof InboxError) {
    return cause;
  }
  const { code, message } = Object(cause);
  if (OUTDATED_CODES.includes(code) || OUTDATED.test(message)) {
    return new InboxError("outdated_schema", "the tables are missing or too old: call migrate()", cause);
  }
  const known = typeof code === "string" && /^\w{1,40}$/.test(code) ? `: ${code}` : "";
  return new InboxError("unavailable", `the database didn't do it${known}`, cause);
}
