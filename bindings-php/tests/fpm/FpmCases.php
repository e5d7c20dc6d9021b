<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;

/** Tests through real HTTP: a web server, php-fpm with preloading, and ffi.enable=preload. */
abstract class FpmCases extends TestCase
{
    use Frameworks;

    /** True if the server loads the library when it starts, false if each request does. */
    protected const PRELOADED = true;

    private static ?Server $server = null;

    public static function setUpBeforeClass(): void
    {
        self::$server = new Server(static::PRELOADED);
    }

    public static function tearDownAfterClass(): void
    {
        self::$server?->stop();
        self::$server = null;
    }

    protected function tearDown(): void
    {
        if ($this->hasFailed()) {
            fwrite(STDERR, self::$server->log());
        }
    }

    private static function front(): string
    {
        return self::$server->url;
    }

    /** @return array{status: int, headers: string, body: string} */
    private static function get(string $path, string $cookie = ''): array
    {
        return BuiltIn::request(self::$server->url . "/$path", ["Cookie: $cookie"]);
    }

    private static function json(string $query): array
    {
        ['body' => $body] = self::get("tests/fpm/page.php?$query");
        return json_decode($body, true) ?? throw new \LogicException("not JSON: $body");
    }

    public function testTheServerIsSetUpAsTheReadmeSays(): void
    {
        $settings = self::json('what=settings');
        $this->assertSame('fpm-fcgi', $settings['sapi']);
        $this->assertSame('preload', $settings['ffi.enable']);
        $this->assertTrue($settings['preloaded']);
        $this->assertStringContainsString('restricted', $settings['ffi here']);
        // Only root's PHP, which changes its user, can't load a library from preload.php.
        $this->assertSame(static::PRELOADED || posix_geteuid() !== 0, $settings['library preloaded']);
    }

    public function testEveryVectorHasItsExactResult(): void
    {
        $files = Runner::files();
        $results = self::json('what=vectors');
        $this->assertCount(count($files), $results);
        foreach ($results as ['group' => $group, 'cases' => $cases, 'ran' => $ran, 'failures' => $failures]) {
            $this->assertSame([], $failures);
            $this->assertGreaterThan(0, $cases);
            $this->assertSame($cases, $ran, $group);
            fwrite(STDERR, "$group: $ran cases\n");
        }
    }

    public function testCallsLeaveMemoryFlat(): void
    {
        $this->assertLessThan(1024, self::json('what=memory')['growth']);
    }

    public function testManyRequestsAreServedByTheSameProcesses(): void
    {
        $processes = [];
        for ($i = 0; $i < 50; $i++) {
            $processes[self::json('what=settings')['pid']] = true;
        }
        $this->assertLessThanOrEqual(2, count($processes), 'a process was lost');
    }

    public function testAttack6ADestructorThatSignsAtTheEndOfARequest(): void
    {
        $processes = [];
        for ($i = 0; $i < 50; $i++) {
            $processes[self::json('what=settings')['pid']] = true;
            ['status' => $status, 'body' => $body] = self::get('tests/fpm/page.php?what=shutdown');
            $this->assertSame(200, $status);
            $this->assertMatchesRegularExpression('/^\{"pid":\d+\} closed$/D', $body);
        }
        $this->assertLessThanOrEqual(2, count($processes), 'a process was lost');
    }

    public function testAttack8AnArrayInGet(): void
    {
        $query = 'what=get&sub=pls_1&uv=A&cnt=1&ts=1&sig=' . str_repeat('0', 64);
        $this->assertSame(['invalid_signature', []], self::json("$query&ref[]=1"));
        $this->assertSame(['duplicate_parameter', ['ref']], self::json("$query&ref[]=1&ref[]=2"));
        $this->assertSame(['duplicate_parameter', ['ref']], self::json("$query&ref=1&REF=2"));
        $this->assertSame(['malformed_parameter', ['ref']], self::json("$query&ref[a][b]=1"));
        $this->assertSame(['invalid_signature', []], self::json("$query&ref=1&lang[]=1"));
    }

