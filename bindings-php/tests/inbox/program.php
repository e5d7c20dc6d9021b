<?php

declare(strict_types=1);

// A process of the crash tests, with its place in the environment: `work` and `process` as commands,
// and otherwise a router of PHP's built-in server, which receives.

namespace Visiono\Workflow\Tests;

use Visiono\Workflow\Inbox\Inbox;
use Visiono\Workflow\Inbox\Item;
use Visiono\Workflow\Inbox\Receiver;
use Visiono\Workflow\Webhook;

require getenv('VISIONO_WORKFLOW_PACKAGE') . '/autoload.php';
require __DIR__ . '/Stores.php';

http_response_code(500);
$place = json_decode((string) getenv('PLACE'), true, flags: JSON_THROW_ON_ERROR);
$lease = (float) getenv('LEASE');
// Kills alone must not make an item dead.
$options = ['maxAttempts' => 1000, 'shortestDelay' => 0, 'longestDelay' => 0];
$inbox = new Inbox(Stores::open($place), ...$options);

/** Writes a line of the journal, whole or not at all. */
function note(string $what, Item $item, float ...$times): void
{
    $line = implode(' ', [$what, $item->dedupKey, $item->token, getmypid(), ...$times]);
    file_put_contents((string) getenv('JOURNAL'), "$line\n", FILE_APPEND);
}

match ($argv[1] ?? null) {
    // The same as `run`, with a journal and a little work in each step.
    'work' => (static function () use ($inbox, $lease): never {
        // Connects.
        $inbox->counts();
        echo "ready\n";
        for (;;) {
            try {
                $before = microtime(true);
                $items = $inbox->claim(2, $lease);
                $after = microtime(true);
                foreach ($items as $item) {
                    note('start', $item, $before, $after);
                    usleep(random_int(0, 20_000));
                    $inbox->commit($item);
                    note('done', $item);
                }
                $items === [] && usleep(5000);
            } catch (\Visiono\Workflow\Inbox\InboxException $exception) {
                $exception->reason->value === 'lease_lost' || usleep(20_000);
            }
        }
    })(),
    // Writes and dies, about every second time.
    'process' => (static function () use ($inbox, $lease, $place): never {
        $pdo = Stores::pdo($place);
        echo "ready\n";
        for (;;) {
            $inbox->process($pdo, static function (Item $item, \PDO $pdo): void {
                $pdo->prepare('INSERT INTO effects VALUES (?)')->execute([$item->dedupKey]);
                random_int(0, 1) === 0 && posix_kill(getmypid(), SIGKILL);
            }, $lease) || usleep(5000);
        }
    })(),
    // The clock of this process shows when an item was claimed.
    'run' => (static function () use ($place, $options, $lease): void {
        $now = 0.0;
        $clock = static function () use (&$now): float {
            return $now = microtime(true);
        };
        echo "ready\n";
        (new Inbox(Stores::open($place), ...$options, clock: $clock))->run(static function (Item $item) use (&$now): void {
            note('start', $item, $now, $now);
        }, lease: $lease, poll: 0.2);
    })(),
    default => (new Receiver(new Webhook(getenv('VISIONO_WEBHOOK_SECRET')), $inbox))->handle(),
};
