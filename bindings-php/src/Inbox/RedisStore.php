<?php

declare(strict_types=1);

namespace Visiono\Workflow\Inbox;

/**
 * Keeps the inbox in Redis 6.2 or later, with the extension phpredis.
 *
 * Redis loses what it has confirmed when the machine stops, unless its configuration has
 * `appendonly yes` and `appendfsync always`.
 */
final class RedisStore implements Store
{
    private ?\Redis $redis;

    /**
     * @param \Redis|\Closure(): \Redis $connection a connection, or a function that makes one when it
     *     is needed
     * @param string $prefix the prefix of all keys, as it is: the connection's own OPT_PREFIX isn't
     *     added, so that programs in other languages find the same keys. In a cluster it needs a hash
     *     tag, as this one has
     */
    public function __construct(
        private readonly \Redis|\Closure $connection,
        private readonly string $prefix = '{visiono_inbox}',
    ) {
        $this->redis = $connection instanceof \Redis ? $connection : null;
    }

    /** @internal */
    public function connects(): bool
    {
        return $this->connection instanceof \Closure;
    }

    /** @internal */
    public function canFork(): bool
    {
        if (!$this->connects()) {
            return false;
        }
        try {
            $this->call('next', [], null);
        } catch (InboxException) {
            return false;
        }
        // A persistent connection is that of the other process too.
        return $this->redis->getPersistentID() === null && ($this->connection)() !== $this->redis;
    }

    /** @internal */
    public function forked(): static
    {
        return new self($this->connection, $this->prefix);
    }

    /** @internal */
    public function migrate(?int $now): void
    {
        // There are no tables; but a server that can't be reached is told here.
        $this->call('next', [], $now);
    }

    /** @internal */
    public function accept(array $event, ?int $now, ?int $deadline): bool
    {
        return $this->call('accept', $event, $now, $deadline) === 1;
    }

    /** @internal */
    public function claim(int $limit, int $lease, int $maxAttempts, ?int $now): array
    {
        return self::rows($this->call('claim', [$limit, $lease, $maxAttempts], $now));
    }

    /** @internal */
    public function change(string $operation, array $parameters, ?int $now): bool
    {
        return $this->call($operation, $parameters, $now) === 1;
    }

    /** @internal */
    public function read(string $operation, array $parameters, ?int $now): array
    {
        $result = $this->call($operation, $parameters, $now);
        return self::rows(\is_array($result) ? $result : [[$result]]);
    }

    /** @internal */
    public function purge(array $parameters, ?int $now): int
    {
        $sum = 0;
        do {
            [$forgotten, $dropped] = $this->call('purge', $parameters + ['limit' => 1000], $now);
            $sum += $forgotten;
        } while ($forgotten + $dropped > 0);
        return $sum;
    }

    /**
     * @param list<list<string|int|false>> $rows
     *
     * @return list<list<string|int|null>>
     */
    private static function rows(array $rows): array
    {
        return \array_map(
            static fn (array $row): array =>
                \array_map(static fn (string|int|false|null $value): string|int|null => $value === false ? null : $value, $row),
            $rows
        );
    }

    /**
     * Runs an operation of the script.
     *
     * @param array<string|int|null> $parameters
     */
    private function call(string $operation, array $parameters, ?int $now, ?int $deadline = null): mixed
    {
        $arguments = \array_map(strval(...), [$operation, $now, ...\array_values($parameters)]);
        $redis = $timeout = null;
        try {
            $redis = $this->redis ??= ($this->connection)();
            if ($redis->getMode() !== \Redis::ATOMIC) {
                throw InboxException::invalidArgument('the connection is in a transaction or a pipeline: end it first');
            }
            if ($deadline !== null) {
                $timeout = $redis->getOption(\Redis::OPT_READ_TIMEOUT);
                $redis->setOption(\Redis::OPT_READ_TIMEOUT, $deadline / 1000);
            }
            // A raw command has no key prefix, serializer or compression of the caller.
            $result = $this->raw('EVALSHA', \sha1(Texts::REDIS), $arguments);
            if (\str_starts_with((string) $redis->getLastError(), 'NOSCRIPT')) {
                $result = $this->raw('EVAL', Texts::REDIS, $arguments);
            }
            $error = $redis->getLastError();
        } catch (\RedisException $exception) {
            // A late answer must not be read as the answer to another question.
            $redis?->close();
            if ($this->connects()) {
                $this->redis = null;
            }
            throw new InboxException(Code::Unavailable, "Redis didn't do it, the previous exception says why", $exception);
        } finally {
            if ($timeout !== null) {
                $redis->setOption(\Redis::OPT_READ_TIMEOUT, $timeout);
            }
        }
        if ($error !== null) {
            // The word of the error alone: READONLY, OOM, MISCONF.
            throw new InboxException(
                Code::Unavailable,
                'Redis refused the operation: ' . \strtok($error, ' '),
                new \RedisException($error)
            );
        }
        return $result;
    }

    /** @param list<string> $arguments */
    private function raw(string $command, string $script, array $arguments): mixed
    {
        $this->redis->clearLastError();
        return $this->redis->rawCommand($command, $script, '1', $this->prefix, ...$arguments);
    }
}
