// The migrations, which all languages have in common. A file's number is its version.

// cargo xtask generate: file inbox/schema/sqlite/0000_schema.sql
// const SQLITE_0 = String.raw`{text}`;
const SQLITE_0 = String.raw`-- The numbers of the migrations that ran.
CREATE TABLE IF NOT EXISTS visiono_inbox_schema (
  version INTEGER PRIMARY KEY,
  applied_at INTEGER NOT NULL
);`;
// end generated

// cargo xtask generate: file inbox/schema/sqlite/0001_inbox.sql
// const SQLITE_1 = String.raw`{text}`;
const SQLITE_1 = String.raw`-- The events. Times are Unix milliseconds of the database's clock; event_time is in Unix seconds.
CREATE TABLE IF NOT EXISTS visiono_inbox (
  id INTEGER PRIMARY KEY,
  dedup_key TEXT NOT NULL UNIQUE,
  request_id TEXT,
  event TEXT NOT NULL,
  event_time INTEGER,
  received_at INTEGER NOT NULL,
  -- The signed bytes; NULL after the item was purged, when the row only keeps the key.
  raw_body TEXT,
  -- Not authenticated; only for logs.
  delivery_id TEXT,
  state TEXT NOT NULL,
  -- The time from which the item can be claimed: the end of its delay or lease; NULL if done or dead.
  due_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Incremented by every claim: a worker whose lease ran out has an old token.
  token INTEGER NOT NULL DEFAULT 0,
  finished_at INTEGER,
  last_error TEXT,
  CHECK (state IN ('waiting', 'claimed', 'done', 'dead'))
);
CREATE INDEX IF NOT EXISTS visiono_inbox_due ON visiono_inbox (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS visiono_inbox_request ON visiono_inbox (request_id, received_at);`;
// end generated

// cargo xtask generate: file inbox/schema/sqlite/0002_once.sql
// const SQLITE_2 = String.raw`{text}`;
const SQLITE_2 = String.raw`-- Names that are reserved until a time in Unix milliseconds.
CREATE TABLE IF NOT EXISTS visiono_inbox_once (
  name TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
);`;
// end generated

export const SQLITE = [SQLITE_0, SQLITE_1, SQLITE_2];

// cargo xtask generate: file inbox/schema/postgresql/0000_schema.sql
// const POSTGRESQL_0 = String.raw`{text}`;
const POSTGRESQL_0 = String.raw`-- The numbers of the migrations that ran.
CREATE TABLE IF NOT EXISTS visiono_inbox_schema (
  version INTEGER PRIMARY KEY,
  applied_at BIGINT NOT NULL
);`;
// end generated

// cargo xtask generate: file inbox/schema/postgresql/0001_inbox.sql
// const POSTGRESQL_1 = String.raw`{text}`;
const POSTGRESQL_1 = String.raw`-- The events. Times are Unix milliseconds of the database's clock; event_time is in Unix seconds.
CREATE TABLE IF NOT EXISTS visiono_inbox (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dedup_key TEXT COLLATE "C" NOT NULL UNIQUE,
  request_id TEXT COLLATE "C",
  event TEXT NOT NULL,
  event_time BIGINT,
  received_at BIGINT NOT NULL,
  -- The signed bytes; NULL after the item was purged, when the row only keeps the key.
  raw_body TEXT,
  -- Not authenticated; only for logs.
  delivery_id TEXT,
  state TEXT NOT NULL,
  -- The time from which the item can be claimed: the end of its delay or lease; NULL if done or dead.
  due_at BIGINT,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Incremented by every claim: a worker whose lease ran out has an old token.
  token BIGINT NOT NULL DEFAULT 0,
  finished_at BIGINT,
  last_error TEXT,
  CHECK (state IN ('waiting', 'claimed', 'done', 'dead'))
);
CREATE INDEX IF NOT EXISTS visiono_inbox_due ON visiono_inbox (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS visiono_inbox_request ON visiono_inbox (request_id, received_at);`;
// end generated

// cargo xtask generate: file inbox/schema/postgresql/0002_once.sql
// const POSTGRESQL_2 = String.raw`{text}`;
const POSTGRESQL_2 = String.raw`-- Names that are reserved until a time in Unix milliseconds.
CREATE TABLE IF NOT EXISTS visiono_inbox_once (
  name TEXT COLLATE "C" PRIMARY KEY,
  expires_at BIGINT NOT NULL
);`;
// end generated

export const POSTGRESQL = [POSTGRESQL_0, POSTGRESQL_1, POSTGRESQL_2];
