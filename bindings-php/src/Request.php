<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * Reads the requests of frameworks, and the variables of servers. The objects run code of their own
 * here, whose errors {@see Outside} translates.
 *
 * @internal
 */
final class Request
{
    /** The variables of a server that have the URL. */
    private const SERVER = ['REQUEST_URI', 'QUERY_STRING', 'IIS_WasUrlRewritten', 'UNENCODED_URL'];

    /**
     * Returns the URL of a request as the browser requested it, or the names and values that an object
     * without a URL holds.
     */
    public static function message(object $request): mixed
    {
        $server = match (true) {
            \method_exists($request, 'getServerParams') => $request->getServerParams(),
            // CodeIgniter, Laminas and Phalcon.
            \method_exists($request, 'getServer') => \array_combine(
                self::SERVER,
                \array_map(static fn (string $name): mixed => $request->getServer($name), self::SERVER)
            ),
            default => null,
        };
        // PSR-7's own URI may lack a part of the path, which a router cut off. Those of Symfony,
        // Laravel and CodeIgniter lack the first of two parameters.
        return (\is_array($server) ? self::url($server) : null)
            ?? self::text($request, 'getRequestUri', 'getUri', 'getUrl', '__toString')
            ?? self::bag($request);
    }

    /**
     * Returns the URL as the browser requested it, from variables such as those of `$_SERVER`. A
     * header such as `X-Original-URL` is not read, because the browser can send any.
     *
     * @param array<mixed> $server
     */
    public static function url(array $server): ?string
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

    /** Returns the headers of a request. */
    public static function headers(object $request): mixed
    {
        $headers = match (true) {
            \method_exists($request, 'getHeaders') => $request->getHeaders(),
            // WordPress.
            \method_exists($request, 'get_headers') => $request->get_headers(),
            // Symfony and Laravel.
            \is_object($request->headers ?? null) => $request->headers,
            default => $request,
        };
        return \is_object($headers) ? self::bag($headers) : $headers;
    }

    /** Returns the raw body of a request, or null if it has none. */
    public static function body(object $request): ?string
    {
        // Symfony, Laravel and Laminas; Yii; PSR-7 and CodeIgniter; WordPress; a stream.
        return self::text($request, 'getContent', 'getRawBody', 'getBody', 'get_body', '__toString');
    }

    /**
     * Calls the first of these methods that an object has. Returns null if it has none. An absent
     * text is empty.
     */
    private static function text(object $object, string ...$methods): ?string
    {
        foreach ($methods as $method) {
            if (\method_exists($object, $method)) {
                $text = $object->$method();
                $text = $text instanceof \Stringable ? (string) $text : $text;
                $text = $text === null || $text === false ? '' : $text;
                return \is_string($text) ? $text : throw WorkflowException::invalidArgument(
                    \get_debug_type($object) . "::$method() returned " . \get_debug_type($text) . ': pass the text itself'
                );
            }
        }
        return null;
    }

    /**
     * Returns the names and values that an object holds. Returns the object if it holds none.
     *
     * @return array<mixed>|object
     */
    private static function bag(object $bag): array|object
    {
        $all = match (true) {
            $bag instanceof \stdClass => \get_object_vars($bag),
            // Symfony and Laravel.
            \method_exists($bag, 'all') => $bag->all(),
            // Yii and Laminas.
            \method_exists($bag, 'toArray') => $bag->toArray(),
            default => $bag,
        };
        return \is_iterable($all) ? $all : $bag;
    }
}