    public function testTheExampleGoesFromStartToReturn(): void
    {
        $template = 'https://a.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}'
            . '&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}';
        $path = static fn (string $uv, string $ref, string $sub = 'pls_123'): string => substr(self::json('what=sign&'
            . http_build_query(['uv' => $uv, 'ref' => $ref, 'sub' => $sub, 'template' => $template]))['url'], strlen('https://a.example/'));
        $page = static fn (string $text): string => "<!DOCTYPE html>\n<title>Photos</title>\n<p>$text</p>\n";
        $cookie = '';
        foreach (['ticket-456' => 'ABC%20123', '2024%2F0815' => 'XYZ%20789'] as $reference => $plate) {
            ['status' => $status, 'headers' => $headers] =
                BuiltIn::request(self::$server->url . "/tickets/$reference/start", ["Cookie: $cookie"], '');
            $this->assertSame(303, $status);
            $this->assertSame(1, preg_match(
                "~^Location: https://visiono\\.io/s/damage-report\\?uv=$plate&src=zendesk&ref=$reference&ts=\\d+&sig=[0-9a-f]{64}\$~m",
                $headers
            ), $headers);
            $cookie = preg_match('/^Set-Cookie: ([^;]+)/m', $headers, $match) === 1 ? $match[1] : $cookie;
        }
        $this->assertNotSame('', $cookie);

        // A return that was changed, and one for another ticket.
        foreach ([
            str_replace('cnt=5', 'cnt=6', $path('ABC 123', 'ticket-456')),
            str_replace('tickets/ticket-456/', 'tickets/2024%2F0815/', $path('ABC 123', 'ticket-456')),
            $path('XYZ 789', 'ticket-456'),
            // Attack 1: another value under a look-alike, which PHP would hand to the page.
            $path('ABC 123', 'ticket-456') . '&%20ref=ticket-999',
        ] as $refused) {
            ['status' => $status, 'body' => $body] = self::get($refused, $cookie);
            $this->assertSame([400, $page('This address is not valid. Please start again from your ticket.')], [$status, $body]);
        }

        // Both return. Attack 14: a signed value is still text that somebody chose.
        foreach (['ticket-456' => 'ABC 123', '2024/0815' => 'XYZ 789'] as $reference => $plate) {
            ['status' => $status, 'headers' => $headers] = self::get($path($plate, $reference, '<script>"&\''), $cookie);
            $this->assertSame(303, $status);
            $ticket = 'tickets/' . rawurlencode($reference);
            $this->assertMatchesRegularExpression("~^Location: /$ticket\$~m", $headers);
            ['status' => $status, 'body' => $body] = self::get($ticket, $cookie);
            $this->assertSame(200, $status);
            $this->assertStringStartsWith(
                $page("Ticket $reference: 5 photos, submission &lt;script&gt;&quot;&amp;&#039;."),
                $body
            );
        }
    }

    /** Sends a webhook to the example, as Visiono does. */
    private static function post(string $body, array $headers, string $path = 'examples/webhook.php'): array
    {
        $headers[] = 'Content-Type: application/json';
        $answer = BuiltIn::request(self::$server->url . "/$path", $headers, $body);
        return [$answer['status'], $answer['body']];
    }

    private static function event(string $event, array $data, int $age = 0): string
    {
        return (string) json_encode(['event' => $event, 'timestamp' => date('c', time() - $age), 'data' => $data]);
    }

    /** The header, made without the library. */
    private static function signature(string $body): string
    {
        return 'sha256=' . hash_hmac('sha256', $body, (string) getenv('VISIONO_WEBHOOK_SECRET'));
    }

    /** Returns the example's log so far, when it has these lines. */
    private static function done(string ...$until): string
    {
        $log = self::$server->webhooks . '/log.txt';
        // It works after it has answered.
        for ($i = 0; $i < 600; $i++) {
            $done = is_file($log) ? (string) file_get_contents($log) : '';
            $missing = array_filter($until, static fn (string $line) => !str_contains($done, $line));
            if ($missing === []) {
                return $done;
            }
            usleep(100_000);
        }
        throw new \LogicException("the example did not do this: " . implode($missing));
    }

