<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** A return that passed every check. `Workflow::verifyReturn` makes it. */
final class VerifiedReturn
{
    /** `sub`: Visiono's name of the submission. */
    public readonly string $submissionId;
    /** `uv`: what was documented. */
    public readonly string $uniqueValue;
    /** `ref`: the record in the system that sent the person. */
    public readonly string $reference;
    /** `cnt`: how many photos were uploaded. */
    public readonly int $photoCount;
    /** `ts`: when the return was signed, in Unix seconds. */
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
        [$this->submissionId, $this->uniqueValue, $this->reference, $photoCount, $timestamp, $secretIndex] =
            \explode("\xFF", $result);
        $this->photoCount = (int) $photoCount;
        $this->timestamp = (int) $timestamp;
        $this->secretIndex = (int) $secretIndex;
    }
}
