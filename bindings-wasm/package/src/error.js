import { INVALID_ARGUMENT, PANIC } from "./constants.js";

/** Each entry point of the package has a class of its own; to `instanceof` they are one. */
const BRAND = Symbol.for("visiono-workflow.WorkflowError");

export class WorkflowError extends Error {
  // The build shortens names, and this one is printed.
  static name = "WorkflowError";

  // Own properties, whatever all objects inherit.
  code;
  number;
  isRefusal;
  parameters;
  seconds;
  position;

  static [Symbol.hasInstance](value) {
    return Object(value)[BRAND] === true;
  }

  constructor(code, number, parameters, message, seconds, position, isRefusal = false) {
    super(message);
    this.code = code;
    this.number = number;
    this.isRefusal = isRefusal;
    this.parameters = parameters;
    this.seconds = seconds;
    this.position = position;
  }
}

Object.defineProperties(WorkflowError.prototype, {
  name: { value: "WorkflowError", configurable: true, writable: true },
  [BRAND]: { value: true },
});

/** An argument that contradicts another, or that can't be read. */
export const invalidArgument = (message) =>
  new WorkflowError(...INVALID_ARGUMENT, [], message);

/** A call into the module that was cut short. */
export const panicked = () =>
  new WorkflowError(
    ...PANIC,
    [],
    "the call was stopped by an exhausted stack or memory, or by a bug: the next call works",
  );

/** An argument of the caller's that has the wrong type. */
export const wrongType = (what, wanted) => new TypeError(`${what} must be ${wanted}`);

/**
 * Reads an argument that came from outside. Its type never raises a foreign error: the caller
 * handles the errors of this package around it.
 */
export function arrived(read, argument, wanted) {
  try {
    return read(argument);
  } catch {
    throw invalidArgument(wanted);
  }
}
