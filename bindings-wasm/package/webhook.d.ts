/// <reference lib="esnext.disposable" />

/**
 * Receives the webhooks of Visiono's Workflow Mode.
 *
 * Everything is synchronous, and no initialization is needed.
 *
 * @example
 * ```ts
 * import { Webhook } from "visiono-workflow/webhook";
 *
 * const webhook = new Webhook(env.VISIONO_WEBHOOK_SECRET);
 * const delivery = webhook.receive(await request.text(), request);
 * if (delivery.event === "photo_request.submitted") {
 *   console.log(delivery.data?.photo_request?.submissions_count);
 * }
 * ```
 *
 * @module
 */

import type { Runtime, Secrets, Time, VerifiedReturn } from "./index.js";

export { WorkflowError } from "./index.js";
export type { Code, Secrets, Time, VerifiedReturn } from "./index.js";

/**
 * The raw body, as it came: its bytes, or its text. An absent one is an empty one. JSON that was
 * parsed and written again has other bytes, and no signature fits them.
 *
 * In Express it is what `express.raw({ type: () => true })` leaves in `request.body`; in a Worker,
 * `await request.text()`.
 */
export type Body = string | ArrayBufferView | ArrayBufferLike | null | undefined;

/** The names and values of headers. Names match without case. */
export interface HeaderRecord {
  readonly [name: string]: string | readonly string[] | null | undefined;
}

/**
 * The headers, in any of the forms that runtimes have, or the request or the event that has them in
 * `multiValueHeaders` or `headers`, or in the same of its `raw`, `req` or `request`.
 *
 * An array of texts is Node's `rawHeaders`: names and values by turns.
 */
export type Headers =
  | Runtime<"Headers">
  | Runtime<"Request">
  | HeaderRecord
  | readonly string[]
  | Iterable<readonly [name: string, value: string | readonly string[]]>
  | RequestHeaders;

/** A request that has headers, or an object that has such a request. */
export type RequestHeaders =
  | { readonly headers: object }
  | EventHeaders
  | { readonly raw: RequestHeaders }
  | { readonly req: RequestHeaders }
  | { readonly request: RequestHeaders };

/** The headers of an event of AWS Lambda or Netlify. */
export interface EventHeaders {
  readonly isBase64Encoded: boolean;
  readonly multiValueHeaders?: object | null | undefined;
  readonly headers?: object | null | undefined;
}

/**
 * A request that has the raw body, too: in `rawBody` (Cloud Functions, Firebase, NestJS, Azure
 * Functions 3) or in `body` (Express with `express.raw`; an event of AWS Lambda or Netlify, whose
 * body may be in Base64).
 */
export type WebhookRequest = RequestHeaders &
  ({ readonly rawBody: unknown } | { readonly rawBody?: unknown; readonly body?: unknown });

// cargo xtask generate: events
// =/** An event that Visiono documents. */
// =export type DocumentedEvent =
//   | "{name}"{||;}
/** An event that Visiono documents. */
export type DocumentedEvent =
  | "photo_request.created"
  | "photo_request.first_viewed"
  | "photo_submission.created"
  | "photo_request.submitted"
  | "photo_request.expired"
  | "photo_submission.dropbox_synced"
  | "submission.created";
// end generated

/** Members that aren't documented. */
interface Other {
  readonly [name: string]: unknown;
}

/**
 * The `data` of an event, in both styles in which Visiono documents it: everything is optional.
 *
 * These types are those of the documentation. A genuine webhook isn't checked against them. A whole
 * number beyond `Number.MAX_SAFE_INTEGER` is a bigint.
 */
export interface EventData extends Other {
  /** The request, or the Smart Link, that the event is about. */
  readonly photo_request?: PhotoRequest | null;
  /** The photo that was uploaded. */
  readonly submission?: Submission | null;
  /** The upload of a person by a Smart Link; {@link Delivery.link} reads it. */
  readonly permanent_link_submission?: PermanentLinkSubmission | null;
  /** The other style: the ID of the request. */
  readonly id?: string | null;
  /** The other style: the kind of request, such as `one_time`. */
  readonly type?: string | null;
  /** The other style: the request to the recipient. */
  readonly instructions?: string | null;
  /** The other style: the photos. */
  readonly photos?: readonly Photo[] | null;
}

