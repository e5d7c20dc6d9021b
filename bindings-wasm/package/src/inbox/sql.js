// The part that the stores with SQL share.

import { InboxError, driverError, invalid, leaseLost } from "./error.js";
import { STATEMENTS } from "./statements.js";

/** The statements of the operations that have several. */
const SEVERAL = {
  claim: ["exhaust", "claim"],
  purge: ["forget", "drop", "drop_once"],
};
/** The operations that write nothing. */
const READS = ["events", "dead", "counts", "next", "version"];

export const isRead = (operation) => READS.includes(operation);
export const statementsOf = (operation) => SEVERAL[operation] ?? [operation];

/** Chooses the result of an operation among those of its statements. */
export const resultOf = (operation, results) => (operation === "purge" ? results[0] : results.at(-1));

/** Splits texts at their lines `-- name: X`, without other comments. */
function split(...texts) {
  const statements = {};
  for (const part of texts.flatMap((text) => text.split(/^-- name: /m).slice(1))) {
    const [name, ...lines] = part.split("\n");
    statements[name] = lines.filter((line) => !line.startsWith("--")).join("\n").trim();
  }
  return statements;
}

/**
 * Compiles the statements of a dialect. `placeholder` returns what the driver wants for a parameter,
 * and adds its name to those whose values it wants.
 */
export function compile(dialect, placeholder) {
  const texts = split(STATEMENTS, dialect);
  const whole = (name) => texts[name].replace(/\{(\w+)\}/g, (_, inner) => whole(inner));
  const statements = {};
  for (const name of Object.keys(texts)) {
    const names = [];
    const text = whole(name).replace(/:(\w+)/g, (_, parameter) => placeholder(names, parameter));
    const values = (parameters) => names.map((parameter) => parameters[parameter] ?? null);
    statements[name] = { text, values };
  }
  statements.migrated = (version) =>
    whole("migrated").replace(":version", version).replaceAll(":now", "NULL");
  return statements;
}

/** A placeholder `?`, for which the value is repeated. */
export function questionMark(names, parameter) {
  names.push(parameter);
  return "?";
}

/** A numbered placeholder. */
export function numbered(names, parameter) {
  if (!names.includes(parameter)) {
    names.push(parameter);
  }
  return `$${names.indexOf(parameter) + 1}`;
}

/**
 * Runs the migrations that are missing. `apply` runs statements in one transaction; it fails if
 * another process was faster.
 */
export async function migrate(schema, statements, readVersion, apply) {
  for (let attempt = 1; ; attempt += 1) {
    const version = await readVersion().catch((error) => {
      if (error.code !== "outdated_schema") {
        throw error;
      }
      return 0;
    });
    const [first, ...files] = schema.map(splitFile);
    const missing = files.flatMap((file, index) =>
      index + 1 > version ? [...file, statements.migrated(index + 1)] : [],
    );
    if (missing.length === 0) {
      return;
    }
    try {
      return await apply([...first, ...missing]);
    } catch (error) {
      if (attempt === 3) {
        throw driverError(error);
      }
    }
  }
}

function splitFile(text) {
  const lines = text.split("\n").filter((line) => !line.trim().startsWith("--"));
  return lines.join("\n").split(/;\s*(?:\n|$)/).filter(Boolean);
}

/** Returns the number in the only row of a result, or null. */
export const numberIn = ([row] = [], name) => {
  const value = row?.[name] ?? null;
  return value === null ? null : Number(value);
};

/**
 * Claims an item, runs a handler and completes the item, on a connection that answers at once.
 *
 * `connection.transaction` runs a function in a transaction, or if that is `true` in a savepoint of
 * one, and `connection.execute` runs a statement. `commit` returns when the claim is durable.
 */
export async function processNow(connection, job, commit) {
  const { transaction, execute } = connection;
  const claim = () => statementsOf("claim").map((name) => execute(name, job.claim));
  const claimed = job.begin(resultOf("claim", transaction(claim)).rows);
  await commit?.();
  if (claimed === undefined) {
    return false;
  }
  const { item, parameters } = claimed;
  transaction(() => {
    if (execute("hold", parameters).rows.length === 0) {
      throw leaseLost();
    }
    let misuse;
    try {
      transaction(() => {
        if (typeof job.handle(item)?.then === "function") {
          misuse = invalid("the handler must be done when it returns: here it can't be asynchronous");
          throw misuse;
        }
      }, true);
    } catch (error) {
      if (error === misuse || error instanceof TransactionEnded) {
        throw error;
      }
      execute("fail", { ...parameters, reason: job.reason(error) });
      return;
    }
    execute("commit", parameters);
  });
  return true;
}

/** The handler ended the transaction that it was called in. */
export class TransactionEnded extends InboxError {
  static name = "InboxError";

  constructor(cause) {
    super("invalid_argument", "the handler must not commit or roll back", cause);
  }
}
