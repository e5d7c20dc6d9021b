/// <reference lib="esnext.disposable" />

/**
 * Receives the webhooks of Visiono's Workflow Mode.
 *
 * Everything is synchronous, and nothing has to be initialised.
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

import type { Runtime, Time, VerifiedReturn } from "./index.js";

export { WorkflowError } from "./index.js";
export type { Code, Time, VerifiedReturn } from "./index.js";

/**
 * The raw body, as it came: its bytes, or its text. JSON that was parsed and written again has
 * other bytes, and no signature fits them.
 *
 * In Express it is what `express.raw({ type: "*\/*" })` leaves in `request.body`; in a Worker,
 * `await request.text()`.
 */
export type Body = string | ArrayBufferView | ArrayBufferLike;

/** The names and values of headers. Names match without case. */
export interface HeaderRecord {
  readonly [name: string]: string | readonly string[] | undefined;
}

/** The headers, in any of the forms that runtimes have, or the request that has them. */
export type Headers =
  | Runtime<"Headers">
  | Runtime<"Request">
  | HeaderRecord
  | Iterable<readonly [name: string, value: string | readonly string[]]>
  | { readonly headers: HeaderRecord };

/** An event that Visiono documents. */
export type DocumentedEvent =
  | "photo_request.created"
  | "photo_request.first_viewed"
  | "photo_submission.created"
  | "photo_request.submitted"
  | "photo_request.expired"
  | "photo_submission.dropbox_synced"
  | "submission.created";

/** What isn't documented. */
interface Other {
  readonly [name: string]: unknown;
}

/**
 * The `data` of an event, in both styles in which Visiono documents it: everything is optional.
 *
 * These types are what the documentation says. What a genuine webhook really holds isn't checked.
 */
export interface EventData extends Other {
  /** The request, or the Smart Link, that the event is about. */
  readonly photo_request?: PhotoRequest | null;
  /** The photo that was uploaded. */
  readonly submission?: Submission | null;
  /** What a person uploaded by a Smart Link; {@link Delivery.link} reads it. */
  readonly permanent_link_submission?: PermanentLinkSubmission | null;
  /** The other style: the ID of the request. */
  readonly id?: string | null;
  /** The other style: the kind of request, such as `one_time`. */
  readonly type?: string | null;
  /** The other style: what the recipient was asked for. */
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
  /** Where the recipient uploads. */
  readonly request_url?: string | null;
  /** When it ends, as in RFC 3339. */
  readonly expires_at?: string | null;
  /** When the last photo came, as in RFC 3339. */
  readonly submitted_at?: string | null;
  /** How many photos came. */
  readonly submissions_count?: number | null;
  /** What its maker attached to it. */
  readonly metadata?: unknown;
}

/** One photo that was uploaded. */
export interface Submission extends Other {
  /** Such as `ps_456`. */
  readonly id?: string | null;
  /** Which of the photos that were asked for: `pri_1`. */
  readonly item_id?: string | null;
  /** Its size in kilobytes. */
  readonly file_size_kb?: number | null;
  /** Such as `image/jpeg`. */
  readonly mime_type?: string | null;
  /** Whether it says where it was taken. */
  readonly has_gps_data?: boolean | null;
  /** Where it was taken, in degrees north. */
  readonly gps_latitude?: number | null;
  /** Where it was taken, in degrees east. */
  readonly gps_longitude?: number | null;
  /** When it was uploaded, as in RFC 3339. */
  readonly submitted_at?: string | null;
}

/** What a person uploaded by a Smart Link. */
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
  /** Where it can be fetched. */
  readonly url?: string | null;
  /** Which of the photos that were asked for. */
  readonly slot_instructions?: string | null;
  /** Where and when it was taken. */
  readonly metadata?: PhotoMetadata | null;
}

/** Where and when a photo was taken. */
export interface PhotoMetadata extends Other {
  /** Degrees north. */
  readonly gps_lat?: number | null;
  /** Degrees east. */
  readonly gps_lng?: number | null;
  /** As in RFC 3339. */
  readonly captured_at?: string | null;
}

/** The link of a `submission.created`: what was signed when the person was sent. */
export interface DeliveredLink {
  /** What the return has as `submissionId`. An event may come without it. */
  readonly submissionId: string | null;
  /** What was documented. */
  readonly uniqueValue: string;
  /** The system that sent the person. */
  readonly source: string;
  /** The record in that system. */
  readonly reference: string;

