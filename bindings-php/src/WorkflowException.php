<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * A refusal, with its reason. There is one subclass a code, in `Visiono\Workflow\Exception`.
 *
 * The message is one sentence that tells a developer what to do. It never holds a secret, a value
 * of a field or an expected signature, so it can be logged.
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
        /** The short names that it concerns: `['uv', 'ts']`. */
        public readonly array $parameters = [],
        /** By how many seconds a message is too old or too early, where that is the reason. */
        public readonly ?int $seconds = null,
        /** The byte of a redirect template at which the misplaced brace stands, where that is it. */
        public readonly ?int $position = null,
    ) {
        parent::__construct($message, $reason->value);
    }

    /** True if a message is to be refused, false if the caller made a mistake. */
    public function isRefusal(): bool
    {
        return $this->reason->isRefusal();
    }

    /**
     * @internal
     *
     * @return class-string<self> the exception of a code
     */
    public static function of(Code $reason): string
    {
        return __NAMESPACE__ . "\\Exception\\$reason->name";
    }
}
