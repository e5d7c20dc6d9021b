// Written by `cargo xtask generate` from the core's tables; do not edit.

/** The fields of a message, in the order of the core. */
export const FIELDS = [
  "submissionId",
  "uniqueValue",
  "source",
  "reference",
  "photoCount",
  "timestamp",
  "signature",
];

/** The fields that hold a number. */
export const NUMBERS = [
  "photoCount",
  "timestamp",
];

/** The size of the largest body, in bytes. */
export const MAX_WEBHOOK_BODY = 1048576;

/** Name and number of the code for an argument that contradicts another, or that can't be read. */
export const INVALID_ARGUMENT = ["invalid_argument", 301];

/** Name and number of the code for a call that was cut short. */
export const PANIC = ["panic", 399];
