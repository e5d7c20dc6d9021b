<?php

declare(strict_types=1);

namespace Visiono\Workflow\Inbox;

use Visiono\Workflow\Delivery;

/**
 * Keeps the events of webhooks in your database until they are processed. Programs in PHP, Python and
 * JavaScript share one inbox.
 *
 * Durations and times are seconds, and can have fractions. Each operation throws an
 * {@see InboxException} if it isn't done.
 */
final class Inbox
{
    /** @internal */
    public const LEASE_LOST = 'the lease ran out and another worker took the item, or it is no longer claimed';
    /** The longest texts of a row, in characters, and the longest names, in bytes. */
    private const LONGEST = 255;
    /** About 30 years: the databases can't add much longer times to their clocks. */
    private const MAX_SECONDS = 1e9;
    /** The milliseconds by which the clocks of the receiver and of the database may differ. */
    private const CLOCKS = 3_600_000;

    private readonly int $shortest;
    private readonly int $longest;
    /** @var \WeakMap<\PDO, PdoStore> the stores of the connections of `process` */
    private \WeakMap $stores;

    /**
     * @param PdoStore|RedisStore $store the database
     * @param int $maxAttempts the attempts after which an item that fails is dead
     * @param float $shortestDelay the delay after the first attempt, between half of it and all of it
     * @param float $longestDelay the delay doubles with each attempt, up to this
     * @param (\Closure(): (int|float))|null $clock returns Unix seconds, for tests; the database's
     *     clock unless given
     *
     * @throws InboxException
     */
    public function __construct(
        private readonly PdoStore|RedisStore $store,
        private readonly int $maxAttempts = 12,
        float $shortestDelay = 10,
        float $longestDelay = 3600,
        private readonly ?\Closure $clock = null,
    ) {
        self::atLeast(1, $maxAttempts, 'maxAttempts');
        $this->shortest = self::milliseconds($shortestDelay, 'shortestDelay');
        $this->longest = self::milliseconds($longestDelay, 'longestDelay');
        $this->stores = new \WeakMap();
    }

    /**
     * Makes or updates the tables. Any number of processes may call it at any time.
     *
     * @throws InboxException
     */
    public function migrate(): void
    {
        $this->store->migrate($this->now());
    }

    /**
     * Stores a delivery. When it returns, the event is durable.
     *
     * @param float|null $deadline the seconds after which PostgreSQL, MariaDB and Redis give up;
     *     SQLite waits for others for up to 5 seconds
     *
     * @throws InboxException
     */
    public function accept(Delivery $delivery, ?float $deadline = null): Accepted
    {
        $isNew = $this->store->accept([
            'dedup_key' => $delivery->dedupKey,
            'request_id' => $delivery->requestId,
            'event' => self::text($delivery->event),
            'event_time' => $delivery->eventTime,
            'raw_body' => $delivery->rawBody,
            'delivery_id' => self::text((string) $delivery->unauthenticatedDeliveryId) ?: null,
        ], $this->now(), $deadline === null ? null : self::period($deadline, 'deadline'));
        return $isNew ? Accepted::New : Accepted::Duplicate;
    }

    /**
     * Takes items that are due, the oldest first. Each has one attempt more, and is hidden from others
     * for the lease.
     *
     * @return list<Item>
     *
     * @throws InboxException
     */
    public function claim(int $limit = 1, float $lease = 60): array
    {
        self::checkLimit($limit);
        return $this->claimFrom($this->store, $limit, self::period($lease, 'lease'));
    }

    /**
     * Completes an item.
     *
     * @throws InboxException
     */
    public function commit(Item $item): void
    {
        $this->changeHeld('commit', $item);
    }

    /**
     * Gives an item back. The attempt isn't counted.
     *
     * @throws InboxException
     */
    public function release(Item $item, float $delay = 0): void
    {
        $this->changeHeld('release', $item, ['delay' => self::milliseconds($delay, 'delay')]);
    }

    /**
     * Records that the attempt failed. The item waits longer each time, or is dead after the last
     * attempt.
     *
     * @param string $reason kept with the item, up to 255 characters
     *
     * @throws InboxException
     */
    public function fail(Item $item, string $reason): void
    {
        $this->changeHeld('fail', $item, $this->failure($reason));
    }

    /**
     * Gives an item a new lease from now on.
     *
     * @throws InboxException
     */
    public function extend(Item $item, float $lease = 60): void
    {
        $this->changeHeld('extend', $item, ['lease' => self::period($lease, 'lease')]);
    }

