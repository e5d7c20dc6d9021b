<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** The link of a `submission.created`, by which the person was sent. */
final class DeliveredLink
{
    /** @internal */
    public function __construct(
        /** The return's `sub`. An event may lack it. */
        public readonly ?string $submissionId,
        /** The link's `uv`: the documented item. */
        public readonly string $uniqueValue,
        /** The link's `src`: the system that sent the person. */
        public readonly string $source,
        /** The link's `ref`: the record in that system. */
        public readonly string $reference,
    ) {
    }

    /**
     * Compares this event with a verified return. Returns true if both have the same unique value
     * and reference and, if the event has one, the same submission ID.
     *
     * @throws LibraryException
     */
    public function matches(VerifiedReturn $return): bool
    {
        $link = [$this->submissionId, $this->uniqueValue, $this->source, $this->reference];
        $texts = \serialize([...$link, $return->submissionId, $return->uniqueValue, $return->reference]);
        return Library::any()->call("link_matches\xFF$texts") === '1';
    }
}
