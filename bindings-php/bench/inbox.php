<?php

declare(strict_types=1);

// Compares receiving webhooks into the inbox with the documented snippet and an INSERT into a table of
// one's own, on the same database: accepted events a second, one after the other in one process, with a
// connection that stays open. They run by turns, so that a busy machine slows both. The databases are
// started on this machine, with their defaults, and Redis with `appendfsync always`.

namespace Visiono\Workflow\Tests;

use Visiono\Workflow\Inbox\Inbox;
use Visiono\Workflow\Webhook;

require getenv('VISIONO_WORKFLOW_PACKAGE') . '/autoload.php';
require __DIR__ . '/../tests/package.php';
require __DIR__ . '/../tests/inbox/Databases.php';
require __DIR__ . '/../tests/inbox/Stores.php';

const SECRET = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
const TURNS = 20;
const CALLS = 50;

/** A new event, and its header. */
function event(): array
{
    static $number = 0;
    $body = json_encode([
        'event' => 'photo_request.submitted',
        'timestamp' => gmdate('Y-m-d\TH:i:s\Z'),
        'data' => ['photo_request' => ['id' => 'pr_' . $number++, 'status' => 'submitted', 'submissions_count' => 2]],
        'n' => bin2hex(random_bytes(8)),
    ]);
    return [$body, ['HTTP_X_VISIONO_SIGNATURE' => 'sha256=' . hash_hmac('sha256', $body, SECRET)]];
}

function snippet(string $body, array $headers): array
{
    $expected = 'sha256=' . hash_hmac('sha256', $body, SECRET);
    if (!hash_equals($expected, $headers['HTTP_X_VISIONO_SIGNATURE'])) {
        exit('refused');
    }
    return json_decode($body, true);
}

/** The value at a part of some numbers. */
function quantile(array $numbers, float $part): float
{
    sort($numbers);
    return $numbers[(int) ($part * (count($numbers) - 1))];
}

$webhook = new Webhook(SECRET);
echo 'PHP ', PHP_VERSION, ": events a second, and the time of one in ms\n";
foreach (['sqlite', 'postgresql', 'mysql', 'redis'] as $name) {
    $place = Stores::place($name);
    $inbox = new Inbox(Stores::open($place));
    $inbox->migrate();
    if ($name === 'redis') {
        $redis = Stores::redis($place);
        $store = static function (array $event, string $body) use ($redis, $place): void {
            $key = hash('sha256', $body);
            $redis->set("$place[prefix]:own:$key", $body, ['nx']) && $redis->rPush("$place[prefix]:own", $key);
        };
    } else {
        $pdo = Stores::pdo($place);
        $pdo->exec('CREATE TABLE own (dedup_key CHAR(64) PRIMARY KEY, event VARCHAR(255), body TEXT)');
        if ($name === 'sqlite') {
            $pdo->exec('PRAGMA synchronous = FULL');
        }
        $insert = $pdo->prepare($name === 'mysql' ? 'INSERT IGNORE INTO own VALUES (?, ?, ?)' : 'INSERT INTO own VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
        $store = static function (array $event, string $body) use ($insert): void {
            $insert->execute([hash('sha256', $body), $event['event'], $body]);
        };
    }
    $contenders = [
        'the inbox' => static fn (string $body, array $headers) => $inbox->accept($webhook->receive($body, $headers)),
        'the snippet and an INSERT' => static fn (string $body, array $headers) => $store(snippet($body, $headers), $body),
        'verification alone' => static fn (string $body, array $headers) => $webhook->receive($body, $headers),
    ];
    $times = [];
    for ($turn = 0; $turn < TURNS; $turn++) {
        foreach ($contenders as $contender => $call) {
            $events = array_map(event(...), range(1, CALLS));
            foreach ($events as [$body, $headers]) {
                $start = hrtime(true);
                $call($body, $headers);
                $times[$contender][] = (hrtime(true) - $start) / 1e6;
            }
        }
        $contenders = array_slice($contenders, 1) + $contenders;
    }
    if (array_sum($inbox->counts()) !== TURNS * CALLS) {
        exit("events are missing\n");
    }
    $verification = array_sum($times['verification alone']);
    foreach (['the inbox', 'the snippet and an INSERT'] as $contender) {
        $each = $times[$contender];
        printf(
            "%-11s %-26s %7.0f/s   p50 %6.3f   p99 %6.3f%s\n",
            $name,
            $contender,
            count($each) / array_sum($each) * 1000,
            quantile($each, 0.5),
            quantile($each, 0.99),
            $contender === 'the inbox' ? sprintf('   of which verification %.1f %%', 100 * $verification / array_sum($each)) : ''
        );
    }
}
