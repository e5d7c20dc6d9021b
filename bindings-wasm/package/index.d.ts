/// <reference lib="esnext.disposable" />

/**
 * Signs and verifies the links and returns of Visiono's Workflow Mode. Its webhooks are received
 * with `visiono-workflow/webhook`.
 *
 * Everything is synchronous, and nothing has to be initialised.
 *
 * @example
 * ```ts
 * import { Workflow } from "visiono-workflow";
 *
 * const workflow = new Workflow(env.VISIONO_WORKFLOW_SECRET);
 * const url = workflow.signLink({
 *   slug: "damage-report",
 *   uniqueValue: "ABC123",
 *   source: "zendesk",
 *   reference: "ticket-456",
 * });
 * ```
 *
 * @module
 */

/** A class of the runtime, where its types are there. */
export type Runtime<Name extends string> = typeof globalThis extends Record<
  Name,
  { prototype: infer Instance }
>
  ? Instance
  : never;

/**
 * A message as it arrived: a URL or a query string as text, an object that has one, or the
 * decoded parameters.
 *
 * Text that starts with `http://`, `https://`, `/` or `?` is a URL; other text is a query string.
 * Prefer the URL to a plain object: a framework may already have dropped the second of two
 * parameters of the same name, and then it can't be refused.
 */
export type Input =
  | string
  | Runtime<"URL">
  | Runtime<"Request">
  | Runtime<"URLSearchParams">
  | { readonly [parameter: string]: string | undefined };

/** A time: a `Date`, of which the whole seconds count, or whole Unix seconds. */
export type Time = Date | number | bigint;

/** What can be set of a {@link Workflow}. */
export interface WorkflowOptions {
  /** How old a message may be, in seconds: 3600 unless set. A message of that age is good. */
  readonly maxAge?: number | bigint | undefined;
  /** How far in the future a message may be dated, in seconds, as clocks differ: 60 unless set. */
  readonly leeway?: number | bigint | undefined;
}

/** What a link says. Text is signed as it is: nothing is trimmed or normalised. */
export interface LinkFields {
  /** What is being documented: an order, a number plate. */
  readonly uniqueValue: string;
  /** The system that sends the person, such as `zendesk`. */
  readonly source: string;
  /** The record in that system, such as `ticket-456`. */
  readonly reference: string;
  /** When the link is signed: now, unless given. */
  readonly timestamp?: Time | undefined;
}

/** The Smart Link that a signed link is made from: the end of its URL, or all of it. */
export type LinkTarget =
  | {
      /** The end of `https://visiono.io/s/{slug}`. */
      readonly slug: string;
      readonly link?: undefined;
    }
  | {
      /** Any link URL: `https://` with a host, perhaps with a query and a fragment of its own. */
      readonly link: string | Runtime<"URL">;
      readonly slug?: undefined;
    };

/** A link that passed every check. */
export interface VerifiedLink {
  /** What is being documented. */
  readonly uniqueValue: string;
  /** The system that sent the person. */
  readonly source: string;
  /** The record in that system. */
  readonly reference: string;
  /** When the link was signed, in Unix seconds. */
  readonly timestamp: number;
  /** Which of the secrets signed it, from 0. */
  readonly secretIndex: number;
}

/** What a return says. Text is signed as it is: nothing is trimmed or normalised. */
export interface ReturnFields {
  /** Visiono's name of the submission, such as `pls_123`. */
  readonly submissionId: string;
  /** What was documented, as the link had it. */
  readonly uniqueValue: string;
  /** The record in the system that sent the person, as the link had it. */
  readonly reference: string;
  /** How many photos were uploaded, at most 4294967295. */
  readonly photoCount: number | bigint;
  /** When the return is signed: now, unless given. */
  readonly timestamp?: Time | undefined;
}

/** A return that passed every check. */
export interface VerifiedReturn {
  /** Visiono's name of the submission. */
  readonly submissionId: string;
  /** What was documented. */
  readonly uniqueValue: string;
  /** The record in the system that sent the person. */
  readonly reference: string;
  /** How many photos were uploaded. */
  readonly photoCount: number;
  /** When the return was signed, in Unix seconds. */
  readonly timestamp: number;
  /** Which of the secrets signed it, from 0. */
  readonly secretIndex: number;
}

/** What is expected of a link. Each field that is given is compared. A number can be text, too. */
export interface ExpectLink {
  readonly uniqueValue?: string | undefined;
  readonly source?: string | undefined;
  readonly reference?: string | undefined;
  readonly timestamp?: Time | string | undefined;
}

/**
 * What is expected of a return.
 *
 * Where the return carries the field, the two are compared: this is what stops a genuine return
 * for one ticket from being used on another. Where it doesn't, the expected value takes its
 * place, and the signature decides. A number can be text, too.
 */
export interface ExpectReturn {
  readonly submissionId?: string | undefined;
  readonly uniqueValue?: string | undefined;
  readonly reference?: string | undefined;
  readonly photoCount?: number | bigint | string | undefined;
  readonly timestamp?: Time | string | undefined;
}

/** How a link is to be verified. */
export interface VerifyLinkOptions {
  /** The time to verify at: the system's, unless given. */
  readonly now?: Time | undefined;
  /** What the caller knows of the link. */
  readonly expect?: ExpectLink | undefined;
}

/** How a return is to be verified. */
export interface VerifyReturnOptions {
  /**
   * The redirect template that the return was made from. Without one, the standard parameters
   * are read.
   */
  readonly template?: RedirectTemplate | string | undefined;
  /** The time to verify at: the system's, unless given. */
  readonly now?: Time | undefined;
  /** What the caller knows of the return. */
  readonly expect?: ExpectReturn | undefined;
}

