/// <reference lib="esnext.disposable" />

/**
 * Signs and verifies the links and returns of Visiono's Workflow Mode. Its webhooks are received
 * with `visiono-workflow/webhook`.
 *
 * Everything is synchronous, and no initialization is needed. An argument of the wrong type is a
 * `TypeError`; every other error is a {@link WorkflowError}. Only own properties of the objects
 * that a call takes are read.
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

/** A class of the runtime, if its types are there. */
export type Runtime<Name extends string> = typeof globalThis extends Record<
  Name,
  { prototype: infer Instance }
>
  ? Instance
  : never;

/**
 * A request, or an object that has one: the URL is read that the browser requested.
 *
 * It is the first of these members that has a URL, directly or in the object that it is:
 * `originalUrl` (Express, Fastify, Koa, Azure Functions), `raw` (hapi), `req` (Hono, h3), `node`
 * (h3 1), `href` (a `URL`, `request.nextUrl`), `url` (a `Request`, a request of Node, SvelteKit),
 * `request` (React Router, Remix). In a plain object, only an instance of a class counts
 * for any of them: its texts may be parameters.
 */
export type RequestInput =
  | { readonly originalUrl: string }
  | { readonly raw: RequestInput }
  | { readonly req: RequestInput }
  | { readonly request: RequestInput }
  | { readonly node: RequestInput }
  | { readonly href: string }
  | { readonly url: string | { readonly href: string } }
  | { readonly url?: string | undefined; readonly headers: object };

/**
 * An event of AWS Lambda (API Gateway, a function URL, a load balancer) or of Netlify. Where it has
 * the query twice, the one that keeps parameters of the same name is read. A load balancer without
 * multi-value headers has dropped the first of two.
 *
 * An HTTP API decodes the path, so a value with a slash doesn't survive in the path of a template.
 *
 * A Worker gets no such event, so the package doesn't read them there.
 */
export interface EventInput {
  readonly isBase64Encoded: boolean;
  readonly rawUrl?: string | undefined;
  readonly rawPath?: string | undefined;
  readonly rawQueryString?: string | undefined;
  readonly path?: string | undefined;
  readonly multiValueQueryStringParameters?: object | null | undefined;
  readonly queryStringParameters?: object | null | undefined;
  readonly requestContext?: object | undefined;
}

/**
 * A message as it arrived: a URL or a query string as text, a request or an event, or the decoded
 * parameters.
 *
 * Text that starts with `http://`, `https://`, `/` or `?` is a URL; other text is a query string.
 * Decoded parameters are a `URLSearchParams`, a `Map`, pairs or a plain object, also of lists.
 * Values of other parameters are ignored, whatever they are.
 *
 * Prefer the request or its URL: a parser may already have dropped the second of two parameters of
 * the same name, and then it can't be refused. With a template that has a placeholder in its path,
 * only the URL says which path was requested.
 */
export type Input =
  | string
  | RequestInput
  | EventInput
  | Iterable<readonly [name: string, value: unknown]>
  | { readonly [parameter: string]: unknown };

/** A time: a `Date`, of which the whole seconds count, or whole Unix seconds. */
export type Time = Date | number | bigint;

/** The settings of a {@link Workflow}. */
export interface WorkflowOptions {
  /** The age at which a message is still good, in seconds: 3600 unless set. */
  readonly maxAge?: number | bigint | undefined;
  /** The seconds by which a message may be dated in the future, as clocks differ: 60 unless set. */
  readonly leeway?: number | bigint | undefined;
}

/** The fields of a link. Text is signed as it is: nothing is trimmed or normalized. */
export interface LinkFields {
  // cargo xtask generate: link except Signature
  // /** {Doc}{//: now, unless given}. */
  // readonly {camel}{//?}: {string/number | bigint/Time | undefined};
  /** The documented item: an order or a license plate. */
  readonly uniqueValue: string;
  /** The system that sends the person, such as `zendesk`. */
  readonly source: string;
  /** The record in that system, such as `ticket-456`. */
  readonly reference: string;
  /** The time of signing, in Unix seconds: now, unless given. */
  readonly timestamp?: Time | undefined;
  // end generated
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
      readonly link: string | { readonly href: string };
      readonly slug?: undefined;
    };

