-- The inbox on Redis 6.2 or later, in one script: ARGV[1] is the operation, ARGV[2] the time in Unix
-- milliseconds or '' for the server's, and KEYS[1] the prefix of all keys. The prefix has a hash tag,
-- so that a cluster keeps them on one node.
--
-- An item is a hash at prefix:item:<dedup_key> with the columns of the SQL tables as fields. These
-- sorted sets index it:
--   prefix:due             items that can be claimed, by due_at: waiting and claimed ones
--   prefix:request:<id>    the items of a request ID, by received_at
--   prefix:state:<state>   the items of a state, by arrival number
--   prefix:requests        the request IDs, by their number of items
--   prefix:gone:dated      purged items, by the time of their event
--   prefix:gone:undated    purged items of undated events, by received_at
--
-- The members of the first two are <arrival number>:<dedup_key>, the number with 16 digits, so that
-- items of the same millisecond are in the order of arrival.

local prefix = KEYS[1]

local now
if ARGV[2] == '' then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
else
  now = tonumber(ARGV[2])
end

local COLUMNS = {
  'dedup_key', 'request_id', 'event', 'event_time', 'received_at', 'raw_body', 'delivery_id', 'state',
  'attempts', 'token', 'last_error', 'id',
}

-- Formats a number as an integer: Lua would write a large one with an exponent.
local function whole(number)
  return string.format('%.0f', number)
end

local function item_key(dedup_key)
  return prefix .. ':item:' .. dedup_key
end

local function get(dedup_key, field)
  return redis.call('HGET', item_key(dedup_key), field) or nil
end

local function member(dedup_key)
  return string.format('%016.0f', get(dedup_key, 'id')) .. ':' .. dedup_key
end

-- Returns the dedup_key of a member.
local function key_of(found)
  return found:sub(18)
end

local function row(dedup_key)
  return redis.call('HMGET', item_key(dedup_key), unpack(COLUMNS))
end

-- Moves an item to a state. due_at is nil if it can no longer be claimed.
local function move(dedup_key, state, due_at)
  local key = item_key(dedup_key)
  redis.call('ZREM', prefix .. ':state:' .. redis.call('HGET', key, 'state'), dedup_key)
  redis.call('ZADD', prefix .. ':state:' .. state, redis.call('HGET', key, 'id'), dedup_key)
  redis.call('HSET', key, 'state', state)
  if due_at then
    redis.call('ZADD', prefix .. ':due', whole(due_at), member(dedup_key))
    redis.call('HDEL', key, 'finished_at')
  else
    redis.call('ZREM', prefix .. ':due', member(dedup_key))
    redis.call('HSET', key, 'finished_at', whole(now))
  end
end

-- Returns true if a worker's claim of an item is still valid.
local function is_held(dedup_key, token)
  return get(dedup_key, 'state') == 'claimed' and get(dedup_key, 'token') == token
end

local operations = {}

-- dedup_key, request_id, event, event_time, raw_body, delivery_id; '' where there is none
function operations.accept(dedup_key, request_id, event, event_time, raw_body, delivery_id)
  local key = item_key(dedup_key)
  if redis.call('EXISTS', key) == 1 then
    return 0
  end
  local id = redis.call('INCR', prefix .. ':id')
  redis.call('HSET', key, 'dedup_key', dedup_key, 'event', event, 'received_at', whole(now),
    'raw_body', raw_body, 'state', 'waiting', 'attempts', 0, 'token', 0, 'id', id)
  for field, text in pairs({ request_id = request_id, event_time = event_time, delivery_id = delivery_id }) do
    if text ~= '' then
      redis.call('HSET', key, field, text)
    end
  end
  if request_id ~= '' then
    redis.call('ZADD', prefix .. ':request:' .. request_id, whole(now), member(dedup_key))
    redis.call('ZINCRBY', prefix .. ':requests', 1, request_id)
  end
  move(dedup_key, 'waiting', now)
  return 1
end

