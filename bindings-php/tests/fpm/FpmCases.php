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

    /** @return list<string> the keys that the example's worker had to process */
    private static function worked(): array
    {
        return self::json('what=inbox')['keys'];
    }

    public function testTheExampleReceivesWebhooks(): void
    {
        self::worked();
        $first = self::event('photo_request.submitted', ['photo_request' => ['id' => 'pr_123']]);
        $signed = ['x-visiono-signature: ' . self::signature($first), 'X-Webhook-ID: wh_1'];
        $this->assertSame([204, ''], self::post($first, $signed));
        // A retry is a duplicate, whatever its ID says.
        $this->assertSame([204, ''], self::post($first, [$signed[0], 'X-Webhook-ID: wh_2']));
        $this->assertSame([hash('sha256', $first)], self::worked());
        $this->assertSame([204, ''], self::post($first, $signed));
        $this->assertSame([], self::worked());

        // Attack 14: what a stranger wrote makes no line of its own in the log, and moves no cursor.
        $hostile = "x\n{\"event\":\"forged\"}\e[2J\r\x7F\u{85}\u{202E}\0";
        $second = self::event($hostile, ['id' => $hostile]);
        $ids = ['X-Visiono-Signature: ' . self::signature($second), "X-Webhook-ID: \xFF\x7F"];
        $this->assertSame([204, ''], self::post($second, $ids));
        $this->assertSame([hash('sha256', $second)], self::worked());
        $log = self::$server->log();
        $this->assertDoesNotMatchRegularExpression('/[\x00-\x08\x0B-\x1F\x7F-\xFF]/', $log);
        $this->assertDoesNotMatchRegularExpression('/^\{"event":"forged/m', $log);
        $this->assertStringNotContainsString(getenv('VISIONO_WEBHOOK_SECRET'), $log);
    }

    public function testTheExampleIsPolledByRequestAndTime(): void
    {
        $id = 'pr_' . random_int(0, PHP_INT_MAX);
        $poll = static fn (string $query): array => json_decode(self::get("examples/events.php?$query")['body'], true);
        $bodies = [];
        foreach ([$id, 'other', $id] as $number => $request) {
            $bodies[] = $body = self::event('photo_request.submitted', ['photo_request' => ['id' => $request], 'n' => $number, 'of' => $id]);
            $this->assertSame([204, ''], self::post($body, ['X-Visiono-Signature: ' . self::signature($body)]));
            usleep(2000);
        }
        $all = $poll("request_id=$id");
        $this->assertSame([hash('sha256', $bodies[0]), hash('sha256', $bodies[2])], array_column($all, 'dedup_key'));
        $this->assertSame(['photo_request' => ['id' => $id], 'n' => 0, 'of' => $id], $all[0]['data']);
        $last = $poll("request_id=$id&after={$all[1]['received_at']}");
        $this->assertSame([$all[1]], $last);
        $this->assertSame([], $poll("request_id=$id&after=" . ($all[1]['received_at'] + 0.001)));
        $this->assertSame([], $poll('request_id=%FF%00'));
        foreach (['', 'request_id[]=a', "request_id=$id&after=-1", "request_id=$id&after=x", "request_id=$id&after=nan"] as $wrong) {
            $this->assertSame(400, self::get("examples/events.php?$wrong")['status'], $wrong);
        }
    }

    public function testTheExampleRefusesWebhooks(): void
    {
        self::worked();
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
        foreach (['not JSON', "{\"event\":\"\xFF\"}", '[]', ''] as $other) {
            $this->assertSame(
                [401, "malformed_parameter\n"],
                self::post($other, ['X-Visiono-Signature: ' . self::signature($other)])
            );
        }
        // The largest body is one of 1 MiB.
        $large = str_pad($body, (1 << 20) + 1);
        $this->assertSame([413, "too_large\n"], self::post($large, ['X-Visiono-Signature: ' . self::signature($large)]));
        ['status' => $status, 'headers' => $headers, 'body' => $answer] = self::get('examples/webhook.php');
        $this->assertSame([405, "method_not_allowed\n"], [$status, $answer]);
        $this->assertStringContainsString("\nAllow: POST", $headers);
        $this->assertSame([], self::worked());
        $large = str_pad($body, 1 << 20);
        $this->assertSame([204, ''], self::post($large, ['X-Visiono-Signature: ' . self::signature($large)]));
        $this->assertSame([hash('sha256', $large)], self::worked());
    }

    public function testAnEventThatIsNotStoredComesAgain(): void
    {
        $body = self::event('photo_request.expired', []);
        foreach ([
            'down' => [503, "unavailable\n"],
            'nowhere' => [503, "unavailable\n"],
            'empty' => [503, "outdated_schema\n"],
        ] as $place => $expected) {
            $answer = BuiltIn::request(
                self::$server->url . "/$place/",
                ['X-Visiono-Signature: ' . self::signature($body), 'Content-Type: application/json'],
                $body
            );
            $this->assertSame($expected, [$answer['status'], $answer['body']], $place);
            $this->assertStringContainsString("\nRetry-After: 60", $answer['headers'], $place);
        }
        // Its own mistakes, of which PHP shows the error here, because of display_errors.
        foreach (['unset', 'secretless'] as $place) {
            [$status, $answer] = self::post($body, ['X-Visiono-Signature: ' . self::signature($body)], "$place/");
            $this->assertSame(500, $status, $answer);
        }
    }

    public function testWebhooksLeaveMemoryFlat(): void
    {
        $this->assertLessThan(1024, self::json('what=webhook-memory')['growth']);
    }
}