    /**
     * Claims an item, runs the handler and completes the item in one transaction of the connection.
     *
     * The handler's writes to that database with the connection, and the completion, are committed
     * together or not at all. If the handler throws, what it wrote is rolled back, and the failure is
     * recorded as the item's `lastError`. The handler must not commit or roll back, nor go on after an
     * error of the database. On SQLite it holds the write lock of the file.
     *
     * @param \PDO $connection not in a transaction
     * @param callable(Item, \PDO): mixed $handler
     *
     * @return bool false if no item is due
     *
     * @throws InboxException
     */
    public function process(\PDO $connection, callable $handler, float $lease = 60): bool
    {
        if (!$this->store instanceof PdoStore) {
            throw InboxException::invalidArgument('Redis has no such transactions: use claim and commit, or run');
        }
        $lease = self::period($lease, 'lease');
        $store = $this->stores[$connection] ??= new PdoStore($connection);
        $item = $this->claimFrom($store, 1, $lease)[0] ?? null;
        if ($item === null) {
            return false;
        }
        $store->process(
            self::held($item),
            $lease,
            static fn () => $handler($item, $connection),
            fn (\Throwable $error): array => $this->failure(self::reason($error)),
            $this->now(),
        );
        return true;
    }

    /**
     * Works until SIGTERM or SIGINT: claims an item, runs the handler, and commits, or records the
     * failure if it throws. It finishes what it has before it stops. Start it in as many processes as
     * you want.
     *
     * While the handler runs, a second process extends the lease. That needs the extension pcntl, and
     * a store that was made with a function, which makes a new connection each time. Otherwise the
     * handler must be faster than the lease, and the log says so. Without pcntl a signal ends the
     * process at once, and its item is processed again when the lease is over.
     *
     * @param callable(Item): mixed $handler
     * @param float $poll how long it waits for a new event at most, in seconds
     * @param float|null $maxTime stops after so many seconds, for a job that is started again and
     *     again; 0 processes what is due
     * @param (callable(string): mixed)|null $log gets a line of JSON for each item; `error_log`, which
     *     is the standard error, unless given
     *
     * @return int the number of items that it had
     *
     * @throws InboxException unless it can be tried again
     */
    public function run(
        callable $handler,
        float $lease = 60,
        float $poll = 5,
        ?float $maxTime = null,
        ?callable $log = null,
    ): int {
        self::period($lease, 'lease');
        self::period($poll, 'poll');
        $maxTime === null || self::milliseconds($maxTime, 'maxTime');
        return (new Worker($this, $this->store, $handler(...), $lease, new Log($log)))->run($poll, $maxTime);
    }

    /**
     * Returns the events of a request ID that were received at or after a time, the oldest first.
     *
     * @param string $requestId from whoever polls; one that no event can have finds none
     * @param float $after in Unix seconds: the `receivedAt` of the last event that you have seen
     *
     * @return list<Item>
     *
     * @throws InboxException
     */
    public function events(string $requestId, float $after = 0, int $limit = 100): array
    {
        if (!($after >= 0 && $after <= 1e11)) {
            throw InboxException::invalidArgument('after must be a time in Unix seconds, from 0 to 100000000000');
        }
        $after = (int) \round($after * 1000);
        self::checkLimit($limit);
        // Some databases refuse what isn't text.
        if (!self::isText($requestId)) {
            return [];
        }
        return $this->items('events', ['request_id' => $requestId, 'after' => $after, 'limit' => $limit]);
    }

    /**
     * Returns the items that failed for the last time.
     *
     * @return list<Item>
     *
     * @throws InboxException
     */
    public function dead(int $limit = 100): array
    {
        self::checkLimit($limit);
        return $this->items('dead', ['limit' => $limit]);
    }

    /**
     * Processes a dead item again.
     *
     * @throws InboxException
     */
    public function retry(string $dedupKey): void
    {
        $this->again($dedupKey, State::Dead);
    }

    /**
     * Processes again what is done.
     *
     * @throws InboxException
     */
    public function replay(string $dedupKey): void
    {
        $this->again($dedupKey, State::Done);
    }

    /**
     * Returns the number of items in each state.
     *
     * @return array{waiting: int, claimed: int, done: int, dead: int}
     *
     * @throws InboxException
     */
    public function counts(): array
    {
        $counts = \array_column($this->store->read('counts', [], $this->now()), 1, 0);
        $number = static fn (State $state): int => (int) ($counts[$state->value] ?? 0);
        return [
            'waiting' => $number(State::Waiting),
            'claimed' => $number(State::Claimed),
            'done' => $number(State::Done),
            'dead' => $number(State::Dead),
        ];
    }

    /**
     * Removes the content of events that are done and old, or not among the newest of their request ID.
     * Their keys stay as long as a delivery of them could be accepted. What isn't done stays.
     *
     * @param float $olderThan in seconds since they were received
     * @param int $newest how many events of a request ID stay
     * @param float $maxAge that of the `Webhook`
     * @param float|null $undated the seconds after which the key of an event without a time is
     *     removed; never unless given. Whoever has such a delivery can send it again after that, and it
     *     is processed again
     *
     * @return int the number of events whose content was removed
     *
     * @throws InboxException
     */
    public function purge(
        float $olderThan = 86400,
        int $newest = 100,
        float $maxAge = 10800,
        ?float $undated = null,
    ): int {
        $old = self::milliseconds($olderThan, 'olderThan');
        self::atLeast(0, $newest, 'newest');
        return $this->store->purge([
            'older_than' => $old,
            'newest' => $newest,
            'keys_for' => \max($old, self::milliseconds($maxAge, 'maxAge')) + self::CLOCKS,
            'undated' => $undated === null ? null : self::milliseconds($undated, 'undated'),
        ], $this->now());
    }

