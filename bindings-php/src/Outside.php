<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * Reads what arrives from outside, of whatever type, completely: objects run code of their own, so
 * the library is called afterwards.
 *
 * @internal
 */
final class Outside
{
    /**
     * Reads a message that is not a string into one.
     *
     * @param array<mixed>|object|int|float|bool|null|string $input replaced by the message
     *
     * @return string its form, as the library names it
     *
     * @throws \TypeError if it is an object of an unknown shape
     */
    public static function read(array|object|int|float|bool|null|string &$input): string
    {
        if (\is_object($input)) {
            $input = self::object($input);
        }
        if (!\is_iterable($input)) {
            // An absent message, such as `getenv()`'s false, has no parameters; nor has a number.
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
     * Lists names and values in turn. The value of a parameter that is not text is null.
     *
     * @param iterable<mixed> $input
     *
     * @return list<string|null>
     */
    private static function pairs(iterable $input): array
    {
        $pairs = [];
        foreach ($input as $name => $value) {
            $name = self::name($name);
            if (\is_array($value) && \array_is_list($value) && \array_filter($value, \is_string(...)) === $value) {
                foreach ($value as $each) {
                    \array_push($pairs, $name, $each);
                }
            } elseif ($value !== null) {
                \array_push($pairs, $name, \is_string($value) ? $value : null);
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
        if ($headers === null || $headers === false) {
            $headers = [];
        }
        if (!\is_iterable($headers)) {
            throw Library::invalidArgument(
                'headers are an array, such as $_SERVER or getallheaders(), or the request of PSR-7, '
                . 'Symfony or Laravel, not ' . \get_debug_type($headers)
            );
        }
        $pairs = [];
        foreach ($headers as $name => $values) {
            $name = self::name($name);
            foreach (\is_array($values) ? $values : [$values] as $value) {
                if ($value !== null && $value !== false) {
                    // A value that is no string is there, but is no signature.
                    \array_push($pairs, $name, \is_string($value) ? $value : '');
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
        if (\is_string($body)) {
            return $body;
        }
        if ($body === null || $body === false) {
            return '';
        }
        if ($body instanceof \Stringable) {
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
     * Reads an object that stands for a message: of a request its URL as it came, and what else
     * can be text is text.
     *
     * @return string|iterable<mixed>
     */
    private static function object(object $input): string|iterable
    {
        return match (true) {
            // Symfony and Laravel. Their `getUri` sorts the query and drops what is there twice.
            \method_exists($input, 'getRequestUri') => (string) $input->getRequestUri(),
            // PSR-7.
            \method_exists($input, 'getUri') => (string) $input->getUri(),
            $input instanceof \Stringable => (string) $input,
            default => self::bag($input, 'input'),
        };
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
        if (\is_iterable($bag)) {
            return $bag;
        }
        throw new \TypeError("$parameter is an object of an unknown shape: " . \get_debug_type($bag));
    }

    /** A name; one that no name can be is like no other. */
    private static function name(mixed $name): string
    {
        return \is_string($name) || \is_int($name) ? (string) $name : '';
    }
}
