import { InboxError, driverError, invalid } from "./error.js";
import * as schema from "./schema.js";
import { compile, isRead, migrate, numberIn, processNow, questionMark, resultOf, statementsOf } from "./sql.js";
import { SQLITE } from "./statements.js";

let compiled;

/** Keeps an inbox in a Durable Object that has SQLite: `durableObjectStore(ctx.storage)`. */
export function durableObjectStore(storage) {
  if (typeof storage?.sql?.exec !== "function") {
    throw invalid("durableObjectStore wants ctx.storage of a Durable Object that has SQLite");
  }
  compiled ??= compile(SQLITE, questionMark);
  let isProcessing = false;
  const execute = (name, parameters) => {
    const { text, values } = compiled[name];
    const rows = storage.sql.exec(text, ...values(parameters)).toArray();
    const [changes] = storage.sql.exec("SELECT changes() AS changes").toArray();
    return { rows, changes: changes.changes };
  };
  const transaction = (body) => storage.transactionSync(body);
  const write = async (body) => {
    if (isProcessing) {
      throw new InboxError("unavailable", "the handler of process can't write to the inbox itself");
    }
    const result = transaction(body);
    await storage.sync();
    return result;
  };
  const perform = async (operation, parameters) => {
    try {
      const run = () => statementsOf(operation).map((name) => execute(name, parameters));
      return resultOf(operation, isRead(operation) ? run() : await write(run));
    } catch (error) {
      throw driverError(error);
    }
  };
  const readVersion = async () => numberIn((await perform("version", {})).rows, "version");
  const apply = (statements) => write(() => statements.forEach((text) => storage.sql.exec(text)));
  return {
    perform,
    migrate: () => migrate(schema.SQLITE, compiled, readVersion, apply),
    process: async (connection, job) => {
      if (connection !== storage) {
        throw invalid("process wants the ctx.storage that the inbox has");
      }
      const handle = (item) => {
        isProcessing = true;
        try {
          return job.handle(item);
        } finally {
          isProcessing = false;
        }
      };
      try {
        const done = await processNow({ transaction, execute }, { ...job, handle }, () => storage.sync());
        await storage.sync();
        return done;
      } catch (error) {
        throw driverError(error);
      }
    },
  };
}
