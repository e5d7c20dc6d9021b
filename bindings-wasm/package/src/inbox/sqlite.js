import { driverError, invalid } from "./error.js";
import * as schema from "./schema.js";
import {
  TransactionEnded,
  compile,
  isRead,
  migrate,
  numberIn,
  processNow,
  questionMark,
  resultOf,
  statementsOf,
} from "./sql.js";
import { SQLITE } from "./statements.js";

let compiled;

/** Milliseconds for which a writer waits for others. */
const BUSY_TIMEOUT = 5000;
const SQLITE_BUSY = 5;

const TRANSACTION = ["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"];
const SAVEPOINT = [
  "SAVEPOINT visiono_inbox",
  "RELEASE visiono_inbox",
  "ROLLBACK TO visiono_inbox; RELEASE visiono_inbox",
];

/** A `DatabaseSync` of `node:sqlite` and its prepared statements. */
class Connection {
  #database;
  #prepared = {};
  #isSetUp = false;

  constructor(database) {
    this.#database = database;
    compiled ??= compile(SQLITE, questionMark);
  }

  /** Sets what makes an event durable, and lets processes wait for each other. */
  setUp() {
    if (!this.#isSetUp) {
      const database = this.#database;
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
      const [mode] = Object.values(database.prepare("PRAGMA journal_mode").get());
      // A database in memory has no log.
      if (mode !== "wal" && mode !== "memory") {
        database.exec("PRAGMA journal_mode = WAL");
      }
      database.exec("PRAGMA synchronous = FULL");
      this.#isSetUp = true;
    }
  }

  execute = (name, parameters) => {
    const { text, values } = compiled[name];
    const statement = (this.#prepared[name] ??= this.#prepare(text));
    // A number would be bound as a floating-point number.
    const bound = values(parameters).map((value) => (typeof value === "number" ? BigInt(value) : value));
    if (/^SELECT|^RETURNING/m.test(text)) {
      return { rows: statement.all(...bound), changes: 0 };
    }
    return { rows: [], changes: Number(statement.run(...bound).changes) };
  };

  #prepare(text) {
    const statement = this.#database.prepare(text);
    // The caller's database may have other settings.
    statement.setReturnArrays?.(false);
    statement.setReadBigInts(false);
    return statement;
  }

  /**
   * Begins a transaction that writes. SQLite itself would sleep longer and longer between its attempts,
   * up to 100 ms, and processes that have just come would be faster, for seconds.
   */
  #begin(statement) {
    const database = this.#database;
    const until = Date.now() + BUSY_TIMEOUT;
    database.exec("PRAGMA busy_timeout = 0");
    try {
      for (;;) {
        try {
          database.exec(statement);
          return;
        } catch (error) {
          if (error.errcode !== SQLITE_BUSY || Date.now() > until) {
            throw error;
          }
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.random() * 4);
        }
      }
    } finally {
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    }
  }

  /**
   * Runs a function in a transaction, or in a savepoint of one. `BEGIN` fails in the caller's
   * transaction, in which an event wouldn't be durable.
   */
  transaction = (body, isNested = false) => {
    const database = this.#database;
    const [begin, end, undo] = isNested ? SAVEPOINT : TRANSACTION;
    this.#begin(begin);
    try {
      const result = body();
      try {
        database.exec(end);
      } catch (error) {
        throw isNested ? new TransactionEnded(error) : error;
      }
      return result;
    } catch (error) {
      try {
        database.exec(undo);
      } catch {
        // SQLite itself has undone it, or the handler has.
      }
      throw error;
    }
  };

  run(statements) {
    this.transaction(() => statements.forEach((text) => this.#database.exec(text)));
  }
}

const connections = new WeakMap();

function connect(database, what) {
  if (!["exec", "prepare"].every((name) => typeof database?.[name] === "function")) {
    throw invalid(`${what} wants a DatabaseSync of node:sqlite`);
  }
  if (!connections.has(database)) {
    connections.set(database, new Connection(database));
  }
  return connections.get(database);
}

/** Keeps an inbox in a SQLite file, through `node:sqlite`. */
export function sqliteStore(database) {
  const own = connect(database, "sqliteStore");
  const perform = async (operation, parameters) => {
    try {
      own.setUp();
      const execute = () => statementsOf(operation).map((name) => own.execute(name, parameters));
      return resultOf(operation, isRead(operation) ? execute() : own.transaction(execute));
    } catch (error) {
      throw driverError(error);
    }
  };
  const readVersion = async () => numberIn((await perform("version", {})).rows, "version");
  return {
    perform,
    migrate: () =>
      migrate(schema.SQLITE, compiled, readVersion, async (statements) => own.run(statements)),
    process: async (given, job) => {
      const connection = connect(given, "process");
      try {
        connection.setUp();
        return await processNow(connection, job);
      } catch (error) {
        throw driverError(error);
      }
    },
  };
}
