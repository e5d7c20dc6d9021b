/**
 * Keeps the events of webhooks in a database that you already have, until they are processed: in
 * PostgreSQL, SQLite, Redis, D1 or a Durable Object.
 *
 * Nothing is imported: the client of the database is yours. Durations and times are in seconds, and
 * can have fractions.
 *
 * @example
 * ```ts
 * import { Webhook } from "visiono-workflow/webhook";
 * import { Inbox, createReceiver, postgresStore } from "visiono-workflow/inbox";
 *
 * const inbox = new Inbox(postgresStore(pool));
 * await inbox.migrate();
 * export const receive = createReceiver({ webhook: new Webhook(secret), inbox });
 * await inbox.run(async (item) => console.log(item.event, item.requestId));
 * ```
 *
 * @module
 */

import type { Runtime } from "./index.js";

/** The reason for which an operation failed. */
export type InboxCode =
  /** The database didn't do it: it can't be reached, is busy, full or read-only. */
  | "unavailable"
  /** The tables are missing or older than this version: call {@link Inbox.migrate}. */
  | "outdated_schema"
  /** The lease ran out and another worker took the item, or it is no longer claimed. */
  | "lease_lost"
  /** There is no item with this key in the state that the operation needs, or it was purged. */
  | "unknown_item"
  /** An argument can't be right. */
  | "invalid_argument";

/** The failure of an operation. Its message has no value, no secret and no address, so it can be logged. */
export class InboxError extends Error {
  private constructor();

  readonly code: InboxCode;
  /** The error of the database's client, if that is the reason. */
  readonly cause?: unknown;
}

/** The state of an item. */
export type ItemState = "waiting" | "claimed" | "done" | "dead";

/** An event in the inbox. */
export interface Item {
  /** The same for all deliveries of the event: pass it on as an idempotency key. */
  readonly dedupKey: string;
  /** The ID by which {@link Inbox.events} finds it, or null. */
  readonly requestId: string | null;
  /** The event's name. */
  readonly event: string;
  /** The time of the event, in Unix seconds, or null. */
  readonly eventTime: number | null;
  /** The time at which it was accepted, in Unix seconds with milliseconds. */
  readonly receivedAt: number;
  /** The whole body, as it was signed. */
  readonly rawBody: string;
  /**
   * The whole body, parsed when it is first read. Whole numbers beyond `Number.MAX_SAFE_INTEGER`
   * are bigints. It is not part of a copy, or of what `JSON.stringify` writes.
   */
  readonly body: { readonly event: string; readonly [name: string]: unknown };
  /** The delivery's ID, for logs: no header but the signature is authenticated. */
  readonly unauthenticatedDeliveryId: string | null;
  readonly state: ItemState;
  /** The number of times that it was claimed since it came, or since it was retried or replayed. */
  readonly attempts: number;
  /** Grows with each claim. A worker whose lease ran out has an old one, which changes nothing. */
  readonly token: number;
  /** The reason of the last attempt that failed, or null. */
  readonly lastError: string | null;
}

/** The identity of a claimed item: an {@link Item}, or these members of one from a queue. */
export type Claimed = Pick<Item, "dedupKey" | "token">;

/** The parts of a delivery that the inbox stores: a `Delivery` of `visiono-workflow/webhook`, or its `toJSON()`. */
export interface Acceptable {
  readonly dedupKey: string;
  readonly requestId: string | null;
  readonly event: string;
  readonly eventTime: number | null;
  readonly rawBody: string;
  readonly unauthenticatedDeliveryId: string | null;
}

/** The place where an inbox keeps its events: the functions `…Store` make one. */
export interface Store {
  /** Only these functions make one. */
  readonly perform: (...internal: never) => Promise<object>;
}

/** A client of `pg`: a `Client`, or what `pool.connect()` returns. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ rows: any[]; rowCount: number | null }>;
}

/** A `DatabaseSync` of `node:sqlite`. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): {
    all(...values: (null | number | bigint | string)[]): unknown[];
    run(...values: (null | number | bigint | string)[]): { changes: number | bigint };
  };
}

/** A client of node-redis. */
export interface RedisClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** A client of ioredis. */
export interface IoredisClient {
  eval(script: string, keys: number, ...values: string[]): Promise<unknown>;
  evalsha(sha1: string, keys: number, ...values: string[]): Promise<unknown>;
}

/** A database of Cloudflare's D1, or a session of it. */
export interface D1 {
  prepare(query: string): { bind(...values: unknown[]): any };
  batch(statements: any[]): Promise<any[]>;
}

/** The storage of a Durable Object that has SQLite: `ctx.storage`. */
export interface DurableObjectSqlStorage {
  readonly sql: { exec(query: string, ...values: any[]): { toArray(): any[] } };
  transactionSync<Result>(body: () => Result): Result;
  sync(): Promise<void>;
}

