<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** A link that passed every check. `Workflow::verifyLink` makes it. */
final class VerifiedLink
{
    /** `uv`: the documented item. */
    public readonly string $uniqueValue;
    /** `src`: the system that sent the person. */
    public readonly string $source;
    /** `ref`: the record in that system. */
    public readonly string $reference;
    /** `ts`: the time of the signature, in Unix seconds. */
    public readonly int $timestamp;
    /** The position of the secret that signed it, from 0. */
    public readonly int $secretIndex;

    /**
     * @internal
     *
     * @param string $result of the library
     */
    public function __construct(string $result)
    {
        [$this->uniqueValue, $this->source, $this->reference, $timestamp, $secretIndex] =
            \explode("\xFF", $result);
        $this->timestamp = (int) $timestamp;
        $this->secretIndex = (int) $secretIndex;
    }
}