    public function testTheExampleReceivesWebhooks(): void
    {
        $first = self::event('photo_request.submitted', ['photo_request' => ['id' => 'pr_123']]);
        $this->assertSame([204, ''], self::post($first, ['X-Visiono-Signature: ' . self::signature($first)]));
        $line = "{\"event\":\"photo_request.submitted\",\"about\":\"pr_123\"}\n";
        $this->assertSame($line, self::done($line));

        // It answers before it works: here the work can't go on, but the answer comes.
        $log = fopen(self::$server->webhooks . '/log.txt', 'r');
        $this->assertTrue(flock($log, LOCK_EX));
        $second = self::event('submission.created', ['permanent_link_submission' => [
            'unique_field_value' => 'ABC123', 'external_source' => 'zendesk', 'external_reference' => 'ticket-456',
        ]]);
        $signed = ['X-Webhook-Signature: ' . self::signature($second), 'X-Webhook-ID: wh_1'];
        $this->assertSame([204, ''], self::post($second, $signed));
        $this->assertSame($line, self::done());
        // A retry in the meantime is a duplicate, whatever its ID says.
        $this->assertSame([204, ''], self::post($second, [$signed[0], 'X-Webhook-ID: wh_2']));
        flock($log, LOCK_UN);
        $lines = $line . "{\"event\":\"submission.created\",\"about\":[\"ABC123\",\"ticket-456\"]}\n";
        $this->assertSame($lines, self::done('ABC123'));

        $third = self::event('coffee.ready', []);
        $this->assertSame([204, ''], self::post($first, ['X-Visiono-Signature: ' . self::signature($first)]));
        $this->assertSame([204, ''], self::post($third, ['X-Visiono-Signature: ' . self::signature($third)]));
        $lines .= "{\"event\":\"coffee.ready\",\"about\":null}\n";
        $this->assertSame($lines, self::done('coffee.ready'));

        // Attack 14: what a stranger wrote makes no line of its own, and moves no cursor.
        $hostile = "x\n{\"event\":\"forged\"}\e[2J\r\x7F\u{85}\u{202E}\0";
        $fourth = self::event('photo_request.submitted', ['photo_request' => ['id' => $hostile]]);
        $this->assertSame([204, ''], self::post($fourth, ['X-Visiono-Signature: ' . self::signature($fourth)]));
        $fifth = self::event($hostile, []);
        $this->assertSame([204, ''], self::post($fifth, ['X-Visiono-Signature: ' . self::signature($fifth)]));
        $all = self::done('"about":"x', '"event":"x');
        $this->assertStringStartsWith($lines, $all);
        $added = explode("\n", substr($all, strlen($lines), -1));
        $this->assertCount(2, $added);
        foreach ($added as $line) {
            $this->assertMatchesRegularExpression('/^[\x20-\x7E]+$/D', $line);
        }
        $this->assertSame($hostile, json_decode($added[0], true)['about']);
        $this->assertSame($hostile, json_decode($added[1], true)['event']);
    }

    public function testTheExampleKeepsUndatedEventsForGood(): void
    {
        $folder = self::$server->webhooks;
        $files = static fn (string $body): array => array_map(
            basename(...),
            glob("$folder/" . hash('sha256', $body) . '.*') ?: []
        );
        $undated = '{"event":"submission.created","data":{"undated":' . random_int(0, PHP_INT_MAX) . '}}';
        $dated = self::event('photo_request.expired', ['dated' => random_int(0, PHP_INT_MAX)]);
        foreach ([$undated, $dated] as $body) {
            $this->assertSame([204, ''], self::post($body, ['X-Visiono-Signature: ' . self::signature($body)]));
        }
        $key = hash('sha256', $undated);
        $this->assertSame(["$key.undated.json"], $files($undated));
        $this->assertSame([hash('sha256', $dated) . '.dated.json'], $files($dated));
    }

    public function testTheExampleRefusesWebhooks(): void
    {
        $body = self::event('photo_request.expired', []);
        $signature = self::signature($body);
        $right = "X-Visiono-Signature: $signature";
        $this->assertSame([401, "missing_parameter\n"], self::post($body, []));
        $this->assertSame([401, "invalid_signature\n"], self::post("$body ", [$right]));
        $this->assertSame([401, "invalid_signature\n"], self::post($body, ['X-Visiono-Signature: ' . substr($signature, 7)]));
        $wrong = 'X-Webhook-Signature: sha256=' . str_repeat('0', 64);
        $this->assertSame([401, "invalid_signature\n"], self::post($body, [$right, $wrong]));
        // Web servers join two headers of a name, or pass on one of them; either way one is wrong.
        $this->assertSame([401, "invalid_signature\n"], self::post($body, [
            $right,
            'X-Visiono-Signature: sha256=' . str_repeat('0', 64),
        ]));
        $old = self::event('photo_request.expired', [], 10802);
        $this->assertSame([401, "expired\n"], self::post($old, ['X-Visiono-Signature: ' . self::signature($old)]));
        foreach (['not JSON', "{\"event\":\"\xFF\"}", '[]', '', '{"event":"a"}' . str_repeat(' ', 1 << 20)] as $other) {
            $this->assertSame(
                [401, "malformed_parameter\n"],
                self::post($other, ['X-Visiono-Signature: ' . self::signature($other)])
            );
        }
        // The largest body is one of 1 MiB.
        $large = str_pad($body, 1 << 20);
        $this->assertSame([204, ''], self::post($large, ['X-Visiono-Signature: ' . self::signature($large)]));
        self::done('photo_request.expired');
    }

    public function testTheReadmesPageReceivesAWebhook(): void
    {
        $body = self::event('photo_request.submitted', ['photo_request' => ['id' => 'pr_123']]);
        $signed = ['x-visiono-signature: ' . self::signature($body)];
        $this->assertSame([204, ''], self::post($body, $signed, 'examples/readme.php'));
        $this->assertSame([401, "invalid_signature\n"], self::post("$body ", $signed, 'examples/readme.php'));
    }

    public function testWebhooksLeaveMemoryFlat(): void
    {
        $this->assertLessThan(1024, self::json('what=webhook-memory')['growth']);
    }
}