  /**
   * Whether this event and a verified return tell of the same submission: the same unique value
   * and reference and, where the event has it, the same submission ID.
   *
   * @throws {WorkflowError} `invalid_argument` for what isn't a return.
   */
  matches(verifiedReturn: VerifiedReturn): boolean;
}

/** A webhook that passed every check. */
export interface Delivery {
  /** The event's name. One that isn't documented is delivered as well. */
  readonly event: DocumentedEvent | (string & {});
  /**
   * When the event happened, in Unix seconds. It is null only if freshness is off and the event
   * has no time.
   */
  readonly eventTime: number | null;
  /**
   * The hexadecimal SHA-256 of the body: the same for all deliveries of one event. Keep it for
   * 24 hours or longer to recognise a duplicate.
   */
  readonly dedupKey: string;
  /** Which of the secrets signed it, from 0. */
  readonly secretIndex: number;
  /** The delivery's ID, for logs. No header but the signature is authenticated. */
  readonly unauthenticatedDeliveryId: string | null;
  /** The tenant's ID, for logs. */
  readonly unauthenticatedTenantId: string | null;
  /** Whether the event is a test: `is_test` or `test` is `true` in the body or in its `data`. */
  readonly isTest: boolean;
  /**
   * What the event carries: the body's `data`, or null. Whole numbers beyond
   * `Number.MAX_SAFE_INTEGER` are bigints here and in `body`.
   */
  readonly data: EventData | null;
  /** The whole body, parsed. */
  readonly body: { readonly event: string; readonly [name: string]: unknown };
  /** The link that the person was sent by, if this is a `submission.created` that names it. */
  readonly link: DeliveredLink | null;
}

/** What is known of a webhook whose signature holds. */
export interface VerifiedWebhook {
  /** Which of the secrets signed it, from 0. */
  readonly secretIndex: number;
  /** The hexadecimal SHA-256 of the body, by which a duplicate is recognised. */
  readonly dedupKey: string;
}

/** What can be set of a {@link Webhook}. */
export interface WebhookOptions {
  /**
   * How old an event may be, in seconds: 10800 unless set, as Visiono sends the last retry 2 h
   * 36 min after it. An event of that age is good.
   */
  readonly maxAge?: number | bigint | undefined;
  /** How far in the future an event may be dated, in seconds: 60 unless set. */
  readonly leeway?: number | bigint | undefined;
  /**
   * Whether an event has to be recent: true unless set. Without it, who has recorded a webhook
   * can send it again at any later time, so duplicates have to be recognised for as long.
   */
  readonly freshness?: boolean | undefined;
}

/** How a webhook is to be received. */
export interface ReceiveOptions {
  /** The time to receive it at: the system's, unless given. */
  readonly now?: Time | undefined;
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
   * @throws {WorkflowError} `invalid_secret`, or `invalid_argument` for what is not text.
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
   * @throws {WorkflowError} `invalid_secret`, or `invalid_argument` for what is neither text nor
   * a {@link WebhookSecret}.
   */
  constructor(
    secrets: string | WebhookSecret | readonly (string | WebhookSecret)[],
    options?: WebhookOptions,
  );

  /**
   * Receives a webhook: verifies the signature and the time of the event, and reads it.
   *
   * @example
   * ```ts
   * const delivery = webhook.receive(await request.text(), request);
   * ```
   *
   * @throws {WorkflowError} The first check that fails decides: `malformed_parameter` naming
   * `body` if it is larger than 1 MiB; `missing_parameter` naming `sig` if there is no signature
   * header; `invalid_signature`; `malformed_parameter` naming `body` if it is not a JSON object
   * with a text `event`; and while freshness is on `missing_parameter` naming `timestamp`,
   * `not_yet_valid` or `expired`.
   */
  receive(body: Body, headers: Headers, options?: ReceiveOptions): Delivery;

  /**
   * Verifies the signature alone. Whether the event is recent is not known then.
   *
   * @param header The value of `X-Visiono-Signature` or `X-Webhook-Signature`, as it came.
   * @throws {WorkflowError} `malformed_parameter`, `missing_parameter` if there is no header,
   * `invalid_signature`.
   */
  verify(body: Body, header: string | null | undefined): VerifiedWebhook;

  /** Signs a body, as Visiono does, for tests. Returned is the header: `sha256=…`. */
  sign(body: Body): string;

  /** Wipes the secrets. A call after this is `invalid_argument`; freeing again does nothing. */
  free(): void;

  /** What `using` calls: {@link Webhook.free}. */
  [Symbol.dispose](): void;
}
