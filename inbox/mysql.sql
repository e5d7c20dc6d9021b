-- The statements for MariaDB 10.6 or later, and MySQL 8 or later.

-- name: now
COALESCE(:now, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000)

-- name: bigint
SIGNED

-- name: least
LEAST

-- name: div
DIV

-- name: accept
-- An existing key is error 1062.
INSERT INTO visiono_inbox
  (dedup_key, request_id, event, event_time, received_at, raw_body, delivery_id, state, due_at)
VALUES (:dedup_key, :request_id, :event, :event_time, {now}, :raw_body, :delivery_id, 'waiting', {now})

-- name: exhausted
-- Before each claim: selects the items whose worker stopped in its last attempt, but not one whose
-- handler is still running in a transaction.
SELECT id FROM visiono_inbox WHERE due_at <= {now} AND attempts >= :max_attempts FOR UPDATE SKIP LOCKED

-- name: exhaust
-- Marks each of them as dead.
UPDATE visiono_inbox
SET last_error = CASE WHEN state = 'claimed' THEN 'the lease of the last attempt ran out' ELSE last_error END,
    state = 'dead', due_at = NULL, finished_at = {now}
WHERE id = :id

-- name: claimable
-- The first half of a claim, in a transaction: locks the items, and returns them as they will be.
SELECT dedup_key, request_id, event, event_time, received_at, raw_body, delivery_id, 'claimed' AS state,
  attempts + 1 AS attempts, token + 1 AS token, last_error, id
FROM visiono_inbox WHERE due_at <= {now} AND attempts < :max_attempts
ORDER BY due_at, id LIMIT :limit FOR UPDATE SKIP LOCKED

-- name: claim
-- The second half, for each item.
UPDATE visiono_inbox
SET state = 'claimed', due_at = {now} + :lease, attempts = attempts + 1, token = token + 1
WHERE id = :id

-- name: hold
-- In the caller's transaction: checks that the item is still the worker's, and locks it, so that no
-- other worker claims it, even if the lease runs out. A search by dedup_key would also lock the gap
-- before it, and block the acceptance of events.
SELECT 1 AS held FROM visiono_inbox
WHERE id = (SELECT id FROM visiono_inbox WHERE dedup_key = :dedup_key)
  AND token = :token AND state = 'claimed' FOR UPDATE

-- name: outdated
-- Before once: deletes a name whose time is over.
DELETE FROM visiono_inbox_once WHERE name = :name AND expires_at <= {now}

-- name: once
-- An existing name is error 1062.
INSERT INTO visiono_inbox_once (name, expires_at) VALUES (:name, {now} + :ttl)
