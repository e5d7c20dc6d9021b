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
     * Whether this event and a verified return tell of the same submission: the same unique value
     * and reference and, where the event has it, the same submission ID.
     *
     * @param VerifiedReturn $return
     *
     * @throws Exception\InvalidArgument
     * @throws LibraryException
     */
    public function matches(mixed $return): bool
    {
        if (!$return instanceof VerifiedReturn) {
            throw Library::invalidArgument('return has to be a VerifiedReturn');
        }
        $texts = \implode("\xFF", [
            $this->uniqueValue,
            $this->source,
            $this->reference,
            $return->submissionId,
            $return->uniqueValue,
            $return->reference,
            $this->submissionId === null ? '' : "\xFE$this->submissionId",
        ]);
        return Library::any()->ffi->visiono_packed_link_matches($texts, \strlen($texts));
    }
}
