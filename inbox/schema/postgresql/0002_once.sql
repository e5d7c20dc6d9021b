-- Names that are reserved until a time in Unix milliseconds.
CREATE TABLE IF NOT EXISTS visiono_inbox_once (
  name TEXT COLLATE "C" PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