/**
 * Keeps an inbox in PostgreSQL 12 or later.
 *
 * @param client A `Pool` of `pg`, or a `Client` that nothing else uses: an event that is accepted
 * while the client is in a transaction of yours isn't durable yet.
 */
export function postgresStore(client: PostgresClient): Store;

/**
 * Keeps an inbox in a SQLite file, through `node:sqlite` of Node 22 or later.
 *
 * It sets `journal_mode = WAL`, `synchronous = FULL` and `busy_timeout = 5000`. While the connection is
 * in a transaction of yours, operations fail as `unavailable`.
 */
export function sqliteStore(database: SqliteDatabase): Store;

/**
 * Keeps an inbox in Redis 6.2 or later, through node-redis.
 *
 * @param prefix The beginning of the keys' names: `{visiono_inbox}` unless set. The braces keep the
 * keys on one node of a cluster.
 */
export function redisStore(client: RedisClient, prefix?: string): Store;

/**
 * Keeps an inbox in Redis 6.2 or later, through ioredis.
 *
 * @param prefix The same as in {@link redisStore}. A client that has a `keyPrefix` puts that before it.
 */
export function ioredisStore(client: IoredisClient, prefix?: string): Store;

/** Keeps an inbox in D1 of Cloudflare: `d1Store(env.DB)`. */
export function d1Store(database: D1): Store;

/** Keeps an inbox in a Durable Object: `durableObjectStore(ctx.storage)`. */
export function durableObjectStore(storage: DurableObjectSqlStorage): Store;

/** The settings of an {@link Inbox}. */
export interface InboxOptions {
  /** The attempts after which an item is dead: 12 unless set. */
  readonly maxAttempts?: number | undefined;
  /** The delay after the first attempt that failed, which doubles each time: 10 s unless set. */
  readonly shortestDelay?: number | undefined;
  /** The longest delay: 3600 s unless set. */
  readonly longestDelay?: number | undefined;
  /** Returns the time in Unix seconds, for tests. Unless set, it is the database's. */
  readonly clock?: (() => number) | undefined;
}

/** The settings of a claim. */
export interface ClaimOptions {
  /** The largest number of items, up to 1000: 1 unless set. */
  readonly limit?: number | undefined;
  /** The seconds for which they are hidden from other workers: 60 unless set. */
  readonly lease?: number | undefined;
}

/** The settings of a purge. */
export interface PurgeOptions {
  /** The age in seconds from which the content of a processed event is removed: 86400 unless set. */
  readonly olderThan?: number | undefined;
  /** The number of events that each request ID keeps: 100 unless set. */
  readonly newest?: number | undefined;
  /** The `maxAge` of your `Webhook`: 10800 unless set. */
  readonly maxAge?: number | undefined;
  /**
   * The seconds after which the key of an event without a time is removed: never unless set. After
   * that, whoever has such a delivery can send it again, and it is processed again.
   */
  readonly undated?: number | undefined;
}

/** One line of a log: an object of plain values without a secret or a body. */
export interface LogEntry {
  readonly [name: string]: string | number | null | undefined;
}

/** Takes a line of a log, which is JSON in ASCII, and the same as an object. */
export type Log = (line: string, entry: LogEntry) => void;

/** The settings of a worker. */
export interface RunOptions {
  /** The largest number of items that are processed at the same time: 1 unless set. */
  readonly concurrency?: number | undefined;
  /** The seconds of a lease, which is extended while the handler runs: 60 unless set. */
  readonly lease?: number | undefined;
  /** The longest time between two looks for items, in seconds: 5 unless set. */
  readonly poll?: number | undefined;
  /** Stops the worker when it is aborted, as SIGTERM does. */
  readonly signal?: Runtime<"AbortSignal"> | undefined;
  /** Takes a line for each item: `console.log` unless set. */
  readonly log?: Log | undefined;
}

/**
 * Keeps events until they are processed.
 *
 * Every operation rejects with an {@link InboxError}, and tries nothing twice.
 */
export class Inbox {
  #store;

  /** @throws {InboxError} `invalid_argument`. */
  constructor(store: Store, options?: InboxOptions);

  /** Makes or updates the tables. Any number of processes may call it at any time. */
  migrate(): Promise<void>;

  /** Stores a delivery. When it returns, the event is durable: only then answer with 2xx. */
  accept(delivery: Acceptable): Promise<"new" | "duplicate">;

  /** Takes items that are due, the oldest first, and counts an attempt for each. */
  claim(options?: ClaimOptions): Promise<Item[]>;

  /** Completes an item: it is done. */
  commit(item: Claimed): Promise<void>;

  /** Gives an item back, to be claimed again after a delay in seconds. The attempt isn't counted. */
  release(item: Claimed, options?: { readonly delay?: number | undefined }): Promise<void>;

