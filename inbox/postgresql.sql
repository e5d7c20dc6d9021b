-- The statements for PostgreSQL 12 or later.

-- name: now
COALESCE(CAST(:now AS BIGINT), CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT))

-- name: bigint
BIGINT

-- name: least
LEAST

-- name: div
/

-- name: lock
-- Serializes migrations by concurrent processes.
SELECT pg_advisory_xact_lock(8432901765211)

-- name: accept
INSERT INTO visiono_inbox
  (dedup_key, request_id, event, event_time, received_at, raw_body, delivery_id, state, due_at)
VALUES (:dedup_key, :request_id, :event, :event_time, {now}, :raw_body, :delivery_id, 'waiting', {now})
ON CONFLICT (dedup_key) DO NOTHING

-- name: exhaust
-- Before each claim, as in the other databases. Skips an item whose handler is still running in a
-- transaction.
UPDATE visiono_inbox
SET last_error = CASE WHEN state = 'claimed' THEN 'the lease of the last attempt ran out' ELSE last_error END,
    state = 'dead', due_at = NULL, finished_at = {now}
WHERE id = ANY (ARRAY(
  SELECT id FROM visiono_inbox WHERE due_at <= {now} AND attempts >= :max_attempts FOR UPDATE SKIP LOCKED
))

-- name: claim
-- An array is evaluated once. The subquery of an IN may run for each row, and then claims more than
-- :limit.
UPDATE visiono_inbox
SET state = 'claimed', due_at = {now} + :lease, attempts = attempts + 1, token = token + 1
WHERE id = ANY (ARRAY(
  SELECT id FROM visiono_inbox WHERE due_at <= {now} AND attempts < :max_attempts
  ORDER BY due_at, id LIMIT :limit FOR UPDATE SKIP LOCKED
))
RETURNING {columns}

-- name: hold
-- In the caller's transaction: checks that the item is still the worker's, and locks it, so that no
-- other worker claims it, even if the lease runs out.
SELECT 1 AS held FROM visiono_inbox
WHERE dedup_key = :dedup_key AND token = :token AND state = 'claimed' FOR UPDATE

-- name: once
INSERT INTO visiono_inbox_once (name, expires_at) VALUES (:name, {now} + :ttl)
ON CONFLICT (name) DO UPDATE SET expires_at = excluded.expires_at
WHERE visiono_inbox_once.expires_at <= {now}
