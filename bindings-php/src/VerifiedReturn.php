<?php

declare(strict_types=1);

namespace Visiono\Workflow;

// cargo xtask generate: lines of return except Signature
//  *     {camel}?: {string/int|string/int|string},
/**
 * A return that passed every check. `Workflow::verifyReturn` makes it.
 *
 * @phpstan-type ExpectReturn array{
 *     submissionId?: string,
 *     uniqueValue?: string,
 *     reference?: string,
 *     photoCount?: int|string,
 *     timestamp?: int|string,
 * }
 */
// end generated
final class VerifiedReturn
{
    // cargo xtask generate: return except Signature
    // /** `{short}`: {doc}. */
    // public readonly {string/int/int} ${camel};
    /** `sub`: the ID of the submission at Visiono, such as `pls_123`. */
    public readonly string $submissionId;
    /** `uv`: the documented item: an order or a license plate. */
    public readonly string $uniqueValue;
    /** `ref`: the record in that system, such as `ticket-456`. */
    public readonly string $reference;
    /** `cnt`: the number of uploaded photos. */
    public readonly int $photoCount;
    /** `ts`: the time of signing, in Unix seconds. */
    public readonly int $timestamp;
    // end generated
    /** The position of the secret that signed it, from 0. */
    public readonly int $secretIndex;

    /**
     * @internal
     *
     * @param string $result of the library
     */
    public function __construct(string $result)
    {
        // cargo xtask generate: return except Signature
        // =[{*{$this->/$/$}{camel}, *}$secretIndex] = \explode("\xFF", $result);
        [$this->submissionId, $this->uniqueValue, $this->reference, $photoCount, $timestamp, $secretIndex] = \explode("\xFF", $result);
        // end generated
        // cargo xtask generate: return: count time
        // $this->{camel} = (int) ${camel};
        $this->photoCount = (int) $photoCount;
        $this->timestamp = (int) $timestamp;
        // end generated
        $this->secretIndex = (int) $secretIndex;
    }
}
