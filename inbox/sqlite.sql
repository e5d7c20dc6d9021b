-- The statements for SQLite 3.35 or later, D1 and Durable Objects.

-- name: now
COALESCE(:now, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))

-- name: bigint
INTEGER

-- name: least
MIN

-- name: div
/

-- name: accept
INSERT INTO visiono_inbox
  (dedup_key, request_id, event, event_time, received_at, raw_body, delivery_id, state, due_at)
VALUES (:dedup_key, :request_id, :event, :event_time, {now}, :raw_body, :delivery_id, 'waiting', {now})
ON CONFLICT (dedup_key) DO NOTHING

-- name: claim
UPDATE visiono_inbox
SET state = 'claimed', due_at = {now} + :lease, attempts = attempts + 1, token = token + 1
WHERE id IN (SELECT id FROM visiono_inbox WHERE due_at <= {now} AND attempts < :max_attempts
  ORDER BY due_at, id LIMIT :limit)
RETURNING {columns}

-- name: hold
-- In the caller's transaction: checks that the item is still the worker's. The transaction holds the
-- write lock of the database, so no other worker can claim the item.
SELECT 1 AS held FROM visiono_inbox
WHERE dedup_key = :dedup_key AND token = :token AND state = 'claimed'

-- name: once
INSERT INTO visiono_inbox_once (name, expires_at) VALUES (:name, {now} + :ttl)
ON CONFLICT (name) DO UPDATE SET expires_at = excluded.expires_at
WHERE visiono_inbox_once.expires_at <= {now}
