<?php

declare(strict_types=1);

// This package beside the snippet that documentation gives for signing and verifying by hand. The
// two run by turns, so that a busy machine slows both; the ratio is taken of each turn.

require getenv('VISIONO_WORKFLOW_PACKAGE') . '/autoload.php';

use Visiono\Workflow\Workflow;

const SECRET = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
const NOW = 1705500100;
const QUERY = 'sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5&ts=1705500100'
    . '&sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5';
const TURNS = 200;
const CALLS = 1000;

function sign(string $slug, string $uv, string $src, string $ref, int $ts): string
{
    $sig = hash_hmac('sha256', "$uv|$src|$ref|$ts", SECRET);
    return "https://visiono.io/s/$slug?" . http_build_query([
        'uv' => $uv,
        'src' => $src,
        'ref' => $ref,
        'ts' => $ts,
        'sig' => $sig,
    ]);
}

function verify(string $query, int $now): ?array
{
    parse_str($query, $values);
    foreach (['sub', 'uv', 'ref', 'cnt', 'ts', 'sig'] as $name) {
        if (empty($values[$name])) {
            return null;
        }
    }
    $payload = "{$values['sub']}|{$values['uv']}|{$values['ref']}|{$values['cnt']}|{$values['ts']}";
    if (!hash_equals(hash_hmac('sha256', $payload, SECRET), $values['sig'])) {
        return null;
    }
    return $now - (int) $values['ts'] > 3600 ? null : $values;
}

$workflow = new Workflow(SECRET);
parse_str(QUERY, $get);
$rows = [
    'sign a link' => [
        static fn () => sign('damage-report', 'ABC123', 'zendesk', 'ticket-456', NOW),
        static fn () => $workflow->signLink(
            slug: 'damage-report',
            uniqueValue: 'ABC123',
            source: 'zendesk',
            reference: 'ticket-456',
            timestamp: NOW
        ),
    ],
    'verify a return' => [
        static fn () => verify(QUERY, NOW),
        static fn () => $workflow->verifyReturn(QUERY, now: NOW),
    ],
    'verify a return that is expected' => [
        static fn () => verify(QUERY, NOW)['ref'] === 'ticket-456',
        static fn () => $workflow->verifyReturn(QUERY, expect: ['reference' => 'ticket-456'], now: NOW),
    ],
    'verify a return from $_GET' => [
        static fn () => verify(QUERY, NOW),
        static fn () => $workflow->verifyReturn($get, now: NOW),
    ],
];

/** Nanoseconds a call. */
function measure(Closure $call): float
{
    $start = hrtime(true);
    for ($i = 0; $i < CALLS; $i++) {
        $call();
    }
    return (hrtime(true) - $start) / CALLS;
}

/** The middle of some numbers, or what stands at another part of them. */
function quantile(array $numbers, float $part): float
{
    sort($numbers);
    return $numbers[(int) (($part * (count($numbers) - 1)))];
}

// Both have to do the work before it is timed.
assert((string) $rows['sign a link'][0]() === (string) $rows['sign a link'][1]());
if (verify(QUERY, NOW) === null || $workflow->verifyReturn(QUERY, now: NOW)->photoCount !== 5) {
    exit(1);
}
printf("%-34s %11s %11s   %s\n", 'PHP ' . PHP_VERSION, 'snippet', 'package', 'times as fast (half of the turns)');
foreach ($rows as $name => [$snippet, $package]) {
    measure($snippet);
    measure($package);
    $snippets = $packages = $ratios = [];
    for ($turn = 0; $turn < TURNS; $turn++) {
        // Each goes first every other time.
        if ($turn % 2 === 0) {
            $snippets[] = measure($snippet);
            $packages[] = measure($package);
        } else {
            $packages[] = measure($package);
            $snippets[] = measure($snippet);
        }
        $ratios[] = end($snippets) / end($packages);
    }
    printf(
        "%-34s %8.0f ns %8.0f ns   %.2f (%.2f to %.2f)\n",
        $name,
        quantile($snippets, 0.5),
        quantile($packages, 0.5),
        quantile($ratios, 0.5),
        quantile($ratios, 0.25),
        quantile($ratios, 0.75)
    );
}
