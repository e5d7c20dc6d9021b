// The parts of the core's tables that the page repeats.

/**
 * The fields of each kind of message, in order: the short name, the long one, JavaScript's, and the
 * type.
 */
export const FIELDS = {
  link: [
    // cargo xtask generate: link
    // { short: "{short}", long: "{long}", camel: "{camel}", type: "{text/count/time}" },
    { short: "uv", long: "unique_value", camel: "uniqueValue", type: "text" },
    { short: "src", long: "source", camel: "source", type: "text" },
    { short: "ref", long: "reference", camel: "reference", type: "text" },
    { short: "ts", long: "timestamp", camel: "timestamp", type: "time" },
    { short: "sig", long: "signature", camel: "signature", type: "text" },
    // end generated
  ],
  return: [
    // cargo xtask generate: return
    // { short: "{short}", long: "{long}", camel: "{camel}", type: "{text/count/time}" },
    { short: "sub", long: "submission_id", camel: "submissionId", type: "text" },
    { short: "uv", long: "unique_value", camel: "uniqueValue", type: "text" },
    { short: "ref", long: "reference", camel: "reference", type: "text" },
    { short: "cnt", long: "photo_count", camel: "photoCount", type: "count" },
    { short: "ts", long: "timestamp", camel: "timestamp", type: "time" },
    { short: "sig", long: "signature", camel: "signature", type: "text" },
    // end generated
  ],
};

/** The events that Visiono documents. */
export const EVENTS = [
  // cargo xtask generate: events
  // "{name}",
  "photo_request.created",
  "photo_request.first_viewed",
  "photo_submission.created",
  "photo_request.submitted",
  "photo_request.expired",
  "photo_submission.dropbox_synced",
  "submission.created",
  // end generated
];