/** A request for photos, or the Smart Link that stands for one. */
export interface PhotoRequest extends Other {
  /** Such as `pr_123`, or `sl_123` of a Smart Link. */
  readonly id?: string | null;
  /** The code in its URL. */
  readonly unique_code?: string | null;
  /** The slug of a Smart Link. */
  readonly custom_slug?: string | null;
  /** Such as `pending`, `in_progress` or `submitted`. */
  readonly status?: string | null;
  /** To whom it was sent. */
  readonly recipient_email?: string | null;
  /** The page on which the recipient uploads. */
  readonly request_url?: string | null;
  /** The end of the request, as in RFC 3339. */
  readonly expires_at?: string | null;
  /** The time of the last photo, as in RFC 3339. */
  readonly submitted_at?: string | null;
  /** The number of photos that came. */
  readonly submissions_count?: number | bigint | null;
  /** Data that its maker attached to it. */
  readonly metadata?: unknown;
}

/** One photo that was uploaded. */
export interface Submission extends Other {
  /** Such as `ps_456`. */
  readonly id?: string | null;
  /** The photo that was asked for: `pri_1`. */
  readonly item_id?: string | null;
  /** Its size in kilobytes. */
  readonly file_size_kb?: number | bigint | null;
  /** Such as `image/jpeg`. */
  readonly mime_type?: string | null;
  /** True if it says where it was taken. */
  readonly has_gps_data?: boolean | null;
  /** The place where it was taken, in degrees north. */
  readonly gps_latitude?: number | bigint | null;
  /** The place where it was taken, in degrees east. */
  readonly gps_longitude?: number | bigint | null;
  /** The time of the upload, as in RFC 3339. */
  readonly submitted_at?: string | null;
}

/** The upload of a person by a Smart Link. */
export interface PermanentLinkSubmission extends Other {
  /** Such as `pls_456`: the return's `sub`. */
  readonly id?: string | null;
  /** The link's `uv`. */
  readonly unique_field_value?: string | null;
  /** The link's `src`. */
  readonly external_source?: string | null;
  /** The link's `ref`. */
  readonly external_reference?: string | null;
}

/** One photo, in the other style. */
export interface Photo extends Other {
  /** Such as `photo_xyz789`. */
  readonly id?: string | null;
  /** The URL from which it can be fetched. */
  readonly url?: string | null;
  /** The photo that was asked for. */
  readonly slot_instructions?: string | null;
  /** The place and time at which it was taken. */
  readonly metadata?: PhotoMetadata | null;
}

/** The place and time at which a photo was taken. */
export interface PhotoMetadata extends Other {
  /** Degrees north. */
  readonly gps_lat?: number | bigint | null;
  /** Degrees east. */
  readonly gps_lng?: number | bigint | null;
  /** As in RFC 3339. */
  readonly captured_at?: string | null;
}

/**
 * The link of a `submission.created`: the fields that were signed when the person was sent. Each of
 * them is a field that can be signed, so it has no line feed or control character.
 */
export interface DeliveredLink {
  /** The return's `submissionId`. An event may come without it. */
  readonly submissionId: string | null;
  /** The thing that was documented. */
  readonly uniqueValue: string;
  /** The system that sent the person. */
  readonly source: string;
  /** The record in that system. */
  readonly reference: string;

  /**
   * Returns true if this event and a verified return are of the same submission: the same unique
   * value and reference and, if the event has it, the same submission ID.
   */
  matches(verifiedReturn: VerifiedReturn): boolean;
}

/**
 * A webhook that passed every check.
 *
 * `body`, `data` and `dedupKey` are computed when they are first read. Spreading or cloning the
 * object leaves them out: use {@link Delivery.toJSON}.
 */
