<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * Reads input from outside, of any type, completely: objects run code of their own, so the library
 * is called afterwards.
 *
 * @internal
 */
final class Outside
{
    /**
     * Reads a message that is not a string.
     *
     * @param array<mixed>|object|int|float|bool|null $input
     *
     * @return string its form and its text, as the library reads them
     *
     * @throws Exception\InvalidArgument if it is an object that can't be read
     * @throws \TypeError if it is an object of an unknown shape
     */
    public static function message(array|object|int|float|bool|null $input): string
    {
        if (!\is_array($input) || isset($input['REQUEST_URI']) || isset($input['QUERY_STRING'])) {
            return self::otherMessage($input);
        }
        foreach ($input as $value) {
            if (!\is_string($value)) {
                return self::otherMessage($input);
            }
        }
        $map = \serialize($input);
        // Of two references to one value, the second is written as the number of the first.
        return \str_contains($map, 'R:') ? self::otherMessage($input) : "map\xFF$map";
    }

    /**
     * Reads whatever is not an array of strings.
     *
     * @param array<mixed>|object|int|float|bool|null $input
     */
    private static function otherMessage(array|object|int|float|bool|null $input): string
    {
        $message = match (true) {
            \is_object($input) => self::run($input, Request::message(...)),
            // That variable alone, not what looks like it: a stranger can write its names in $_GET.
            $input === ($GLOBALS['_SERVER'] ?? null) => Request::url($input),
            default => $input,
        };
        return match (true) {
            \is_iterable($message) => "pairs\xFF" . \serialize(self::run($input, static fn (): array => self::pairs($message))),
            \is_object($message) => throw new \TypeError(
                'input is an object of an unknown shape, ' . \get_debug_type($message)
                . ": pass the URL as the browser requested it, \$_SERVER['REQUEST_URI']"
            ),
            // An absent message, such as `getenv()`'s false, has no parameters, and neither has a number.
            default => "text\xFF" . (\is_string($message) ? $message : ''),
        };
    }

    /**
     * Reads headers.
     *
     * @param array<mixed>|object|string|int|float|bool|null $given
     *
     * @return string names and values in turn, serialized
     *
     * @throws Exception\InvalidArgument if they are an object that can't be read
     * @throws \TypeError if they are an object of an unknown shape
     */
    public static function headers(array|object|string|int|float|bool|null $given): string
    {
        $headers = (\is_object($given) ? self::run($given, Request::headers(...)) : $given) ?? [];
        if ($headers !== false && !\is_iterable($headers)) {
            $type = \get_debug_type($headers);
            throw \is_object($headers)
                ? new \TypeError("headers is an object of an unknown shape, $type")
                : WorkflowException::invalidArgument(
                    'headers are an array, such as $_SERVER or getallheaders(), or the request of PSR-7, '
                    . "Symfony or Laravel, not $type"
                );
        }
        return \serialize(self::run($given, static fn (): array => self::pairs($headers ?: [], true)));
    }

    /**
     * Lists names and values in turn. A value that is not text is null.
     *
     * @param iterable<mixed> $input
     *
     * @return list<string|null>
     */
    private static function pairs(iterable $input, bool $areHeaders = false): array
    {
        $pairs = [];
        foreach ($input as $name => $value) {
            $values = match (true) {
                // Null is absent.
                $value === null, $areHeaders && $value === false => [],
                \is_array($value) && ($areHeaders || self::isList($value)) => $value,
                default => [$value],
            };
            // A key that is neither text nor a number becomes the empty name, which no field has.
            $name = \is_string($name) || \is_int($name) ? (string) $name : '';
            foreach ($values as $each) {
                \array_push($pairs, $name, \is_string($each) ? $each : null);
            }
        }
        return $pairs;
    }

    /**
     * Returns true for a list of texts: those of a name that occurs more than once.
     *
     * @param array<mixed> $value
     */
    private static function isList(array $value): bool
    {
        return \array_is_list($value) && \array_filter($value, \is_string(...)) === $value;
    }

    /**
     * Reads a raw body.
     *
     * @param array<mixed>|object|string|int|float|bool|null $body
     *
     * @throws Exception\InvalidArgument if it was parsed already, or can't be read
     * @throws \TypeError if it is an object of an unknown shape
     */
    public static function body(array|object|string|int|float|bool|null $body): string
    {
        if (\is_string($body) || $body === null || $body === false) {
            return (string) $body;
        }
        $hint = 'body is the raw body as it came, a string, not ' . \get_debug_type($body)
            . ": keep it, with file_get_contents('php://input'), \$request->getBody() of PSR-7, or"
            . ' $request->getContent() of Symfony and Laravel';
        return (\is_object($body) ? self::run($body, Request::body(...)) : null) ?? throw (
            \is_object($body) && !$body instanceof \stdClass
                ? new \TypeError($hint)
                : WorkflowException::invalidArgument($hint)
        );
    }

    /**
     * Runs the code of a caller's object, whose exceptions pass through. An error of PHP, such as
     * a call of a private method, means that the object is not a request.
     *
     * @param \Closure(mixed): mixed $code
     */
    private static function run(mixed $source, \Closure $code): mixed
    {
        try {
            return $code($source);
        } catch (\Error $error) {
            throw WorkflowException::invalidArgument(
                \get_debug_type($source) . " can't be read, the previous exception says why: pass the text itself",
                $error
            );
        }
    }
}
