// The texts of inbox/ in the repository, which all languages have in common.

// cargo xtask generate: file inbox/statements.sql
// export const STATEMENTS = String.raw`{text}`;
// end generated

// cargo xtask generate: file inbox/sqlite.sql
// export const SQLITE = String.raw`{text}`;
// end generated

// cargo xtask generate: file inbox/postgresql.sql
// export const POSTGRESQL = String.raw`{text}`;
// end generated
