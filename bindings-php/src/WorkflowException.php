<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * A refusal, with its reason. Each code has a subclass in `Visiono\Workflow\Exception`.
 *
 * The message is one sentence that says to a developer what to do. It never holds a secret, a
 * field's value or an expected signature, so it can be logged.
 */
abstract class WorkflowException extends \RuntimeException
{
    /**
     * @internal
     *
     * @param list<string> $parameters
     */
    final public function __construct(
        /** The code. Its number is also `getCode()`. */
        public readonly Code $reason,
        string $message,
        /** The short names of the parameters that it concerns: `['uv', 'ts']`. */
        public readonly array $parameters = [],
        /** The seconds by which a message is too old or too early, if that is the reason. */
        public readonly ?int $seconds = null,
        /** The position of a misplaced brace in a redirect template, in bytes, if that is the reason. */
        public readonly ?int $position = null,
        ?\Throwable $previous = null,
    ) {
        parent::__construct($message, $reason->value, $previous);
    }

    /**
     * Makes the exception of a failure. Null is the result of an object that was freed.
     *
     * @internal
     */
    final public static function from(?string $failure): self
    {
        if ($failure === null) {
            return self::closed();
        }
        $parts = \json_decode(\substr($failure, 1), flags: \JSON_THROW_ON_ERROR);
        [$number, $message, $parameters, $seconds, $position] = $parts;
        $reason = Code::from($number);
        return new (self::of($reason))($reason, $message, $parameters, $seconds, $position);
    }

    /** @internal */
    final public static function invalidArgument(string $message, ?\Throwable $previous = null): self
    {
        return new Exception\InvalidArgument(Code::InvalidArgument, $message, previous: $previous);
    }

    /**
     * Makes the exception for an object without its memory in the library.
     *
     * @internal
     */
    final public static function closed(): self
    {
        return self::invalidArgument(
            'this object was closed: its destructor ran, or it was made without its constructor; make another'
        );
    }

    /** Returns true if the message must be refused, false for a mistake of the caller. */
    public function isRefusal(): bool
    {
        return $this->reason->isRefusal();
    }

    /**
     * @internal
     *
     * @return class-string<self> the subclass of a code
     */
    public static function of(Code $reason): string
    {
        return __NAMESPACE__ . "\\Exception\\$reason->name";
    }
}