/** A link that passed every check. */
export interface VerifiedLink {
  // cargo xtask generate: link except Signature
  // /** {Doc}. */
  // readonly {camel}: {string/number/number};
  /** The documented item: an order or a license plate. */
  readonly uniqueValue: string;
  /** The system that sends the person, such as `zendesk`. */
  readonly source: string;
  /** The record in that system, such as `ticket-456`. */
  readonly reference: string;
  /** The time of signing, in Unix seconds. */
  readonly timestamp: number;
  // end generated
  /** The position of the secret that signed it, from 0. */
  readonly secretIndex: number;
}

/** The fields of a return. Text is signed as it is: nothing is trimmed or normalized. */
export interface ReturnFields {
  // cargo xtask generate: return except Signature
  // /** {Doc}{/, at most 4294967295/: now, unless given}. */
  // readonly {camel}{//?}: {string/number | bigint/Time | undefined};
  /** The ID of the submission at Visiono, such as `pls_123`. */
  readonly submissionId: string;
  /** The documented item: an order or a license plate. */
  readonly uniqueValue: string;
  /** The record in that system, such as `ticket-456`. */
  readonly reference: string;
  /** The number of uploaded photos, at most 4294967295. */
  readonly photoCount: number | bigint;
  /** The time of signing, in Unix seconds: now, unless given. */
  readonly timestamp?: Time | undefined;
  // end generated
}

/** A return that passed every check. */
export interface VerifiedReturn {
  // cargo xtask generate: return except Signature
  // /** {Doc}. */
  // readonly {camel}: {string/number/number};
  /** The ID of the submission at Visiono, such as `pls_123`. */
  readonly submissionId: string;
  /** The documented item: an order or a license plate. */
  readonly uniqueValue: string;
  /** The record in that system, such as `ticket-456`. */
  readonly reference: string;
  /** The number of uploaded photos. */
  readonly photoCount: number;
  /** The time of signing, in Unix seconds. */
  readonly timestamp: number;
  // end generated
  /** The position of the secret that signed it, from 0. */
  readonly secretIndex: number;
}

/**
 * The values that a link must have. A number can be text, too.
 *
 * A value that is `undefined` or `null` is `invalid_argument`: a session without a ticket must not
 * turn the check off.
 */
export interface ExpectLink {
  // cargo xtask generate: link except Signature
  // readonly {camel}?: {string/number | bigint | string/Time | string};
  readonly uniqueValue?: string;
  readonly source?: string;
  readonly reference?: string;
  readonly timestamp?: Time | string;
  // end generated
}

/**
 * The values that a return must have. A number can be text, too.
 *
 * If the return carries the field, the two are compared: this is what stops a genuine return for
 * one ticket from being used on another. If it doesn't, the expected value takes its place, and the
 * signature decides.
 *
 * A value that is `undefined` or `null` is `invalid_argument`: a session without a ticket must not
 * turn the check off.
 */
export interface ExpectReturn {
  // cargo xtask generate: return except Signature
  // readonly {camel}?: {string/number | bigint | string/Time | string};
  readonly submissionId?: string;
  readonly uniqueValue?: string;
  readonly reference?: string;
  readonly photoCount?: number | bigint | string;
  readonly timestamp?: Time | string;
  // end generated
}

/** The settings of one verification of a link. */
export interface VerifyLinkOptions {
  /** The time to verify at: the system's, unless given. */
  readonly now?: Time | undefined;
  /** The values that the link must have. */
  readonly expect?: ExpectLink | undefined;
}

/** The settings of one verification of a return. */
export interface VerifyReturnOptions {
  /**
   * The redirect template that the return was made from. Without one, the standard parameters
   * are read.
   */
  readonly template?: RedirectTemplate | string | undefined;
  /** The time to verify at: the system's, unless given. */
  readonly now?: Time | undefined;
  /** The values that the return must have. */
  readonly expect?: ExpectReturn | undefined;
}

/** One secret, or several for a rotation. An absent one after the first is skipped. */
export type Secrets<Secret> =
  | Secret
  | readonly Secret[]
  | readonly [Secret, ...(Secret | null | undefined)[]];

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
   * @throws {WorkflowError} `invalid_secret`.
   */
  constructor(text: string);
}

