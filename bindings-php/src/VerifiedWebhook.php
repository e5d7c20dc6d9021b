<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** A webhook whose signature holds, of which nothing else was checked. `Webhook::verify` makes it. */
final class VerifiedWebhook
{
    /** @internal */
    public function __construct(
        /** The position of the secret that signed it, from 0. */
        public readonly int $secretIndex,
        /** The hexadecimal SHA-256 of the body, which two deliveries of one event share. */
        public readonly string $dedupKey,
    ) {
    }
}
