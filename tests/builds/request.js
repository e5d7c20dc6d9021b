// The request that each built route receives, and the required answer of each route.

export const NOW = 1705500000;

/** A return: the query of the request's URL. */
export const QUERY =
  "?sub=pls_123&uv=ABC123&ref=ticket-456&cnt=3&ts=1705500000&sig=0ae3b6c0aa9a980815aa11d2f36066c6f09e7fb5330a0ed2b6b8ce150c1aa805";

/** A webhook: the body and headers of the request. */
export const BODY =
  '{"event":"submission.created","timestamp":"2024-01-17T14:00:00Z","data":{"permanent_link_submission":' +
  '{"id":"pls_123","unique_field_value":"ABC123","external_source":"zendesk","external_reference":"ticket-456"}}}';
export const HEADERS = {
  "content-type": "application/json",
  "x-visiono-signature": "sha256=16944aaf32f99d451862b68a03be425c0768935b3cd2fa5891589e7de91e9af8",
};

const FIELDS = {
  submissionId: "pls_123",
  uniqueValue: "ABC123",
  reference: "ticket-456",
  photoCount: 3,
  timestamp: 1705500000,
  secretIndex: 0,
};

export const EXPECTED = {
  link: "https://visiono.io/s/damage-report?uv=ABC123&src=zendesk&ref=ticket-456&ts=1705500000&sig=d826e339c0fd015b475ded1987cb1c45946b164f402ee1a5b8c1d9baa6b53912",
  verified: FIELDS,
  refused: "invalid_signature",
  missing: "missing_parameter",
  byTemplate:
    "https://app.example/done?id=pls_123&of=ABC123&ticket=ticket-456&photos=3&at=1705500000&by=0ae3b6c0aa9a980815aa11d2f36066c6f09e7fb5330a0ed2b6b8ce150c1aa805",
  verifiedByTemplate: FIELDS,
  refusedByTemplate: "invalid_signature",
  received: { event: "submission.created", eventTime: 1705500000, uniqueValue: "ABC123" },
  forged: "invalid_signature",
  unsigned: "missing_parameter",
};

/** The answer of each route, by its file. */
export const ANSWERS = {
  "route.ts": EXPECTED,
  "inbox.ts": { answers: [204, 204, 401], kept: 1, refused: "invalid_argument" },
  "explain.ts": { valid: "valid", verdict: "explained", cause: ["key_space", "proof"], refused: "invalid_argument" },
};
