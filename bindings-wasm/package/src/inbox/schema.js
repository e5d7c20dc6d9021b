// The migrations, which all languages have in common. A file's number is its version.

// cargo xtask generate: file inbox/schema/sqlite/0000_schema.sql
// const SQLITE_0 = String.raw`{text}`;
// end generated

// cargo xtask generate: file inbox/schema/sqlite/0001_inbox.sql
// const SQLITE_1 = String.raw`{text}`;
// end generated

// cargo xtask generate: file inbox/schema/sqlite/0002_once.sql
// const SQLITE_2 = String.raw`{text}`;
// end generated

export const SQLITE = [SQLITE_0, SQLITE_1, SQLITE_2];

// cargo xtask generate: file inbox/schema/postgresql/0000_schema.sql
// const POSTGRESQL_0 = String.raw`{text}`;
// end generated

// cargo xtask generate: file inbox/schema/postgresql/0001_inbox.sql
// const POSTGRESQL_1 = String.raw`{text}`;
// end generated

// cargo xtask generate: file inbox/schema/postgresql/0002_once.sql
// const POSTGRESQL_2 = String.raw`{text}`;
// end generated

export const POSTGRESQL = [POSTGRESQL_0, POSTGRESQL_1, POSTGRESQL_2];
