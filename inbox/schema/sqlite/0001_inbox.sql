-- The events. Times are Unix milliseconds of the database's clock; event_time is in Unix seconds.
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
CREATE INDEX IF NOT EXISTS visiono_inbox_request ON visiono_inbox (request_id, received_at);