/**
 * The secret that signs links and returns, as a type of its own: where one is wanted, the secret
 * of webhooks is refused.
 *
 * It is text that is known to be one. Nothing that prints or serialises the object shows it.
 */
export class WorkflowSecret {
  #text;

  /**
   * Takes the secret as Visiono shows it.
   *
   * @throws {WorkflowError} `invalid_secret`, or `invalid_argument` for what is not text.
   */
  constructor(text: string);
}

/**
 * Signs and verifies links and returns.
 *
 * An integrator signs links and verifies returns. The other two methods do Visiono's part, for
 * tests and for a local stand-in of the service.
 *
 * The secrets are kept, as keyed state, in the memory of a WebAssembly module until the object
 * is freed, which wipes them: by {@link Workflow.free}, by `using`, or when it is collected.
 */
export class Workflow {
  /**
   * Takes the secret as Visiono shows it, or several for a rotation: the first one signs, and
   * each one is tried at verification.
   *
   * @throws {WorkflowError} `invalid_secret`, or `invalid_argument` for what is neither text nor
   * a {@link WorkflowSecret}.
   */
  constructor(
    secrets: string | WorkflowSecret | readonly (string | WorkflowSecret)[],
    options?: WorkflowOptions,
  );

  /**
   * Signs a link, and returns the URL to send a person to.
   *
   * @throws {WorkflowError} `invalid_field` with the first field that can't be signed, or
   * `invalid_url` for the link.
   */
  signLink(fields: LinkFields & LinkTarget): string;

  /**
   * Verifies a link, as Visiono does.
   *
   * @throws {WorkflowError} The first check that fails decides: `invalid_field` for what is
   * expected, `duplicate_parameter`, `missing_parameter`, `malformed_parameter`,
   * `invalid_signature`, `not_yet_valid` or `expired`, `unexpected_value`.
   */
  verifyLink(input: Input, options?: VerifyLinkOptions): VerifiedLink;

  /**
   * Signs a return, as Visiono does, and returns the URL that the browser is sent back to.
   *
   * @throws {WorkflowError} `invalid_template`, or `invalid_field` with the first field that
   * can't be signed or would make a path segment `.` or `..`.
   */
  signReturn(template: RedirectTemplate | string, fields: ReturnFields): string;

  /**
   * Verifies a return, when the browser comes back.
   *
   * @example
   * ```ts
   * const { photoCount } = workflow.verifyReturn(request, { expect: { reference: ticket } });
   * ```
   *
   * @throws {WorkflowError} `invalid_template` if the template can't be read back, then those of
   * {@link Workflow.verifyLink}, in the same order.
   */
  verifyReturn(input: Input, options?: VerifyReturnOptions): VerifiedReturn;

  /** Wipes the secrets. A call after this is `invalid_argument`; freeing again does nothing. */
  free(): void;

  /** What `using` calls: {@link Workflow.free}. */
  [Symbol.dispose](): void;
}

/** A field that has a placeholder in a redirect template. */
export type ReturnField =
  | "submissionId"
  | "uniqueValue"
  | "reference"
  | "photoCount"
  | "timestamp"
  | "signature";

/**
 * The URL that a browser is sent back to, with placeholders for the fields of the return:
 * `https://your-system.com/done?id={submission_id}&ref={reference}&sig={signature}`.
 *
 * A template without any gets the six standard parameters appended.
 */
export class RedirectTemplate {
  /**
   * Reads a template.
   *
   * @throws {WorkflowError} `invalid_template`, with the `position` of a brace that is no
   * placeholder's.
   */
  constructor(template: string);

  /** The fields that have a placeholder. */
  readonly placeholders: readonly ReturnField[];

  /**
   * The fields that a return made from this template won't carry to a server. It can be verified
   * only if the caller knows these and expects them: look at this when the template is made, not
   * when the first return fails.
   */
  readonly missing: readonly ReturnField[];

  /**
   * Puts the fields of a return, with a signature that was made elsewhere, into the template.
   *
   * To sign and expand in one step, use {@link Workflow.signReturn}. Whether the signature is
   * right isn't looked at here.
   *
   * @throws {WorkflowError} Those of {@link Workflow.signReturn}.
   */
  expand(
    values: ReturnFields & {
      /** 64 lower-case hexadecimal digits. */
      readonly signature: string;
    },
  ): string;

  /** The template as it was written. */
  toString(): string;

  /** Gives back the memory. A call after this is `invalid_argument`. */
  free(): void;

  /** What `using` calls: {@link RedirectTemplate.free}. */
  [Symbol.dispose](): void;
}

/** What an error is about: the same words in every language. */
export type Code =
  | "invalid_secret"
  | "invalid_field"
  | "invalid_url"
  | "invalid_template"
  | "missing_parameter"
  | "duplicate_parameter"
  | "malformed_parameter"
  | "invalid_signature"
  | "expired"
  | "not_yet_valid"
  | "unexpected_value"
  | "buffer_too_small"
  | "invalid_argument"
  | "panic";

/**
 * Why something was refused. It never holds a secret, a value of a field or an expected
 * signature, so it can be logged as it is.
 */
export class WorkflowError extends Error {
  private constructor();

  readonly name: "WorkflowError";
  /** What it is about. */
  readonly code: Code;
  /**
   * The number of the code, such as 203: the 100s are the caller's own mistake, the 200s a
   * message to refuse, the 300s a wrong argument or a bug.
   */
  readonly number: number;
  /** The short names of the parameters that it concerns, such as `["uv", "ts"]`. */
  readonly parameters: readonly string[];
  /** How many seconds a message is too old (`expired`) or too early (`not_yet_valid`). */
  readonly seconds: number | undefined;
  /** The UTF-8 byte of the redirect template at which a misplaced brace stands. */
  readonly position: number | undefined;
}
