<?php

declare(strict_types=1);

namespace Visiono\Workflow;

// cargo xtask generate: lines of link except Signature
//  *     {camel}?: {string/int|string/int|string},
/**
 * A link that passed every check. `Workflow::verifyLink` makes it.
 *
 * @phpstan-type ExpectLink array{
 *     uniqueValue?: string,
 *     source?: string,
 *     reference?: string,
 *     timestamp?: int|string,
 * }
 */
// end generated
final class VerifiedLink
{
    // cargo xtask generate: link except Signature
    // /** `{short}`: {doc}. */
    // public readonly {string/int/int} ${camel};
    /** `uv`: the documented item: an order or a license plate. */
    public readonly string $uniqueValue;
    /** `src`: the system that sends the person, such as `zendesk`. */
    public readonly string $source;
    /** `ref`: the record in that system, such as `ticket-456`. */
    public readonly string $reference;
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
        // cargo xtask generate: link except Signature
        // =[{*{$this->/$/$}{camel}, *}$secretIndex] = \explode("\xFF", $result);
        [$this->uniqueValue, $this->source, $this->reference, $timestamp, $secretIndex] = \explode("\xFF", $result);
        // end generated
        // cargo xtask generate: link: count time
        // $this->{camel} = (int) ${camel};
        $this->timestamp = (int) $timestamp;
        // end generated
        $this->secretIndex = (int) $secretIndex;
    }
}