-- Marks the items whose worker stopped in their last attempt as dead. Then claims up to limit items.
function operations.claim(limit, lease, max_attempts)
  local claimed = {}
  while #claimed < tonumber(limit) do
    local found = redis.call('ZRANGEBYSCORE', prefix .. ':due', '-inf', whole(now), 'LIMIT', 0, 1)
    if not found[1] then
      break
    end
    local dedup_key = key_of(found[1])
    local key = item_key(dedup_key)
    if tonumber(get(dedup_key, 'attempts')) >= tonumber(max_attempts) then
      if get(dedup_key, 'state') == 'claimed' then
        redis.call('HSET', key, 'last_error', 'the lease of the last attempt ran out')
      end
      move(dedup_key, 'dead', nil)
    else
      redis.call('HINCRBY', key, 'attempts', 1)
      redis.call('HINCRBY', key, 'token', 1)
      -- A lease of zero would be claimed again in this loop.
      move(dedup_key, 'claimed', now + math.max(tonumber(lease), 1))
      claimed[#claimed + 1] = row(dedup_key)
    end
  end
  return claimed
end

function operations.commit(dedup_key, token)
  if not is_held(dedup_key, token) then
    return 0
  end
  redis.call('HDEL', item_key(dedup_key), 'last_error')
  move(dedup_key, 'done', nil)
  return 1
end

-- Returns an item to the queue. The attempt isn't counted.
function operations.release(dedup_key, token, delay)
  if not is_held(dedup_key, token) then
    return 0
  end
  redis.call('HINCRBY', item_key(dedup_key), 'attempts', -1)
  move(dedup_key, 'waiting', now + tonumber(delay))
  return 1
end

-- The delay doubles with each attempt, up to longest, times a random factor from 0.5 to 1.
function operations.fail(dedup_key, token, reason, max_attempts, shortest, longest, per_mille)
  if not is_held(dedup_key, token) then
    return 0
  end
  redis.call('HSET', item_key(dedup_key), 'last_error', reason)
  local attempts = tonumber(get(dedup_key, 'attempts'))
  if attempts >= tonumber(max_attempts) then
    move(dedup_key, 'dead', nil)
  else
    local delay = math.min(tonumber(longest), tonumber(shortest) * 2 ^ math.min(attempts - 1, 20))
    move(dedup_key, 'waiting', now + math.floor(delay * (1000 + tonumber(per_mille)) / 2000))
  end
  return 1
end

function operations.extend(dedup_key, token, lease)
  if not is_held(dedup_key, token) then
    return 0
  end
  move(dedup_key, 'claimed', now + tonumber(lease))
  return 1
end

-- Queues a done or dead item again. The token grows, so that no earlier worker has it.
function operations.again(dedup_key, state)
  local key = item_key(dedup_key)
  if get(dedup_key, 'state') ~= state or redis.call('HEXISTS', key, 'raw_body') == 0 then
    return 0
  end
  redis.call('HSET', key, 'attempts', 0)
  redis.call('HINCRBY', key, 'token', 1)
  redis.call('HDEL', key, 'last_error')
  move(dedup_key, 'waiting', now)
  return 1
end

function operations.events(request_id, after, limit)
  local found = redis.call('ZRANGEBYSCORE', prefix .. ':request:' .. request_id, after, '+inf', 'LIMIT', 0, limit)
  local rows = {}
  for _, each in ipairs(found) do
    rows[#rows + 1] = row(key_of(each))
  end
  return rows
end

function operations.dead(limit)
  local rows = {}
  for _, dedup_key in ipairs(redis.call('ZRANGE', prefix .. ':state:dead', 0, limit - 1)) do
    rows[#rows + 1] = row(dedup_key)
  end
  return rows
end

function operations.counts()
  local counts = {}
  for _, state in ipairs({ 'waiting', 'claimed', 'done', 'dead' }) do
    counts[#counts + 1] = { state, redis.call('ZCARD', prefix .. ':state:' .. state) }
  end
  return counts
end

-- Returns the milliseconds until the next item can be claimed, or false if there is none.
function operations.next()
  local found = redis.call('ZRANGE', prefix .. ':due', 0, 0, 'WITHSCORES')
  return found[2] and whole(found[2] - now)
end

-- Purges a done item: deletes all but its key.
local function forget(dedup_key)
  local key = item_key(dedup_key)
  local request_id, event_time = get(dedup_key, 'request_id'), get(dedup_key, 'event_time')
  if request_id then
    redis.call('ZREM', prefix .. ':request:' .. request_id, member(dedup_key))
    if tonumber(redis.call('ZINCRBY', prefix .. ':requests', -1, request_id)) <= 0 then
      redis.call('ZREM', prefix .. ':requests', request_id)
    end
  end
  redis.call('ZREM', prefix .. ':state:done', dedup_key)
  if event_time then
    redis.call('ZADD', prefix .. ':gone:dated', whole(event_time * 1000), dedup_key)
  else
    redis.call('ZADD', prefix .. ':gone:undated', get(dedup_key, 'received_at'), dedup_key)
  end
  redis.call('HDEL', key, 'raw_body', 'request_id', 'delivery_id')
end

-- Purges done items that are old, or not among the newest of their request ID, and deletes the keys of
-- events that are too old to be accepted. The key of an undated event is deleted after undated, unless
-- that is ''. Handles at most limit items of each kind, and returns both numbers: the caller repeats it
-- until both are 0.
function operations.purge(older_than, newest, keys_for, undated, limit)
  local forgotten = 0
  local done = redis.call('ZRANGE', prefix .. ':state:done', 0, limit - 1)
  for _, dedup_key in ipairs(done) do
    if tonumber(get(dedup_key, 'received_at')) < now - older_than then
      forget(dedup_key)
      forgotten = forgotten + 1
    end
  end
  for _, request_id in ipairs(redis.call('ZRANGEBYSCORE', prefix .. ':requests', '(' .. newest, '+inf')) do
    local request = prefix .. ':request:' .. request_id
    for _, found in ipairs(redis.call('ZRANGE', request, 0, -newest - 1)) do
      local dedup_key = key_of(found)
      if get(dedup_key, 'state') == 'done' and forgotten < tonumber(limit) then
        forget(dedup_key)
        forgotten = forgotten + 1
      end
    end
  end
  local dropped = 0
  local function drop(set, until_time)
    local old = redis.call('ZRANGEBYSCORE', prefix .. set, '-inf', '(' .. whole(until_time), 'LIMIT', 0, limit)
    for _, dedup_key in ipairs(old) do
      redis.call('DEL', item_key(dedup_key))
      redis.call('ZREM', prefix .. set, dedup_key)
      dropped = dropped + 1
    end
  end
  drop(':gone:dated', now - keys_for)
  if undated ~= '' then
    drop(':gone:undated', now - undated)
  end
  return { forgotten, dropped }
end

-- Reserves a name until its time is over, by the caller's clock.
function operations.once(name, ttl)
  local key = prefix .. ':once:' .. name
  local until_time = redis.call('GET', key)
  if until_time and tonumber(until_time) > now then
    return 0
  end
  redis.call('SET', key, whole(now + ttl), 'PX', ttl)
  return 1
end

return operations[ARGV[1]](unpack(ARGV, 3))
