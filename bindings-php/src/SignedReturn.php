<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** A signed return: where the browser is sent back to. As a string it is the URL. */
final class SignedReturn implements \Stringable
{
    /** @internal */
    public function __construct(
        /** The URL. */
        public readonly string $url,
        /** The signature by itself: 64 lower-case hexadecimal digits. */
        public readonly string $signature,
    ) {
    }

    public function __toString(): string
    {
        return $this->url;
    }
}