export interface Delivery {
  /** The event's name. One that isn't documented is delivered as well. */
  readonly event: DocumentedEvent | (string & {});
  /**
   * The time of the event, in Unix seconds. It is null for an event that has none, which is never
   * too old: keep its `dedupKey` as long as the secret is in use.
   */
  readonly eventTime: number | null;
  /**
   * The hexadecimal SHA-256 of the body: the same for all deliveries of one event. Keep it for
   * 24 hours or longer to recognise a duplicate, and that of an event without a time for good.
   */
  readonly dedupKey: string;
  /** The position of the secret that signed it, from 0. */
  readonly secretIndex: number;
  /**
   * The ID by which the service's guide polls for the event: `photo_request.id`, else
   * `permanent_link_submission.id`, else `data.id`; null if none is text of 1 to 255 bytes without a
   * control character.
   */
  readonly requestId: string | null;
  /** The delivery's ID, for logs. No header but the signature is authenticated. */
  readonly unauthenticatedDeliveryId: string | null;
  /** The tenant's ID, for logs. */
  readonly unauthenticatedTenantId: string | null;
  /** True for a test: `is_test` or `test` is `true` in the body or in its `data`. */
  readonly isTest: boolean;
  /**
   * The body's `data`, or null. Whole numbers beyond `Number.MAX_SAFE_INTEGER` are bigints here
   * and in `body`. Its texts may hold anything: escape those that are printed or logged.
   */
  readonly data: EventData | null;
  /** The whole body, parsed. */
  readonly body: { readonly event: string; readonly [name: string]: unknown };
  /** The whole body, as it came. It is what was signed, so all its numbers are exact. */
  readonly rawBody: string;
  /**
   * The link that the person was sent by, if this is a `submission.created` that names it and
   * every text of it is a field that can be signed.
   */
  readonly link: DeliveredLink | null;

  /**
   * Returns a plain object to store or to send on, which `JSON.stringify(delivery)` writes. It has
   * all members but `body`. Where `data` has a bigint, it has the text of its digits.
   */
  toJSON(): DeliveryRecord;
}

/** A delivery as JSON has it. */
export interface DeliveryRecord extends Omit<Delivery, "body" | "data" | "link" | "toJSON"> {
  /** The body's `data`, or null. Bigints are the text of their digits. */
  readonly data: unknown;
  readonly link: Omit<DeliveredLink, "matches"> | null;
}

/** The facts about a webhook whose signature holds. */
export interface VerifiedWebhook {
  /** The position of the secret that signed it, from 0. */
  readonly secretIndex: number;
  /** The hexadecimal SHA-256 of the body, by which a duplicate is recognised. */
  readonly dedupKey: string;
}

/** The settings of a {@link Webhook}. */
export interface WebhookOptions {
  /**
   * The age at which an event is still good, in seconds: 10800 unless set, as Visiono sends the
   * last retry 2 h 36 min after it.
   */
  readonly maxAge?: number | bigint | undefined;
  /** The seconds by which an event may be dated in the future: 60 unless set. */
  readonly leeway?: number | bigint | undefined;
  /**
   * True to refuse an event that has no time: false unless set, as the documented
   * `submission.created` has none.
   */
  readonly requireTimestamp?: boolean | undefined;
}

/** The settings of one reception. */
export interface ReceiveOptions {
  /** The time to receive it at: the system's, unless given. */
  readonly now?: Time | undefined;
}

/** The fields of a test delivery. */
export interface TestDeliveryOptions {
  /** The ID of the delivery: `test` unless set. */
  readonly id?: string | undefined;
  /** The return's `submissionId`: `pls_test` unless set. */
  readonly submissionId?: string | undefined;
  /** The link's `uniqueValue`: `ABC123` unless set. */
  readonly uniqueValue?: string | undefined;
  /** The link's `source`: `zendesk` unless set. */
  readonly source?: string | undefined;
  /** The link's `reference`: `ticket-456` unless set. */
  readonly reference?: string | undefined;
  /** The style of the documentation that body and headers follow: `guide` unless set. */
  readonly style?: "guide" | "developer" | undefined;
  /** False to leave out the time of the event, as the documented `submission.created` does. */
  readonly timestamp?: boolean | undefined;
  /** The time of the event: the system's, unless given. */
  readonly now?: Time | undefined;
}

