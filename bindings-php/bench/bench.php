<?php

declare(strict_types=1);

// Compares this package with the documented snippet for signing and verifying by hand, and with
// Symfony's signer of URLs. They run by turns, so that a busy machine slows all of them, and each
// turn has a ratio.

require getenv('VISIONO_WORKFLOW_PACKAGE') . '/autoload.php';
require '/usr/share/php/Symfony/Component/HttpKernel/UriSigner.php';

use Symfony\Component\HttpKernel\UriSigner;
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
$signer = new UriSigner(SECRET);
$signed = $signer->sign("https://your-system.com/done?sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5&ts=" . time());

const SNIPPET = 'the documented snippet';
const SYMFONY = 'Symfony UriSigner, no check of the time';
/** The contenders of each operation, this package first. */
$operations = [
    'sign a link' => [
        '' => static fn () => $workflow->signLink(
            slug: 'damage-report',
            uniqueValue: 'ABC123',
            source: 'zendesk',
            reference: 'ticket-456'
        ),
        SNIPPET => static fn () => sign('damage-report', 'ABC123', 'zendesk', 'ticket-456'),
        SYMFONY => static fn () => $signer->sign('https://visiono.io/s/damage-report?' . http_build_query([
            'uv' => 'ABC123',
            'src' => 'zendesk',
            'ref' => 'ticket-456',
            'ts' => time(),
        ])),
    ],
    'verify a return' => [
        '' => static fn () => $workflow->verifyReturn($query),
        SNIPPET => static fn () => verifyQuery($query),
        SYMFONY => static fn () => $signer->check($signed),
    ],
    'verify a return that is expected' => [
        '' => static fn () => $workflow->verifyReturn($query, expect: ['reference' => 'ticket-456']),
        SNIPPET => static fn () => verifyQuery($query)['ref'] === 'ticket-456',
    ],
    'verify a return from $_GET' => [
        '' => static fn () => $workflow->verifyReturn($get),
        SNIPPET => static fn () => verify($get),
    ],
    'receive a webhook' => [
        '' => static fn () => $webhook->receive($body, $headers)->data,
        SNIPPET => static fn () => receive($body, $headers),
    ],
];
/** The SHA-256 compressions, unless they are two: of the signature, and of the deduplication key. */
$compressions = ['receive a webhook' => 2 * intdiv(strlen($body) + 9 + 63, 64) + 1];

/** Nanoseconds a call. */
function measure(Closure $call): float
{
    $start = hrtime(true);
    for ($i = 0; $i < CALLS; $i++) {
        $call();
    }
    return (hrtime(true) - $start) / CALLS;
}

/** The median of some numbers, or the value at another part of them. */
function quantile(array $numbers, float $part): float
{
    sort($numbers);
    return $numbers[(int) (($part * (count($numbers) - 1)))];
}

/** Adds a row to the table of all runtimes, which `cargo xtask bench` makes. */
function add_row(array $row): void
{
    $file = getenv('BENCHMARKS');
    if ($file !== false) {
        file_put_contents($file, json_encode(['runtime' => 'PHP ' . PHP_VERSION] + $row) . "\n", FILE_APPEND);
    }
}

// All of them must work before they are timed.
$workflow->verifyLink($operations['sign a link'][SNIPPET]());
if (verify($get) === null || $workflow->verifyReturn($query)->photoCount !== 5 || !$signer->check($signed)) {
    exit(1);
}
echo 'PHP ', PHP_VERSION, ", with how many times as long the others take (the middle half of the turns)\n";
foreach ($operations as $operation => $contenders) {
    array_map(measure(...), $contenders);
    $times = [];
    for ($turn = 0; $turn < TURNS; $turn++) {
        // Each goes first as often as the others.
        foreach ($contenders as $name => $call) {
            $times[$name][] = measure($call);
        }
        $contenders = array_slice($contenders, 1) + $contenders;
    }
    $times = ['' => $times['']] + $times;
    foreach ($times as $name => $each) {
        $nanoseconds = quantile($each, 0.5);
        $ratios = array_map(static fn ($one, $ours) => $one / $ours, $each, $times['']);
        [$middle, $low, $high] = array_map(static fn ($part) => quantile($ratios, $part), [0.5, 0.25, 0.75]);
        add_row([
            'operation' => $operation,
            'contender' => $name,
            'nanoseconds' => $nanoseconds,
            'ratio' => [$middle, $low, $high],
            'compressions' => $compressions[$operation] ?? 2,
        ]);
        if ($name === '') {
            printf("%-42s %8.0f ns\n", $operation, $nanoseconds);
        } else {
            printf("  %-40s %8.0f ns   %.2f (%.2f to %.2f)\n", $name, $nanoseconds, $middle, $low, $high);
        }
    }
}
