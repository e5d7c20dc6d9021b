<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** A delivery to test a receiver with, signed as Visiono does. `Webhook::testDelivery` makes it. */
final class TestDelivery
{
    /** The raw body. */
    public readonly string $body;
    /**
     * The headers to send, by name.
     *
     * @var array<string, string>
     */
    public readonly array $headers;

    /**
     * @internal
     *
     * @param string $result of the library
     */
    public function __construct(string $result)
    {
        [$this->body, $headers] = \json_decode($result, flags: \JSON_THROW_ON_ERROR);
        $this->headers = \array_column($headers, 1, 0);
    }
}
