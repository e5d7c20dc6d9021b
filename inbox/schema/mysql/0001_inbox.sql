-- The events. Times are Unix milliseconds of the database's clock; event_time is in Unix seconds.
CREATE TABLE IF NOT EXISTS visiono_inbox (
  id BIGINT AUTO_INCREMENT PRIMARY KEY,
  dedup_key VARBINARY(64) NOT NULL UNIQUE,
  request_id VARBINARY(255),
  event TEXT NOT NULL,
  event_time BIGINT,
  received_at BIGINT NOT NULL,
  -- The signed bytes; NULL after the item was purged, when the row only keeps the key.
  raw_body MEDIUMTEXT,
  -- Not authenticated; only for logs.
  delivery_id TEXT,
  state VARCHAR(16) NOT NULL,
  -- The time from which the item can be claimed: the end of its delay or lease; NULL if done or dead.
  due_at BIGINT,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Incremented by every claim: a worker whose lease ran out has an old token.
  token BIGINT NOT NULL DEFAULT 0,
  finished_at BIGINT,
  last_error TEXT,
  CHECK (state IN ('waiting', 'claimed', 'done', 'dead')),
  INDEX visiono_inbox_due (due_at, id),
  INDEX visiono_inbox_request (request_id, received_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