/** A signed webhook to send to a receiver that is tested. */
export interface TestDelivery {
  /** The raw body. */
  readonly body: string;
  /** The names and values of all headers. */
  readonly headers: { readonly [name: string]: string };
}

/**
 * The secret that signs webhooks, as a type of its own: where one is wanted, the secret of links
 * is refused.
 *
 * It is text that is known to be one. Nothing that prints or serialises the object shows it.
 */
export class WebhookSecret {
  #text;

  /**
   * Takes the secret as Visiono shows it; its `whsec_` prefix is part of it.
   *
   * @throws {WorkflowError} `invalid_secret`.
   */
  constructor(text: string);
}

/**
 * Receives webhooks: verifies the signature over the raw body, and that the event is recent.
 *
 * The secrets are kept, as keyed state, in the memory of a WebAssembly module until the object
 * is freed, which wipes them: by {@link Webhook.free}, by `using`, or when it is collected.
 */
export class Webhook {
  /**
   * Takes the secret as Visiono shows it, or several for a rotation: each one is tried.
   *
   * @throws {WorkflowError} `invalid_secret`, with the position of the secret; `invalid_argument`
   * for negative seconds.
   */
  constructor(secrets: Secrets<string | WebhookSecret>, options?: WebhookOptions);

  /**
   * Receives a webhook: verifies the signature and the time of the event, and reads it.
   *
   * @example
   * ```ts
   * const delivery = webhook.receive(await request.text(), request);
   * ```
   *
   * @param body The raw body. An event of AWS Lambda says itself if it is in Base64, so pass that
   * as `headers`, or the event alone.
   * @throws {WorkflowError} The first check that fails decides: `invalid_argument`;
   * `malformed_parameter` naming `body` if it is larger than 1 MiB; `missing_parameter` naming
   * `sig` if there is no signature header; `invalid_signature`; `malformed_parameter` naming
   * `body` if it is not a JSON object with a text `event`; `missing_parameter` naming `timestamp`
   * if it is none, or if it is absent and required; `not_yet_valid` or `expired`.
   */
  receive(body: Body, headers: Headers, options?: ReceiveOptions): Delivery;

  /**
   * Receives a webhook from a request that has the raw body.
   *
   * @example
   * ```ts
   * export const handler = async (event: APIGatewayProxyEventV2) => {
   *   const delivery = webhook.receive(event);
   * ```
   *
   * @throws {WorkflowError} The same.
   */
  receive(request: WebhookRequest, headers?: undefined, options?: ReceiveOptions): Delivery;

  /**
   * Verifies the signature alone. The time of the event isn't read.
   *
   * @param header The value of `X-Visiono-Signature` or `X-Webhook-Signature`, as it came.
   * @throws {WorkflowError} `malformed_parameter`, `missing_parameter` if there is no header,
   * `invalid_signature`.
   */
  verify(body: Body, header: string | null | undefined): VerifiedWebhook;

  /** Signs a body, as Visiono does, for tests, and returns the header: `sha256=…`. */
  sign(body: Body): string;

  /**
   * Makes a signed test delivery of an event, to send to a receiver.
   *
   * @example
   * ```ts
   * const { body, headers } = webhook.testDelivery("submission.created", { reference: "ticket-1" });
   * await fetch("http://localhost:3000/webhook", { method: "POST", headers, body });
   * ```
   *
   * @throws {WorkflowError} `invalid_argument` for an event that isn't documented.
   */
  testDelivery(event: DocumentedEvent, options?: TestDeliveryOptions): TestDelivery;

  /** Wipes the secrets. A call after this is `invalid_argument`; freeing again does nothing. */
  free(): void;

  /** Frees the object at the end of `using`: {@link Webhook.free}. */
  [Symbol.dispose](): void;
}
