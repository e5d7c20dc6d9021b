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
     * Replaces a message that is not a string by one.
     *
     * @param array<mixed>|object|int|float|bool|null|string $input
     *
     * @return string the form of the message, as the library names it
     *
     * @throws \TypeError if it is an object of an unknown shape
     */
    public static function read(array|object|int|float|bool|null|string &$input): string
    {
        if (\is_object($input)) {
            $input = match (true) {
                // The URL of Symfony and Laravel. Their `getUri` sorts the query and drops duplicates.
                \method_exists($input, 'getRequestUri') => (string) $input->getRequestUri(),
                // PSR-7.
                \method_exists($input, 'getUri') => (string) $input->getUri(),
                $input instanceof \Stringable => (string) $input,
                default => self::bag($input, 'input'),
            };
        }
        if (!\is_iterable($input)) {
            // An absent message, such as `getenv()`'s false, has no parameters, and neither has a number.
            $input = \is_string($input) ? $input : '';
            return 'text';
        }
        foreach (\is_array($input) ? $input : [null] as $value) {
            if (!\is_string($value)) {
                $input = \serialize(self::pairs($input));
                return 'pairs';
            }
        }
        $input = \serialize($input);
        return 'map';
    }

    /**
     * Lists names and values in turn. A value that is not text is null.
     *
     * @param iterable<mixed> $input
     *
     * @return list<string|null>
     */
    private static function pairs(iterable $input): array
    {
        $pairs = [];
        foreach ($input as $name => $value) {
            $isList = \is_array($value) && \array_is_list($value) && \array_filter($value, \is_string(...)) === $value;
            foreach ($isList ? $value : [$value] as $each) {
                // Null is an absent parameter.
                if ($each !== null) {
                    \array_push($pairs, self::name($name), \is_string($each) ? $each : null);
                }
            }
        }
        return $pairs;
    }

    /**
     * Reads headers.
     *
     * @param array<mixed>|object|string|int|float|bool|null $headers
     *
     * @return string names and values in turn, serialized
     *
     * @throws \TypeError if it is an object of an unknown shape
     */
    public static function headers(array|object|string|int|float|bool|null $headers): string
    {
        if (\is_object($headers)) {
            $headers = match (true) {
                \method_exists($headers, 'getHeaders') => $headers->getHeaders(),
                \is_object($headers->headers ?? null) => self::bag($headers->headers, 'headers'),
                default => self::bag($headers, 'headers'),
            };
        }
        if ($headers !== null && $headers !== false && !\is_iterable($headers)) {
            throw Library::invalidArgument(
                'headers are an array, such as $_SERVER or getallheaders(), or the request of PSR-7, '
                . 'Symfony or Laravel, not ' . \get_debug_type($headers)
            );
        }
        $pairs = [];
        foreach ($headers ?: [] as $name => $values) {
            foreach (\is_array($values) ? $values : [$values] as $value) {
                if ($value !== null && $value !== false) {
                    // A value that is not a string is there, but is no signature.
                    \array_push($pairs, self::name($name), \is_string($value) ? $value : '');
                }
            }
        }
        return \serialize($pairs);
    }

    /**
     * Reads a raw body.
     *
     * @param array<mixed>|object|string|int|float|bool|null $body
     *
     * @throws Exception\InvalidArgument if it was parsed already
     * @throws \TypeError if it is an object of an unknown shape
     */
    public static function body(array|object|string|int|float|bool|null $body): string
    {
        if (\is_string($body) || $body === null || $body === false || $body instanceof \Stringable) {
            return (string) $body;
        }
        $hint = 'body is the raw body as it came, a string, not ' . \get_debug_type($body)
            . ": keep it, with file_get_contents('php://input'), \$request->getBody() of PSR-7, or"
            . ' $request->getContent() of Symfony and Laravel';
        throw \is_object($body) && !$body instanceof \stdClass
            ? new \TypeError($hint)
            : Library::invalidArgument($hint);
    }

    /**
     * Reads an object that holds names and values.
     *
     * @return iterable<mixed>
     */
    private static function bag(object $bag, string $parameter): iterable
    {
        if ($bag instanceof \stdClass) {
            return \get_object_vars($bag);
        }
        if (\method_exists($bag, 'all')) {
            $bag = $bag->all();
        }
        return \is_iterable($bag)
            ? $bag
            : throw new \TypeError("$parameter is an object of an unknown shape: " . \get_debug_type($bag));
    }

    /** Returns a name. A key that is neither text nor a number is like no name. */
    private static function name(mixed $name): string
    {
        return \is_string($name) || \is_int($name) ? (string) $name : '';
    }
}
