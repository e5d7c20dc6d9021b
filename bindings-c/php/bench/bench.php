<?php

declare(strict_types=1);

// This package beside the snippet that documentation gives for signing and verifying by hand. The
// two run by turns, so that a busy machine slows both; the ratio is taken of each turn.

require getenv('VISIONO_WORKFLOW_PACKAGE') . '/autoload.php';

use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\Workflow;

const SECRET = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
const TURNS = 200;
const CALLS = 1000;

function sign(string $slug, string $uv, string $src, string $ref): string
{
    $ts = time();
    $sig = hash_hmac('sha256', "$uv|$src|$ref|$ts", SECRET);
    return "https://visiono.io/s/$slug?" . http_build_query([
        'uv' => $uv,
        'src' => $src,
        'ref' => $ref,
        'ts' => $ts,
        'sig' => $sig,
    ]);
}

function verify(array $values): ?array
{
    foreach (['sub', 'uv', 'ref', 'cnt', 'ts', 'sig'] as $name) {
        if (empty($values[$name])) {
            return null;
        }
    }
    $payload = "{$values['sub']}|{$values['uv']}|{$values['ref']}|{$values['cnt']}|{$values['ts']}";
    if (!hash_equals(hash_hmac('sha256', $payload, SECRET), $values['sig'])) {
        return null;
    }
    return time() - (int) $values['ts'] > 3600 ? null : $values;
}

function verifyQuery(string $query): ?array
{
    parse_str($query, $values);
    return verify($values);
}

function receive(string $body, array $headers): ?array
{
    $expected = 'sha256=' . hash_hmac('sha256', $body, SECRET);
    if (!hash_equals($expected, $headers['HTTP_X_VISIONO_SIGNATURE'])) {
        return null;
    }
    $event = json_decode($body, true);
    return abs(time() - strtotime($event['timestamp'])) > 3 * 3600 ? null : $event['data'];
}

$workflow = new Workflow(SECRET);
$template = new RedirectTemplate('https://your-system.com/done');
$query = parse_url($workflow->signReturn($template, 'pls_123', 'ABC123', 'ticket-456', 5)->url, PHP_URL_QUERY);
parse_str($query, $get);
$webhook = new Webhook(SECRET);
$body = json_encode([
    'event' => 'photo_request.submitted',
    'timestamp' => gmdate('Y-m-d\TH:i:s\Z'),
    'data' => ['photo_request' => ['id' => 'pr_123', 'status' => 'submitted', 'submissions_count' => 2]],
]);
$headers = ['HTTP_X_VISIONO_SIGNATURE' => $webhook->sign($body), 'REQUEST_METHOD' => 'POST'];
$rows = [
    'sign a link' => [
        static fn () => sign('damage-report', 'ABC123', 'zendesk', 'ticket-456'),
        static fn () => $workflow->signLink(
            slug: 'damage-report',
            uniqueValue: 'ABC123',
            source: 'zendesk',
            reference: 'ticket-456'
        ),
    ],
    'verify a return' => [
        static fn () => verifyQuery($query),
        static fn () => $workflow->verifyReturn($query),
    ],
    'verify a return that is expected' => [
        static fn () => verifyQuery($query)['ref'] === 'ticket-456',
        static fn () => $workflow->verifyReturn($query, expect: ['reference' => 'ticket-456']),
    ],
    'verify a return from $_GET' => [
        static fn () => verify($get),
        static fn () => $workflow->verifyReturn($get),
    ],
    'receive a webhook' => [
        static fn () => receive($body, $headers),
        static fn () => $webhook->receive($body, $headers)->data,
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

/** Adds a row to the table of all runtimes, which `cargo xtask bench` makes. */
function add_row(string $operation, string $contender, float $nanoseconds, array $ratios): void
{
    $file = getenv('BENCHMARKS');
    if ($file === false) {
        return;
    }
    $row = [
        'runtime' => 'PHP ' . PHP_VERSION,
        'operation' => $operation,
        'contender' => $contender,
        'nanoseconds' => $nanoseconds,
        'ratio' => array_map(static fn ($part) => quantile($ratios, $part), [0.5, 0.25, 0.75]),
    ];
    file_put_contents($file, json_encode($row) . "\n", FILE_APPEND);
}

// Both have to do the work before it is timed.
$workflow->verifyLink($rows['sign a link'][0]());
if (verify($get) === null || $workflow->verifyReturn($query)->photoCount !== 5) {
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
    add_row($name, '', quantile($packages, 0.5), [1]);
    add_row($name, 'the documented snippet', quantile($snippets, 0.5), $ratios);
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
