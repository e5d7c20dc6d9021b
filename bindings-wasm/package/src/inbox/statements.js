// The texts of inbox/ in the repository, which all languages have in common.

// cargo xtask generate: file inbox/statements.sql
// export const STATEMENTS = String.raw`{text}`;
export const STATEMENTS = String.raw`-- The statements of the inbox that SQLite, PostgreSQL and MariaDB share. The files sqlite.sql,
-- postgresql.sql and mysql.sql have the others. :name is a parameter, and {name} the text of the
-- statement of that name. Durations and times are in milliseconds; :now is NULL to use the database's
-- clock.
--
-- due_at is the time from which an item can be claimed: the end of its delay while it is waiting,
-- and of its lease while it is claimed. An item that is done or dead has none.

-- name: columns
dedup_key, request_id, event, event_time, received_at, raw_body, delivery_id, state, attempts, token, last_error, id

-- name: exhaust
-- Before each claim: marks the items whose worker stopped in its last attempt as dead.
UPDATE visiono_inbox
SET last_error = CASE WHEN state = 'claimed' THEN 'the lease of the last attempt ran out' ELSE last_error END,
    state = 'dead', due_at = NULL, finished_at = {now}
WHERE due_at <= {now} AND attempts >= :max_attempts

-- name: commit
UPDATE visiono_inbox SET state = 'done', due_at = NULL, finished_at = {now}, last_error = NULL
WHERE dedup_key = :dedup_key AND token = :token AND state = 'claimed'

-- name: release
-- Returns an item to the queue. The attempt isn't counted.
UPDATE visiono_inbox SET state = 'waiting', due_at = {now} + :delay, attempts = attempts - 1
WHERE dedup_key = :dedup_key AND token = :token AND state = 'claimed'

-- name: fail
-- The delay doubles with each attempt, up to :longest, times a random factor from 0.5 to 1. D1 binds
-- numbers as floating-point numbers, so the result is cast to an integer.
UPDATE visiono_inbox
SET state = CASE WHEN attempts >= :max_attempts THEN 'dead' ELSE 'waiting' END,
    finished_at = CASE WHEN attempts >= :max_attempts THEN {now} END,
    due_at = CASE WHEN attempts >= :max_attempts THEN NULL
             ELSE {now} + CAST({least}(:longest, CAST(:shortest AS {bigint}) << {least}(attempts - 1, 20))
                               * (1000 + :per_mille) {div} 2000 AS {bigint}) END,
    last_error = :reason
WHERE dedup_key = :dedup_key AND token = :token AND state = 'claimed'

-- name: extend
UPDATE visiono_inbox SET due_at = {now} + :lease
WHERE dedup_key = :dedup_key AND token = :token AND state = 'claimed'

-- name: again
-- Queues a done or dead item again. The token grows, so that no earlier worker has it.
UPDATE visiono_inbox
SET state = 'waiting', due_at = {now}, attempts = 0, token = token + 1, finished_at = NULL, last_error = NULL
WHERE dedup_key = :dedup_key AND state = :state AND raw_body IS NOT NULL

-- name: events
SELECT {columns} FROM visiono_inbox
WHERE request_id = :request_id AND received_at >= :after AND raw_body IS NOT NULL
ORDER BY received_at, id LIMIT :limit

-- name: dead
SELECT {columns} FROM visiono_inbox WHERE state = 'dead' ORDER BY id LIMIT :limit

-- name: counts
SELECT state, COUNT(*) AS number FROM visiono_inbox WHERE raw_body IS NOT NULL GROUP BY state

-- name: next
-- Returns the milliseconds until the next item can be claimed.
SELECT MIN(due_at) - {now} AS milliseconds FROM visiono_inbox WHERE due_at IS NOT NULL

-- name: forget
-- Purges done items that are old, or not among the newest of their request ID: all but the key is
-- deleted.
UPDATE visiono_inbox SET raw_body = NULL, request_id = NULL, delivery_id = NULL
WHERE state = 'done' AND raw_body IS NOT NULL AND (
  received_at < {now} - :older_than
  OR id IN (
    SELECT id FROM (
      SELECT id, ROW_NUMBER() OVER (PARTITION BY request_id ORDER BY received_at DESC, id DESC) AS place
      FROM visiono_inbox WHERE request_id IS NOT NULL AND raw_body IS NOT NULL
    ) AS ranked WHERE place > :newest
  )
)

-- name: drop
-- Deletes a key when its event is too old to be accepted; the key of an undated event after :undated.
DELETE FROM visiono_inbox
WHERE raw_body IS NULL AND (
  event_time * 1000 < {now} - :keys_for
  OR event_time IS NULL AND received_at < {now} - CAST(:undated AS {bigint})
)

-- name: drop_once
DELETE FROM visiono_inbox_once WHERE expires_at <= {now}

-- name: version
SELECT MAX(version) AS version FROM visiono_inbox_schema

-- name: migrated
INSERT INTO visiono_inbox_schema (version, applied_at) VALUES (:version, {now})`;
// end generated

// cargo xtask generate: file inbox/sqlite.sql
// export const SQLITE = String.raw`{text}`;
export const SQLITE = String.raw`-- The statements for SQLite 3.35 or later, D1 and Durable Objects.

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
WHERE visiono_inbox_once.expires_at <= {now}`;
// end generated

// cargo xtask generate: file inbox/postgresql.sql
// export const POSTGRESQL = String.raw`{text}`;
export const POSTGRESQL = String.raw`-- The statements for PostgreSQL 12 or later.

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
WHERE visiono_inbox_once.expires_at <= {now}`;
// end generated
