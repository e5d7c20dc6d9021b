<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** A delivery to test a receiver with, signed as Visiono does. `Webhook::testDelivery` makes it. */
final class TestDelivery
{
    /**
     * @internal
     *
     * @param array<string, string> $headers
     */
    public function __construct(
        /** The raw body. */
        public readonly string $body,
        /** The headers to send, by name. */
        public readonly array $headers,
    ) {
    }
}
