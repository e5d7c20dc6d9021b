<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** A signed link: where to send a person to. As a string it is the URL. */
final class SignedLink implements \Stringable
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
