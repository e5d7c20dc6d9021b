<?php

declare(strict_types=1);

namespace Visiono\Workflow\Inbox;

/**
 * An operation of the inbox that wasn't done. The driver's exception, if there is one, is the
 * previous exception. The message is one sentence for a developer. It holds nothing of an event, and
 * no password.
 */
final class InboxException extends \RuntimeException
{
    /** @internal */
    public function __construct(public readonly Code $reason, string $message, ?\Throwable $previous = null)
    {
        parent::__construct($message, previous: $previous);
    }

    /** @internal */
    public static function invalidArgument(string $message, ?\Throwable $previous = null): self
    {
        return new self(Code::InvalidArgument, $message, $previous);
    }
}
