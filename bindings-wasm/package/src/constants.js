// The tables of the core as JavaScript has them.

/** The fields of a message, in the order of the core. */
export const FIELDS = [
  // cargo xtask generate: fields
  // "{camel}",
  "submissionId",
  "uniqueValue",
  "source",
  "reference",
  "photoCount",
  "timestamp",
  "signature",
  // end generated
];

// cargo xtask generate: limits: MAX_WEBHOOK_BODY
// /** The size of the largest body, in bytes. */
// export const {name} = {number};
/** The size of the largest body, in bytes. */
export const MAX_WEBHOOK_BODY = 1048576;
// end generated

// cargo xtask generate: codes: InvalidArgument Panic
//
// /** {Doc}. */
// export const {NAME} = ["{name}", {number}];

/** An argument is missing, contradictory, out of range, null, closed, or not UTF-8. */
export const INVALID_ARGUMENT = ["invalid_argument", 301];

/** A bug in the library, stopped at the boundary to another language. */
export const PANIC = ["panic", 399];
// end generated
