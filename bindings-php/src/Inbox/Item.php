<?php

declare(strict_types=1);

namespace Visiono\Workflow\Inbox;

/**
 * An event in the inbox. It can be serialized, for the queue of a framework.
 *
 * A stranger chose its texts, even though they were signed: escape them when you print or log them.
 */
final class Item
{
    /** @internal */
    public function __construct(
        /** The hexadecimal SHA-256 of the body. Pass it as the idempotency key of a request that a handler makes. */
        public readonly string $dedupKey,
        /** The ID by which `Inbox::events` finds it; null if it has none. */
        public readonly ?string $requestId,
        /** The event's name, of at most 255 characters. */
        public readonly string $event,
        /** The time of the event, in Unix seconds; null if it has no timestamp. */
        public readonly ?int $eventTime,
        /** The time at which it was accepted, in Unix seconds, with milliseconds. */
        public readonly float $receivedAt,
        /** The body as it was signed, in JSON. */
        public readonly string $rawBody,
        /**
         * The whole body. Its objects are arrays, and whole numbers that PHP's integers can't hold
         * are strings.
         *
         * @var array<mixed>
         */
        public readonly array $body,
        /** The delivery's ID, for logs. It is not authenticated. */
        public readonly ?string $unauthenticatedDeliveryId,
        public readonly State $state,
        /** The number of times that it was claimed, and not released. */
        public readonly int $attempts,
        /** Grows with every claim: a worker whose lease ran out has an old one. */
        public readonly int $token,
        /** The reason of the last failure; null if there was none. */
        public readonly ?string $lastError,
    ) {
    }

    /**
     * @internal
     *
     * @param list<string|int|null> $row in the order of the columns of `inbox/statements.sql`
     */
    public static function of(array $row): self
    {
        [$dedupKey, $requestId, $event, $eventTime, $receivedAt, $rawBody, $deliveryId, $state, $attempts, $token, $error]
            = $row;
        return new self(
            dedupKey: (string) $dedupKey,
            requestId: $requestId,
            event: (string) $event,
            eventTime: $eventTime === null ? null : (int) $eventTime,
            receivedAt: (int) $receivedAt / 1000,
            rawBody: (string) $rawBody,
            // The library has parsed it, with a smaller depth, before it was accepted.
            body: \json_decode((string) $rawBody, true, flags: \JSON_BIGINT_AS_STRING | \JSON_THROW_ON_ERROR),
            unauthenticatedDeliveryId: $deliveryId,
            state: State::from((string) $state),
            attempts: (int) $attempts,
            token: (int) $token,
            lastError: $error,
        );
    }
}
