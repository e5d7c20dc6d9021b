<?php

declare(strict_types=1);

// A page of the test's web server: answers in JSON what the package does there.

use Visiono\Workflow\Library;
use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\Tests\Runner;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\Workflow;

require __DIR__ . '/../Runner.php';

const SECRET = '0123456789abcdef0123456789abcdef';

/** Signs when it goes. */
final class Held
{
    public static ?Workflow $workflow = null;
    public static ?self $user = null;

    public function __destruct()
    {
        try {
            self::$workflow->signLink('a', 'b', 'c', slug: 'd');
        } catch (Visiono\Workflow\Exception\InvalidArgument) {
            echo ' closed';
        }
    }
}

header('Content-Type: application/json');
echo json_encode(match ($_GET['what']) {
    'vectors' => array_map([Runner::class, 'run'], Runner::files()),
    'settings' => [
        'sapi' => PHP_SAPI,
        'ffi.enable' => ini_get('ffi.enable'),
        // Nothing has loaded them in this request.
        'preloaded' => class_exists(Workflow::class, false) && class_exists(RedirectTemplate::class, false),
        'ffi here' => (static function (): string {
            try {
                FFI::cdef('int getpid(void);');
                return 'allowed';
            } catch (FFI\Exception $exception) {
                return $exception->getMessage();
            }
        })(),
        'library preloaded' => Library::load(null)->preloaded,
        'pid' => getmypid(),
    ],
    'memory' => (static function (): array {
        $workflow = new Workflow(SECRET);
        $round = static function (int $times) use ($workflow): int {
            for ($i = 0; $i < $times; $i++) {
                $workflow->verifyLink($workflow->signLink('A', 'b', 'c', slug: 'd')->url);
            }
            return memory_get_usage();
        };
        $round(1000);
        $before = $round(1000);
        return ['growth' => $round(100_000) - $before];
    })(),
    'webhook-memory' => (static function (): array {
        $webhook = new Webhook(SECRET);
        $body = '{"event":"a","data":{"list":[' . str_repeat('1,', 500) . '1]}}';
        $headers = ['HTTP_X_VISIONO_SIGNATURE' => $webhook->sign($body)] + $_SERVER;
        $round = static function (int $times) use ($webhook, $body, $headers): int {
            for ($i = 0; $i < $times; $i++) {
                $webhook->receive($body, $headers);
            }
            return memory_get_usage();
        };
        $round(1000);
        $before = $round(1000);
        return ['growth' => $round(10_000) - $before];
    })(),
    // The example's worker, until nothing is due.
    'inbox' => (static function (): array {
        $inbox = require __DIR__ . '/../../examples/inbox.php';
        $inbox->migrate();
        $keys = [];
        $inbox->run(static function (Visiono\Workflow\Inbox\Item $item) use (&$keys): void {
            $keys[] = $item->dedupKey;
        }, maxTime: 0);
        return ['keys' => $keys, 'counts' => $inbox->counts()];
    })(),
    'get' => (static function (): array {
        try {
            return get_object_vars((new Workflow(SECRET))->verifyReturn($_GET));
        } catch (Visiono\Workflow\WorkflowException $exception) {
            return [$exception->reason->name(), $exception->parameters];
        }
    })(),
    'sign' => [
        'url' => (new Workflow(getenv('VISIONO_WORKFLOW_SECRET')))->signReturn(
            $_GET['template'],
            $_GET['sub'] ?? 'pls_123',
            $_GET['uv'],
            $_GET['ref'],
            5
        )->url,
    ],
    'shutdown' => (static function (): array {
        // At the end of the request PHP destroys the workflow first, and the other one uses it.
        Held::$workflow = new Workflow(SECRET);
        Held::$user = new Held();
        return ['pid' => getmypid()];
    })(),
}, JSON_THROW_ON_ERROR);