  /**
   * Records that the attempt failed: the item waits longer each time, and is dead after the last.
   *
   * @param reason An error or a text, of which 255 characters are kept.
   */
  fail(item: Claimed, reason: unknown): Promise<void>;

  /** Gives an item a new lease from now on. */
  extend(item: Claimed, options?: { readonly lease?: number | undefined }): Promise<void>;

  /**
   * Claims an item, runs the handler and completes the item in one transaction of the connection, so
   * that what the handler writes to this database happens once. Resolves to true if there was an
   * item, also if the handler failed: then all that it wrote is undone, and `lastError` has the reason.
   *
   * With `pg`, the connection is a client that is not in a transaction, and other than the inbox's
   * own. With `node:sqlite` and in a Durable Object, where the connection is `ctx.storage`, the handler
   * must be synchronous. D1 and Redis can't do it: `invalid_argument`.
   */
  process<Connection extends PostgresClient>(
    connection: Connection,
    handler: (item: Item, connection: Connection) => unknown,
    options?: { readonly lease?: number | undefined },
  ): Promise<boolean>;
  process<Connection extends SqliteDatabase | DurableObjectSqlStorage>(
    connection: Connection,
    handler: (item: Item, connection: Connection) => void,
    options?: { readonly lease?: number | undefined },
  ): Promise<boolean>;

  /**
   * Claims items, processes them, and completes or fails each, until SIGTERM or the signal; then it
   * resolves after what it has. It goes on when the database was down.
   *
   * @param handle Processes an item. The signal is aborted if the lease was lost.
   */
  run(handle: (item: Item, signal: Runtime<"AbortSignal">) => unknown, options?: RunOptions): Promise<void>;

  /** Returns the events of a request ID that were received at or after a time, the oldest first. */
  events(
    requestId: string,
    options?: { readonly after?: number | undefined; readonly limit?: number | undefined },
  ): Promise<Item[]>;

  /** Returns items that failed for the last time: 100 unless a limit is set. */
  dead(options?: { readonly limit?: number | undefined }): Promise<Item[]>;

  /** Processes a dead item again. */
  retry(dedupKey: string): Promise<void>;

  /** Processes again what is done. */
  replay(dedupKey: string): Promise<void>;

  /** Returns the number of items in each state. */
  counts(): Promise<Record<ItemState, number>>;

  /**
   * Removes the content of processed events that are old or not among the newest of their request,
   * and returns their number. What isn't done stays.
   */
  purge(options?: PurgeOptions): Promise<number>;

  /**
   * Returns true for the first caller with this name, until the time is over. With the `submissionId`
   * of a verified return it makes that usable once.
   *
   * @param ttl Seconds: at least the `maxAge` of the returns.
   */
  once(name: string, ttl: number): Promise<boolean>;
}

/** The settings of a receiver. */
export interface ReceiverOptions {
  /** A `Webhook` of `visiono-workflow/webhook`. */
  readonly webhook: { receive(body: Uint8Array | string, request: any): Acceptable };
  readonly inbox: Pick<Inbox, "accept">;
  /** The seconds after which a request is answered with 503 or 408: 10 unless set. */
  readonly deadline?: number | undefined;
  /** Takes a line for each request: `console.log` unless set. */
  readonly log?: Log | undefined;
}

/** The parts of a `Request` that a receiver reads. */
export interface FetchRequest {
  readonly method: string;
  readonly headers: { get(name: string): string | null };
  readonly bodyUsed: boolean;
  readonly body: any;
}

/** The parts of Node's `IncomingMessage` that a receiver reads, and what Express puts into it. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly headers: object;
  on(event: string, listener: (chunk: any) => void): unknown;
}

/** The parts of Node's `ServerResponse` that a receiver writes. */
export interface NodeResponse {
  readonly headersSent: boolean;
  writeHead(status: number, headers: Record<string, string>): { end(text: string): unknown };
}

/** Receives webhooks: verifies each, accepts it, and answers. */
export interface Receiver {
  /** Answers a `Request`, in Workers, Hono, Next, Bun and Deno. Other arguments are ignored. */
  (request: FetchRequest, ...others: unknown[]): Promise<Runtime<"Response">>;
  /** Answers a request of `node:http`. */
  node(request: NodeRequest, response: NodeResponse): Promise<void>;
  /**
   * Answers a request of Express. Mount it before `express.json()`, or keep the raw body in
   * `request.rawBody`.
   */
  express(request: NodeRequest, response: NodeResponse, next: (error?: any) => void): void;
}

/**
 * Makes a receiver, which answers 204 when the event is durable; 401 if the message is refused; 503 if
 * the database doesn't do it, so that Visiono sends the event again; 405, 408 and 413 for a method
 * other than POST, a slow body and one of more than 1 MiB; and 500 if the program is wrong.
 *
 * @throws {InboxError} `invalid_argument`.
 */
export function createReceiver(options: ReceiverOptions): Receiver;
