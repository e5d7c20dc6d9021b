-- Names that are reserved until a time in Unix milliseconds.
CREATE TABLE IF NOT EXISTS visiono_inbox_once (
  name TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
);
