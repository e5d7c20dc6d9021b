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
    /** The variables of a server that have the URL. */
    private const SERVER = ['REQUEST_URI', 'QUERY_STRING', 'IIS_WasUrlRewritten', 'UNENCODED_URL'];

    /**
     * Replaces a message that is not a string by one.
     *
     * @param array<mixed>|object|int|float|bool|null|string $input
     *
     * @return string the form of the message, as the library names it
     *
     * @throws Exception\InvalidArgument if it is an object that can't be read
     * @throws \TypeError if it is an object of an unknown shape
     */
    public static function read(array|object|int|float|bool|null|string &$input): string
    {
        if (!\is_array($input) || isset($input['REQUEST_URI']) || isset($input['QUERY_STRING'])) {
            return self::readOther($input);
        }
        foreach ($input as $value) {
            if (!\is_string($value)) {
                return self::readOther($input);
            }
        }
        $input = Library::serialize($input);
        return 'map';
    }

    /**
     * Does that for whatever is not an array of strings.
     *
     * @param array<mixed>|object|int|float|bool|null|string $input
     */
    private static function readOther(array|object|int|float|bool|null|string &$input): string
    {
        $given = $input;
        $read = match (true) {
            \is_object($given) => self::url($given) ?? self::bag($given, 'input'),
            // That variable alone, not what looks like it: a stranger can write its names in $_GET.
            $given === ($GLOBALS['_SERVER'] ?? null) => self::requested($given),
            default => $given,
        };
        if (\is_iterable($read)) {
            $input = \serialize(self::run($given, static fn (): array => self::pairs($read)));
            return 'pairs';
        }
        // An absent message, such as `getenv()`'s false, has no parameters, and neither has a number.
        $input = \is_string($read) ? $read : '';
        return 'text';
    }

    /** Returns the URL of an object as the browser requested it, or null if it has none. */
    private static function url(object $object): ?string
    {
        $server = self::run($object, static fn (): mixed => match (true) {
            \method_exists($object, 'getServerParams') => $object->getServerParams(),
            // CodeIgniter, Laminas and Phalcon.
            \method_exists($object, 'getServer') => \array_combine(
                self::SERVER,
                \array_map(static fn (string $name): mixed => $object->getServer($name), self::SERVER)
            ),
            default => null,
        });
        // PSR-7's own URI may lack a part of the path, which a router cut off. Those of Symfony,
        // Laravel and CodeIgniter lack the first of two parameters.
        return (\is_array($server) ? self::requested($server) : null)
            ?? self::text($object, 'getRequestUri', 'getUri', 'getUrl', '__toString');
    }

    /**
     * Returns the URL as the browser requested it, from variables such as those of `$_SERVER`. A
     * header such as `X-Original-URL` is not read, because the browser can send any.
     *
     * @param array<mixed> $server
     */
    private static function requested(array $server): ?string
    {
        [$url, $query, $isRewritten, $unencoded] = \array_map(
            static fn (string $name): string => \is_string($server[$name] ?? null) ? $server[$name] : '',
            self::SERVER
        );
        // In IIS, a rewriting rule changes REQUEST_URI.
        if ($isRewritten === '1' && $unencoded !== '') {
            $url = $unencoded;
        }
        // Some servers, such as Swoole, have the path alone.
        if ($query !== '' && !\str_contains($url, '?')) {
            $url .= "?$query";
        }
        return $url === '' ? null : $url;
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
     * @throws Exception\InvalidArgument if they are an object that can't be read
     * @throws \TypeError if they are an object of an unknown shape
     */
    public static function headers(array|object|string|int|float|bool|null $headers): string
    {
        $given = $headers;
        if (\is_object($headers)) {
            $headers = self::run($headers, static fn (): mixed => match (true) {
                \method_exists($headers, 'getHeaders') => $headers->getHeaders(),
                // WordPress.
                \method_exists($headers, 'get_headers') => $headers->get_headers(),
                // Symfony and Laravel.
                \is_object($headers->headers ?? null) => $headers->headers,
                default => $headers,
            });
            $headers = \is_object($headers) ? self::bag($headers, 'headers') : $headers;
        }
        if ($headers !== null && $headers !== false && !\is_iterable($headers)) {
            throw Library::invalidArgument(
                'headers are an array, such as $_SERVER or getallheaders(), or the request of PSR-7, '
                . 'Symfony or Laravel, not ' . \get_debug_type($headers)
            );
        }
        return \serialize(self::run($given, static function () use ($headers): array {
            $pairs = [];
            foreach ($headers ?: [] as $name => $values) {
                $values = match (true) {
                    \is_array($values) => $values,
                    $values === null, $values === false => [],
                    default => [$values],
                };
                foreach ($values as $value) {
                    // No text has this byte: a value that is not a string is no signature, and no ID.
                    \array_push($pairs, self::name($name), \is_string($value) ? $value : "\xFF");
                }
            }
            return $pairs;
        }));
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
        // Symfony, Laravel and Laminas; Yii; PSR-7 and CodeIgniter; WordPress; a stream.
        $methods = ['getContent', 'getRawBody', 'getBody', 'get_body', '__toString'];
        $hint = 'body is the raw body as it came, a string, not ' . \get_debug_type($body)
            . ": keep it, with file_get_contents('php://input'), \$request->getBody() of PSR-7, or"
            . ' $request->getContent() of Symfony and Laravel';
        return (\is_object($body) ? self::text($body, ...$methods) : null) ?? throw (
            \is_object($body) && !$body instanceof \stdClass
                ? new \TypeError($hint)
                : Library::invalidArgument($hint)
        );
    }

    /**
     * Calls the first of these methods that an object has. Returns null if it has none. An absent
     * text is empty.
     */
    private static function text(object $object, string ...$methods): ?string
    {
        foreach ($methods as $method) {
            if (\method_exists($object, $method)) {
                $text = self::run($object, static function () use ($object, $method): mixed {
                    $text = $object->$method();
                    return $text instanceof \Stringable ? (string) $text : $text;
                });
                $text = $text === null || $text === false ? '' : $text;
                return \is_string($text) ? $text : throw Library::invalidArgument(
                    \get_debug_type($object) . "::$method() returned " . \get_debug_type($text) . ': pass the text itself'
                );
            }
        }
        return null;
    }

    /**
     * Reads an object that holds names and values.
     *
     * @return iterable<mixed>
     */
    private static function bag(object $bag, string $parameter): iterable
    {
        $all = self::run($bag, static fn (): mixed => match (true) {
            $bag instanceof \stdClass => \get_object_vars($bag),
            // Symfony and Laravel.
            \method_exists($bag, 'all') => $bag->all(),
            // Yii and Laminas.
            \method_exists($bag, 'toArray') => $bag->toArray(),
            default => $bag,
        });
        return \is_iterable($all) ? $all : throw new \TypeError(
            "$parameter is an object of an unknown shape, " . \get_debug_type($bag)
            . ($parameter === 'input' ? ": pass the URL as the browser requested it, \$_SERVER['REQUEST_URI']" : '')
        );
    }

    /**
     * Runs the code of a caller's object. Its exceptions are the caller's own. PHP's errors, such as
     * that of a private method, say that it is no request.
     *
     * @param \Closure(): mixed $code
     */
    private static function run(mixed $source, \Closure $code): mixed
    {
        try {
            return $code();
        } catch (\Error $error) {
            throw Library::invalidArgument(
                \get_debug_type($source) . " can't be read, the previous exception says why: pass the text itself",
                $error
            );
        }
    }

    /** Returns a name. A key that is neither text nor a number is like no name. */
    private static function name(mixed $name): string
    {
        return \is_string($name) || \is_int($name) ? (string) $name : '';
    }
}
