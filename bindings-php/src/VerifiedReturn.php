<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** A return that passed every check. `Workflow::verifyReturn` makes it. */
final class VerifiedReturn
{
    /** `sub`: Visiono's ID of the submission. */
    public readonly string $submissionId;
    /** `uv`: the documented item. */
    public readonly string $uniqueValue;
    /** `ref`: the record in the system that sent the person. */
    public readonly string $reference;
    /** `cnt`: the number of uploaded photos. */
    public readonly int $photoCount;
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
        [$this->submissionId, $this->uniqueValue, $this->reference, $photoCount, $timestamp, $secretIndex] =
            \explode("\xFF", $result);
        $this->photoCount = (int) $photoCount;
        $this->timestamp = (int) $timestamp;
        $this->secretIndex = (int) $secretIndex;
    }
}
