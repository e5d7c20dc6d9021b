import { driverError, invalid } from "./error.js";
import * as schema from "./schema.js";
import { compile, migrate, numberIn, questionMark, resultOf, statementsOf } from "./sql.js";
import { SQLITE } from "./statements.js";

let compiled;

/** Keeps an inbox in D1 of Cloudflare: `d1Store(env.DB)`. */
export function d1Store(database) {
  if (["prepare", "batch"].some((name) => typeof database?.[name] !== "function")) {
    throw invalid("d1Store wants a D1 database, such as env.DB");
  }
  compiled ??= compile(SQLITE, questionMark);
  const prepare = (name, parameters) => {
    const { text, values } = compiled[name];
    return database.prepare(text).bind(...values(parameters));
  };
  const perform = async (operation, parameters) => {
    try {
      // A batch is a transaction.
      const statements = statementsOf(operation).map((name) => prepare(name, parameters));
      const result = resultOf(operation, await database.batch(statements));
      return { rows: result.results, changes: result.meta.changes };
    } catch (error) {
      throw driverError(error);
    }
  };
  const readVersion = async () => numberIn((await perform("version", {})).rows, "version");
  const apply = (statements) => database.batch(statements.map((text) => database.prepare(text)));
  return {
    perform,
    migrate: () => migrate(schema.SQLITE, compiled, readVersion, apply),
    process: async () => {
      throw invalid("D1 has no transactions that a handler could take part in: use claim and commit, or run");
    },
  };
}
