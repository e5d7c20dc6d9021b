<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** A link that passed every check. `Workflow::verifyLink` makes it. */
final class VerifiedLink
{
    /** `uv`: what is being documented. */
    public readonly string $uniqueValue;
    /** `src`: the system that sent the person. */
    public readonly string $source;
    /** `ref`: the record in that system. */
    public readonly string $reference;
    /** `ts`: when the link was signed, in Unix seconds. */
    public readonly int $timestamp;
    /** The position of the secret that signed it, from 0. */
    public readonly int $secretIndex;

    /**
     * @internal
     *
     * @param string $result the library's
     */
    public function __construct(string $result)
    {
        [$this->uniqueValue, $this->source, $this->reference, $timestamp, $secretIndex] =
            \explode("\xFF", $result);
        $this->timestamp = (int) $timestamp;
        $this->secretIndex = (int) $secretIndex;
    }
}
