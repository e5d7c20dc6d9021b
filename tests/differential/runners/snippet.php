<?php

declare(strict_types=1);

// The documented PHP snippets. They receive parameters in `$_GET`, and headers in `$_SERVER`. The
// reference of a return with a path comes from a router that decodes the path first, like
// Symfony's.

require __DIR__ . '/records.php';
require dirname(__DIR__) . '/snippets/snippets.php';

// Undefined keys only cause warnings, as in production.
error_reporting(0);

/** Returns the query of a URL, as a web server passes it on. */
function query_string(string $url): string
{
    [$url] = explode('#', $url, 2);
    return explode('?', $url, 2)[1] ?? '';
}

/**
 * @param list<string> $record
 * @param list<string> $keys
 * @return list<string>
 */
function answer_snippet(array $record, array $keys): array
{
    [, $secret, $webhookSecret] = $keys;
    switch ($record[0]) {
        case 'sign':
            [, $signing, $slug, $uv, $src, $ref, $ts] = $record;
            return ['ok', sign_link($signing, $slug, $uv, $src, $ref, (int) $ts)];
        case 'return':
        case 'routed':
            parse_str(query_string($record[1]), $parameters);
            $_GET = $parameters;
            if ($record[0] === 'routed') {
                $path = rawurldecode(preg_split('/[?#]/', $record[1])[0]);
                if (!preg_match('~\A/tickets/([^/]++)/done\z~s', $path, $route)) {
                    return ['refused'];
                }
                $_GET['ref'] = $route[1];
            }
            return verify_return($secret)
                ? ['ok', $_GET['sub'], $_GET['uv'], $_GET['ref'], $_GET['cnt'], $_GET['ts']]
                : ['refused'];
        case 'webhook':
            $_SERVER = [];
            foreach (headers_of($record) as [$name, $value]) {
                $name = 'HTTP_' . strtoupper(str_replace('-', '_', $name));
                $_SERVER[$name] = isset($_SERVER[$name]) ? "$_SERVER[$name], $value" : $value;
            }
            return verify_webhook($record[1], $webhookSecret) ? ['ok'] : ['refused'];
        default:
            return ['skipped'];
    }
}

answer_all(static function (array $record, array $keys): array {
    try {
        return answer_snippet($record, $keys);
    } catch (Throwable $crash) {
        return ['crash: ' . get_class($crash)];
    }
});
