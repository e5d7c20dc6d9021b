-- The events. Times are Unix milliseconds of the database's clock; event_time is in Unix seconds.
CREATE TABLE IF NOT EXISTS visiono_inbox (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dedup_key TEXT COLLATE "C" NOT NULL UNIQUE,
  request_id TEXT COLLATE "C",
  event TEXT NOT NULL,
  event_time BIGINT,
  received_at BIGINT NOT NULL,
  -- As it was signed; NULL after it was purged, when the row keeps only the key.
  raw_body TEXT,
  -- Not authenticated: for logs.
  delivery_id TEXT,
  state TEXT NOT NULL,
  -- When it can be claimed: the end of its delay or lease; NULL if it is done or dead.
  due_at BIGINT,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Grows with every claim: a worker whose lease ran out has an old one.
  token BIGINT NOT NULL DEFAULT 0,
  finished_at BIGINT,
  last_error TEXT,
  CHECK (state IN ('waiting', 'claimed', 'done', 'dead'))
);
CREATE INDEX IF NOT EXISTS visiono_inbox_due ON visiono_inbox (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS visiono_inbox_request ON visiono_inbox (request_id, received_at);