    /**
     * Returns true for the first caller with this name, until the time is over. With a return's
     * `submissionId`, the return can be used once.
     *
     * @param string $name text of 1 to 255 bytes
     * @param float $ttl in seconds: for a return at least the `maxAge` of the `Workflow`
     *
     * @throws InboxException
     */
    public function once(string $name, float $ttl): bool
    {
        if ($name === '' || \strlen($name) > self::LONGEST || !self::isText($name)) {
            throw InboxException::invalidArgument('the name is text of 1 to 255 bytes, in UTF-8 and without U+0000');
        }
        return $this->store->change('once', ['name' => $name, 'ttl' => self::period($ttl, 'ttl')], $this->now());
    }

    /** @return list<Item> */
    private function claimFrom(Store $store, int $limit, int $lease): array
    {
        return \array_map(Item::of(...), $store->claim($limit, $lease, $this->maxAttempts, $this->now()));
    }

    /**
     * @param array<string, string|int|null> $parameters
     *
     * @return list<Item>
     */
    private function items(string $operation, array $parameters): array
    {
        return \array_map(Item::of(...), $this->store->read($operation, $parameters, $this->now()));
    }

    /** @param array<string, string|int|null> $parameters */
    private function changeHeld(string $operation, Item $item, array $parameters = []): void
    {
        if (!$this->store->change($operation, self::held($item) + $parameters, $this->now())) {
            throw new InboxException(Code::LeaseLost, self::LEASE_LOST);
        }
    }

    /** @return array{dedup_key: string, token: int} */
    private static function held(Item $item): array
    {
        return ['dedup_key' => $item->dedupKey, 'token' => $item->token];
    }

    /** @return array<string, string|int> the parameters of `fail` */
    private function failure(string $reason): array
    {
        return [
            'reason' => self::text($reason),
            'max_attempts' => $this->maxAttempts,
            'shortest' => $this->shortest,
            'longest' => $this->longest,
            'per_mille' => \random_int(0, 1000),
        ];
    }

    /** @internal */
    public static function reason(\Throwable $error): string
    {
        return \get_debug_type($error) . ': ' . $error->getMessage();
    }

    private function again(string $dedupKey, State $state): void
    {
        // Some databases refuse what isn't text.
        $isKnown = \preg_match('/^[0-9a-f]{64}$/D', $dedupKey) === 1
            && $this->store->change('again', ['dedup_key' => $dedupKey, 'state' => $state->value], $this->now());
        if (!$isKnown) {
            throw new InboxException(Code::UnknownItem, "no item with this key is $state->value, or it was purged");
        }
    }

    private function now(): ?int
    {
        return $this->clock === null ? null : (int) \round(($this->clock)() * 1000);
    }

    /** Returns the start of a text, in UTF-8 and without U+0000, which PostgreSQL can't store. */
    private static function text(string $text): string
    {
        // JSON is UTF-8.
        $text = \json_decode((string) \json_encode($text, \JSON_INVALID_UTF8_SUBSTITUTE | \JSON_THROW_ON_ERROR));
        \preg_match('/^.{0,' . self::LONGEST . '}/us', \strtr($text, ["\0" => "\u{FFFD}"]), $match);
        return $match[0];
    }

    private static function isText(string $text): bool
    {
        return \preg_match('/^[^\0]*$/uD', $text) === 1;
    }

    /** Returns the milliseconds of a time that may be 0. */
    private static function milliseconds(float $seconds, string $name): int
    {
        if (!($seconds >= 0 && $seconds <= self::MAX_SECONDS)) {
            throw InboxException::invalidArgument("$name is a number of seconds from 0 to 1000000000");
        }
        return (int) \round($seconds * 1000);
    }

    /** Returns the milliseconds of a time that may not be 0. */
    private static function period(float $seconds, string $name): int
    {
        if (!($seconds > 0)) {
            throw InboxException::invalidArgument("$name is a number of seconds greater than 0");
        }
        return \max(1, self::milliseconds($seconds, $name));
    }

    private static function checkLimit(int $limit): void
    {
        self::atLeast(1, $limit, 'limit', 1000);
    }

    private static function atLeast(int $least, int $number, string $name, int $most = 0x7FFFFFFF): void
    {
        if ($number < $least || $number > $most) {
            throw InboxException::invalidArgument("$name is a number from $least to $most");
        }
    }
}
