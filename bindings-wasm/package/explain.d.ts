/**
 * Explains why the signature of a message is wrong.
 *
 * It is for a developer's machine, or for a message from a staging log. Never call it in a request
 * handler that answers strangers: a search costs a thousand times as much as a verification, and its
 * answer tells an attacker about your code. In a page, call it in a Web Worker: it is synchronous,
 * and may take a second.
 *
 * @example
 * ```ts
 * import { explain } from "visiono-workflow/explain";
 *
 * const { verdict, causes } = explain("return", url, { secrets: secret, computed: mySignature });
 * console.log(verdict, causes.map(({ id, sentence, fix }) => [id, sentence, fix.javascript]));
 * ```
 *
 * @module
 */

import type { ExpectLink, ExpectReturn, Input, Secrets, Time } from "./index.js";
import type { Body, Headers, WebhookRequest } from "./webhook.js";

export { WorkflowError } from "./index.js";

/** The kind of a message. */
export type Kind = "link" | "return" | "webhook";

/** The relation of another secret to the right one: of another kind, endpoint or time. */
export type Relation = "other_kind" | "other_endpoint" | "rotated";

/** Another secret that may have been used by mistake. */
export interface OtherSecret {
  readonly secret: string;
  readonly relation: Relation;
}

/** The options for every kind of message. */
export interface ExplainOptions {
  /** The secret as Visiono shows it, or several for a rotation, as text. */
  readonly secrets: Secrets<string> | null | undefined;
  /** Other secrets, one of which may have been used by mistake. */
  readonly others?: readonly OtherSecret[] | undefined;
  /**
   * The signature that your own code computed for this message. Visiono signs returns and
   * webhooks, so there the message is usually right and your own check is wrong.
   */
  readonly computed?: string | undefined;
  /** The time to verify at: the system's, unless given. */
  readonly now?: Time | undefined;
  /** The age at which a message is still good, in seconds: that of verification unless set. */
  readonly maxAge?: number | bigint | undefined;
  /** The seconds by which a message may be dated in the future: 60 unless set. */
  readonly leeway?: number | bigint | undefined;
  /** False hides the signed text. */
  readonly values?: boolean | undefined;
  /** The bytes that the search may hash: 268435456 unless set. */
  readonly maxBytes?: number | bigint | undefined;
  /**
   * Receives the number of candidates that were tried, and of those that there are at most, every
   * few thousand candidates. Returning false stops the search. It can't call {@link explain}.
   */
  readonly onProgress?: ((tried: number, total: number) => unknown) | undefined;
}

/** The options for a link. */
export interface ExplainLinkOptions extends ExplainOptions {
  /** The values that you expect. */
  readonly expect?: ExpectLink | undefined;
}

/** The options for a return. */
export interface ExplainReturnOptions extends ExplainOptions {
  /** The values that you expect. */
  readonly expect?: ExpectReturn | undefined;
  /** The redirect template by which the return is read. */
  readonly template?: string | undefined;
  /** Other redirect templates, one of which may have made the return. */
  readonly otherTemplates?: readonly string[] | undefined;
}

/** The options for a webhook. */
export interface ExplainWebhookOptions extends ExplainOptions {
  /** The headers as they arrived, if the message doesn't have them. */
  readonly headers?: Headers | undefined;
  /** The URL to which it was sent, which other schemes sign. */
  readonly endpoint?: string | undefined;
  /** True refuses an event without a `timestamp`, as the option of `Webhook` does. */
  readonly requireTimestamp?: boolean | undefined;
}

/** The result in one word. It accepts nothing: only verification does. */
export type Verdict =
  /** The message passes every check, and so does `computed` if it was given. */
  | "valid"
  /** A cause is proved. */
  | "explained"
  /** Nothing is proved, but something looks like a mistake. */
  | "hinted"
  /** Nothing was found: a different secret, or a change that is not known. */
  | "unexplained";

