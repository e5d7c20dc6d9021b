import { InboxError, driverError, invalid, leaseLost } from "./error.js";
import * as schema from "./schema.js";
import { TransactionEnded, compile, migrate, numberIn, numbered, resultOf, statementsOf } from "./sql.js";
import { POSTGRESQL } from "./statements.js";

let compiled;

async function execute(client, name, parameters) {
  const { text, values } = compiled[name];
  const { rows, rowCount } = await client.query(text, values(parameters));
  return { rows, changes: rowCount };
}

async function executeAll(client, operation, parameters) {
  const results = [];
  for (const name of statementsOf(operation)) {
    results.push(await execute(client, name, parameters));
  }
  return resultOf(operation, results);
}

const isClient = (client) => typeof client?.query === "function";

/** Keeps an inbox in PostgreSQL, through a `Pool` of `pg`, or a `Client` that nothing else uses. */
export function postgresStore(database) {
  if (!isClient(database)) {
    throw invalid("postgresStore wants a Pool or a Client of pg");
  }
  compiled ??= compile(POSTGRESQL, numbered);
  const perform = async (operation, parameters) => {
    try {
      return await executeAll(database, operation, parameters);
    } catch (error) {
      throw driverError(error);
    }
  };
  const readVersion = async () => numberIn((await perform("version", {})).rows, "version");
  // Statements in one text are one transaction, which no other query of the client gets into.
  const apply = (statements) => database.query([compiled.lock.text, ...statements].join(";\n"));
  return {
    perform,
    migrate: () => migrate(schema.POSTGRESQL, compiled, readVersion, apply),
    process: async (client, job) => {
      if (!isClient(client) || "totalCount" in client) {
        throw invalid("process wants a client of pg: pool.connect() returns one");
      }
      if (client === database) {
        throw invalid("process wants another client than the inbox has, whose events must be durable at once");
      }
      try {
        return await processOn(client, job);
      } catch (error) {
        throw driverError(error);
      }
    },
  };
}

/** Claims an item, runs a handler and completes the item, in a transaction of a client. */
async function processOn(client, job) {
  // A statement that is a transaction of its own has the transaction's time.
  const { rows } = await client.query("SELECT now() = statement_timestamp() AS free");
  if (!rows[0].free) {
    throw invalid("process wants a client that is not in a transaction");
  }
  const claimed = job.begin((await executeAll(client, "claim", job.claim)).rows);
  if (claimed === undefined) {
    return false;
  }
  const { item, parameters } = claimed;
  await client.query("BEGIN");
  try {
    if ((await execute(client, "hold", parameters)).rows.length === 0) {
      throw leaseLost();
    }
    await client.query("SAVEPOINT visiono_inbox");
    const failure = await run(client, () => job.handle(item));
    if (failure === undefined) {
      await execute(client, "commit", parameters);
    } else {
      await execute(client, "fail", { ...parameters, reason: job.reason(failure.error) });
    }
    await client.query("COMMIT");
  } catch (error) {
    // The connection may be gone, and the transaction with it.
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
  return true;
}

/** Runs a handler in a savepoint, and returns its failure, after which all it did is undone. */
async function run(client, handle) {
  let failure;
  try {
    await handle();
    // It fails, too, after a statement that failed.
    await client.query("RELEASE visiono_inbox");
    return undefined;
  } catch (error) {
    failure = { error };
  }
  try {
    await client.query("ROLLBACK TO visiono_inbox");
  } catch (error) {
    throw isGone(error) ? error : new TransactionEnded(failure.error);
  }
  return failure;
}

/** Tells the error of a connection from one that the server answers. */
const isGone = (error) => !/^(25P01|3B001)$/.test(Object(error).code);
