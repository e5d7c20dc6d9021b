<?php

// Signs a link and verifies the return as in the guide, without a library.
//
//   php signing.php sign LINK UNIQUE_VALUE SOURCE REFERENCE
//   php signing.php verify URL
//
// VISIONO_WORKFLOW_SECRET has the link's secret. A real integration uses the package instead, which also
// refuses old messages, duplicate parameters and returns for another ticket.

declare(strict_types=1);

function signature(string ...$values): string
{
    return hash_hmac('sha256', implode('|', $values), getenv('VISIONO_WORKFLOW_SECRET'));
}

/** Returns the link with its parameters. */
function sign(string $link, string $uv, string $src, string $ref): string
{
    $ts = (string) time();
    $sig = signature($uv, $src, $ref, $ts);
    return "$link?" . http_build_query(compact('uv', 'src', 'ref', 'ts', 'sig'));
}

/** Returns whether the return URL has a valid signature. */
function verify(string $url): string
{
    parse_str((string) parse_url($url, PHP_URL_QUERY), $got);
    $values = array_map(fn ($name) => (string) ($got[$name] ?? ''), ['sub', 'uv', 'ref', 'cnt', 'ts']);
    return hash_equals(signature(...$values), (string) ($got['sig'] ?? '')) ? 'valid' : 'invalid';
}

[, $command] = $argv;
echo $command(...array_slice($argv, 2)), "\n";