/** A mistake that was found. */
export interface Cause {
  /** The name of the mistake, such as `key_hex_decoded`. */
  readonly id: string;
  /** `proof` if the signature matches under this change; a note is not a cause, but looks like one. */
  readonly certainty: "proof" | "hint" | "note";
  /** A sentence that says what is wrong. */
  readonly sentence: string;
  /** The variant of the mistake, such as the fields, without any value. */
  readonly detail: string | null;
  /** The right line in each language. */
  readonly fix: { readonly php: string; readonly javascript: string; readonly python: string };
  /** The section of the book. */
  readonly chapter: string;
}

/** One check of verification. */
export interface Check {
  /** The name of the check, such as `signature`. */
  readonly name: string;
  /** The subject of the check, in a few words. */
  readonly title: string;
  readonly outcome: "passed" | "failed" | "not_reached";
  /** The code of the error, if it failed. */
  readonly code: string | null;
  /** The sentence of the error, if it failed. */
  readonly message: string | null;
}

/**
 * A text whose invisible characters are escaped, such as `\n`, `\u{a0}` and `\x00`. It has
 * `[secret]` and `[signature]` in place of these.
 */
export interface VisibleText {
  readonly text: string;
  /** The ranges of `text` that differ from the other text, for `text.slice(start, end)`. */
  readonly marks: readonly (readonly [start: number, end: number])[];
  /** The number of bytes that were signed. */
  readonly length: number;
  /** True if only the part around the first difference is in `text`. */
  readonly cut: boolean;
}

/**
 * The answer. It has no verified fields, so that no message is accepted by it, and no secret, no part
 * of one, and no signature that would have been right. It can be written as JSON.
 */
export interface Diagnosis {
  readonly verdict: Verdict;
  readonly kind: Kind;
  /** The signature that the causes explain: the one in the message, or the one you computed. */
  readonly subject: "received" | "computed";
  /** The causes. Two that are proved are two changes at once; hints are alternatives. */
  readonly causes: readonly Cause[];
  /** Remarks about what is not a cause, although it looks like one. */
  readonly notes: readonly Cause[];
  /** The checks of verification, in order. */
  readonly checks: readonly Check[];
  /** The signed text as it must be, and as it was if a cause changes it. Null if it is hidden. */
  readonly signedText: { readonly right: VisibleText; readonly used: VisibleText | null } | null;
  /** The number of candidates that were tried. */
  readonly candidates: number;
  /** The reason why the search ended early, if it did: `maxBytes`, or `onProgress`. */
  readonly bound: "bytes" | "stopped" | null;
}

/**
 * Explains a link, which you sign and Visiono refuses.
 *
 * An unusable secret, field or time is part of the diagnosis, because it may be the mistake.
 *
 * @throws {TypeError} An argument has the wrong type.
 * @throws {WorkflowError} `invalid_argument` for an unknown option, a value that is out of range or
 * absent, or an input that is no message.
 */
export function explain(kind: "link", message: Input, options: ExplainLinkOptions): Diagnosis;

/**
 * Explains a return, which Visiono signs and you refuse.
 *
 * @throws {TypeError} An argument has the wrong type.
 * @throws {WorkflowError} `invalid_argument`, as for a link.
 */
export function explain(kind: "return", message: Input, options: ExplainReturnOptions): Diagnosis;

/**
 * Explains a webhook, which Visiono signs and you refuse: its raw body, and `headers` in the options;
 * or a request that has both.
 *
 * @throws {TypeError} An argument has the wrong type.
 * @throws {WorkflowError} `invalid_argument`, as for a link.
 */
export function explain(
  kind: "webhook",
  message: Body,
  options: ExplainWebhookOptions & { readonly headers: Headers },
): Diagnosis;
export function explain(
  kind: "webhook",
  message: WebhookRequest,
  options: ExplainWebhookOptions & { readonly headers?: undefined },
): Diagnosis;
