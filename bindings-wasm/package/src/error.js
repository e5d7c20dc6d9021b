import { INVALID_ARGUMENT } from "./constants.js";

/** Marks errors: each entry point has its own class, and `instanceof` accepts both. */
const BRAND = Symbol.for("visiono-workflow.WorkflowError");

export class WorkflowError extends Error {
  // The build shortens class names, and this name is printed.
  static name = "WorkflowError";

  // Declared, so that a setter that all objects inherit is not called.
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
    Object.assign(this, { code, number, isRefusal, parameters, seconds, position });
  }
}

Object.defineProperties(WorkflowError.prototype, {
  name: { value: "WorkflowError", configurable: true, writable: true },
  [BRAND]: { value: true },
});

/** Makes the error for an argument that contradicts another or can't be read. */
export const invalidArgument = (message) =>
  new WorkflowError(...INVALID_ARGUMENT, [], message);

/** Makes the error for an argument of the wrong type. */
export const wrongType = (what, wanted) => new TypeError(`${what} must be ${wanted}`);

/**
 * Reads an argument that arrived from outside. Whatever its type, the only error is one of this
 * package, which the caller handles.
 */
export function arrived(read, argument, wanted) {
  try {
    return read(argument);
  } catch {
    throw invalidArgument(wanted);
  }
}