/**
 * Signs and verifies links and returns.
 *
 * An integrator signs links and verifies returns. The other two methods do Visiono's part, for
 * tests and for a local replacement of the service.
 *
 * The secrets are kept, as keyed state, in the memory of a WebAssembly module until the object
 * is freed, which wipes them: by {@link Workflow.free}, by `using`, or when it is collected.
 */
export class Workflow {
  /**
   * Takes the secret as Visiono shows it, or several for a rotation: the first one signs, and
   * each one is tried at verification.
   *
   * @throws {WorkflowError} `invalid_secret`, with the position of the secret; `invalid_argument`
   * for negative seconds.
   */
  constructor(secrets: Secrets<string | WorkflowSecret>, options?: WorkflowOptions);

  /**
   * Signs a link, and returns the URL to send a person to.
   *
   * @throws {WorkflowError} `invalid_argument` without a slug or link, or with both; `invalid_url`
   * for the link; `invalid_field` with the first field that can't be signed.
   */
  signLink(fields: LinkFields & LinkTarget): string;

  /**
   * Verifies a link, as Visiono does.
   *
   * @throws {WorkflowError} The first check that fails decides: `invalid_argument`,
   * `invalid_field` for an expected value, `duplicate_parameter`, `missing_parameter`,
   * `malformed_parameter`, `invalid_signature`, `not_yet_valid` or `expired`, `unexpected_value`.
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
   * @throws {WorkflowError} Those of {@link Workflow.verifyLink}, in the same order, with
   * `invalid_template` after `invalid_argument` if a return can't be read back by the template.
   */
  verifyReturn(input: Input, options?: VerifyReturnOptions): VerifiedReturn;

  /** Wipes the secrets. A call after this is `invalid_argument`; freeing again does nothing. */
  free(): void;

  /** Frees the object at the end of `using`: {@link Workflow.free}. */
  [Symbol.dispose](): void;
}

// cargo xtask generate: return
// =/** A field that has a placeholder in a redirect template. */
// =export type ReturnField =
//   | "{camel}"{||;}
/** A field that has a placeholder in a redirect template. */
export type ReturnField =
  | "submissionId"
  | "uniqueValue"
  | "reference"
  | "photoCount"
  | "timestamp"
  | "signature";
// end generated

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
   * To sign and expand in one step, use {@link Workflow.signReturn}. The signature isn't verified
   * here.
   *
   * @throws {WorkflowError} Those of {@link Workflow.signReturn}.
   */
  expand(
    values: ReturnFields & {
      /** 64 lower-case hexadecimal digits. */
      readonly signature: string;
    },
  ): string;

  /**
   * Checks that returns made from this template can be read back, which
   * {@link Workflow.verifyReturn} needs.
   *
   * @throws {WorkflowError} `invalid_template`.
   */
  checkExtractable(): void;

  /** The template as it was written. */
  toString(): string;

  /** Gives back the memory. A call after this is `invalid_argument`. */
  free(): void;

  /** Frees the object at the end of `using`: {@link RedirectTemplate.free}. */
  [Symbol.dispose](): void;
}

// cargo xtask generate: codes
// =/** The kind of an error: the same words in every language. */
// =export type Code =
//   | "{name}"{||;}
/** The kind of an error: the same words in every language. */
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
// end generated

/**
 * The reason of a refusal. It never holds a secret, a value of a field or an expected signature, so
 * it can be logged as it is.
 */
export class WorkflowError extends Error {
  private constructor();

  readonly name: "WorkflowError";
  /** The kind of the error. */
  readonly code: Code;
  /**
   * The number of the code, such as 203: the 100s are the caller's mistake, the 200s
   * mean a message to refuse, the 300s a wrong argument or a bug.
   */
  readonly number: number;
  /** True for a message that must be refused, false for an error of the program. */
  readonly isRefusal: boolean;
  /** The short names of the parameters that it concerns, such as `["uv", "ts"]`. */
  readonly parameters: readonly string[];
  /** The seconds by which a message is too old (`expired`) or too early (`not_yet_valid`). */
  readonly seconds: number | undefined;
  /** The position of a misplaced brace in the redirect template, in bytes of UTF-8. */
  readonly position: number | undefined;
}
