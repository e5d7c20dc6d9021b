<?php

declare(strict_types=1);

namespace Visiono\Workflow\Inbox;

/**
 * A database that runs the statements of the folder `inbox`: a {@see PdoStore} or a
 * {@see RedisStore}. Parameters are in the order of the operations of `inbox/redis.lua`. Durations
 * and times are milliseconds.
 *
 * @internal
 *
 * @phpstan-type Parameters array<string, string|int|null>
 * @phpstan-type Row list<string|int|null>
 */
interface Store
{
    /** @throws InboxException */
    public function migrate(?int $now): void;

    /**
     * Stores an event. Returns false if it is there.
     *
     * @param Parameters $event
     *
     * @throws InboxException
     */
    public function accept(array $event, ?int $now, ?int $deadline): bool;

    /**
     * Claims items.
     *
     * @return list<Row> in the order of their arrival
     *
     * @throws InboxException
     */
    public function claim(int $limit, int $lease, int $maxAttempts, ?int $now): array;

    /**
     * Runs an operation that changes at most one item: `commit`, `release`, `fail`, `extend`,
     * `again` or `once`.
     *
     * @param Parameters $parameters
     *
     * @return bool true if it changed one
     *
     * @throws InboxException
     */
    public function change(string $operation, array $parameters, ?int $now): bool;

    /**
     * Runs an operation that reads: `events`, `dead`, `counts` or `next`.
     *
     * @param Parameters $parameters
     *
     * @return list<Row>
     *
     * @throws InboxException
     */
    public function read(string $operation, array $parameters, ?int $now): array;

    /**
     * Removes what is no longer needed.
     *
     * @param Parameters $parameters
     *
     * @return int the number of events
     *
     * @throws InboxException
     */
    public function purge(array $parameters, ?int $now): int;

    /** Returns true if it makes its connections itself, so that there can be more than one. */
    public function connects(): bool;

    /** Returns true if another process can have a connection of its own. It connects for that. */
    public function canFork(): bool;

    /** Returns this store with another connection, in a process that was forked. */
    public function forked(): static;
}
