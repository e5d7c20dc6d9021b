import { parse } from "../webhook/json.js";

const numberOrNull = (value) => (value === null || value === undefined ? null : Number(value));

/** An event in the inbox. Its body is parsed when that is read. */
export class Item {
  // The build shortens class names, and this name is printed.
  static name = "Item";

  // Declared, so that a setter that all objects inherit is not called.
  dedupKey;
  requestId;
  event;
  eventTime;
  receivedAt;
  rawBody;
  unauthenticatedDeliveryId;
  state;
  attempts;
  token;
  lastError;
  #body;

  /** Reads an item from a row of any driver: some return large integers as texts. */
  constructor(row) {
    this.dedupKey = row.dedup_key;
    this.requestId = row.request_id ?? null;
    this.event = row.event;
    this.eventTime = numberOrNull(row.event_time);
    this.receivedAt = Number(row.received_at) / 1000;
    this.rawBody = row.raw_body;
    this.unauthenticatedDeliveryId = row.delivery_id ?? null;
    this.state = row.state;
    this.attempts = Number(row.attempts);
    this.token = Number(row.token);
    this.lastError = row.last_error ?? null;
  }

  get body() {
    // A number that a `number` can't hold has 16 digits or more.
    return (this.#body ??= parse(this.rawBody, /\d{16}/.test(this.rawBody)));
  }
}
