<?php

declare(strict_types=1);

namespace Visiono\Workflow\Inbox;

/**
 * Writes a log, one line of JSON an entry, in printable ASCII: texts of a stranger make no line of
 * their own, and move no cursor.
 *
 * @internal
 */
final class Log
{
    private readonly \Closure $write;

    /** @param (callable(string): mixed)|null $write */
    public function __construct(?callable $write)
    {
        $this->write = $write === null ? \error_log(...) : $write(...);
    }

    /** @param array<string, string|int|float|list<string>|null> $entry null is left out */
    public function add(array $entry): void
    {
        $entry = \array_filter($entry, static fn (mixed $value): bool => $value !== null);
        $line = \json_encode($entry, \JSON_INVALID_UTF8_SUBSTITUTE | \JSON_UNESCAPED_SLASHES | \JSON_THROW_ON_ERROR);
        // The one control character that JSON leaves as it is.
        ($this->write)(\strtr($line, ["\x7F" => '\u007f']));
    }
}
