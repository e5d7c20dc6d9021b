/** Each entry point of the package has a class of its own; to `instanceof` they are one. */
const BRAND = Symbol.for("visiono-workflow.WorkflowError");

export class WorkflowError extends Error {
  // The build shortens names, and this one is printed.
  static name = "WorkflowError";

  static [Symbol.hasInstance](value) {
    return Object(value)[BRAND] === true;
  }

  constructor(code, number, parameters, message, seconds, position) {
    super(message);
    this.code = code;
    this.number = number;
    this.parameters = parameters;
    this.seconds = seconds;
    this.position = position;
  }
}

Object.defineProperties(WorkflowError.prototype, {
  name: { value: "WorkflowError", configurable: true, writable: true },
  [BRAND]: { value: true },
});

/** An argument of the wrong type, with a sentence that says what was wanted. */
export const invalidArgument = (message) =>
  new WorkflowError("invalid_argument", 301, [], message);

/** A call into the module that was cut short. */
export const panicked = () =>
  new WorkflowError(
    "panic",
    399,
    [],
    "the call was stopped by an exhausted stack or memory, or by a bug: the next call works",
  );

/** What the caller gets for anything that was thrown while arguments were read. */
export const typed = (error) =>
  error instanceof WorkflowError
    ? error
    : invalidArgument("an argument could not be read: pass plain values");
