<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** The link of a `submission.created`: what was signed when the person was sent. */
final class DeliveredLink
{
    /** @internal */
    public function __construct(
        /** What the return has as `sub`. An event may come without it. */
        public readonly ?string $submissionId,
        /** The link's `uv`: what is being documented. */
        public readonly string $uniqueValue,
        /** The link's `src`: the system that sent the person. */
        public readonly string $source,
        /** The link's `ref`: the record in that system. */
        public readonly string $reference,
    ) {
    }

    /**
     * Compares this event with a verified return: true if both have the same unique value and
     * reference and, where the event has it, the same submission ID.
     *
     * @throws LibraryException
     */
    public function matches(VerifiedReturn $return): bool
    {
        $length = $this->submissionId === null ? '' : \strlen($this->submissionId);
        $matches = Library::any()->call(
            "link_matches\xFF$length\xFF$this->submissionId$this->uniqueValue\xFF$this->source\xFF$this->reference"
            . "\xFF$return->submissionId\xFF$return->uniqueValue\xFF$return->reference\xFF"
        );
        return $matches === '1';
    }
}
