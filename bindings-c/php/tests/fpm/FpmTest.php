<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;

/** Through real HTTP: a web server, php-fpm with preloading, and ffi.enable=preload. */
final class FpmTest extends TestCase
{
    /** @return array{status: int, headers: string, body: string} */
    private static function get(string $path, string $cookie = ''): array
    {
        $base = getenv('VISIONO_FPM') ?: throw new \LogicException('run `cargo xtask test php`');
        $context = stream_context_create(['http' => [
            'ignore_errors' => true,
            'follow_location' => 0,
            'header' => "Cookie: $cookie",
            'timeout' => 60,
        ]]);
        $body = file_get_contents("$base/$path", false, $context);
        $headers = implode("\n", $http_response_header);
        preg_match('/^HTTP\S+ (\d+)/', $headers, $match);
        return ['status' => (int) $match[1], 'headers' => $headers, 'body' => (string) $body];
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
        $this->assertSame(getenv('VISIONO_FPM_PRELOADED') === 'yes', $settings['library preloaded']);
    }

    public function testEveryVectorHasItsExactResult(): void
    {
        $files = Runner::files();
        $results = self::json('what=vectors');
        $this->assertCount(count($files), $results);
        foreach ($results as ['group' => $group, 'cases' => $cases, 'ran' => $ran, 'failures' => $failures]) {
            $this->assertSame([], $failures);
            $this->assertGreaterThan(0, $cases);
            $this->assertSame($group === Runner::NOT_YET ? 0 : $cases, $ran, $group);
            fwrite(STDERR, $group === Runner::NOT_YET ? "$group: not run\n" : "$group: $ran cases\n");
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

    public function testAnArrayInGetIsADuplicate(): void
    {
        $query = 'what=get&sub=pls_1&uv=A&cnt=1&ts=1&sig=' . str_repeat('0', 64);
        $this->assertSame(['duplicate_parameter', ['ref']], self::json("$query&ref[]=1"));
        $this->assertSame(['duplicate_parameter', ['ref']], self::json("$query&ref[a][b]=1"));
        $this->assertSame(['invalid_signature', []], self::json("$query&ref=1&lang[]=1"));
    }

    public function testTheExampleGoesFromStartToReturn(): void
    {
        ['status' => $status, 'headers' => $headers] = self::get('examples/start.php');
        $this->assertSame(302, $status);
        $this->assertSame(1, preg_match(
            '~^Location: https://visiono\.io/s/damage-report\?uv=ABC%20123&src=zendesk&ref=ticket-456&ts=\d+&sig=[0-9a-f]{64}$~m',
            $headers
        ), $headers);
        $this->assertSame(1, preg_match('/^Set-Cookie: ([^;]+)/m', $headers, $match));
        $cookie = $match[1];

        $sign = static fn (string $ref) => self::json(
            'what=sign&uv=ABC+123&' . http_build_query(['ref' => $ref, 'template' => 'https://a.example/examples/return.php'])
        )['url'];
        $path = static fn (string $url) => 'examples/return.php?' . parse_url($url, PHP_URL_QUERY);

        // A genuine return for another ticket, and one that was changed.
        $other = self::get($path($sign('ticket-457')), $cookie);
        $this->assertSame([400, "This return was refused: unexpected_value\n"], [$other['status'], $other['body']]);
        $changed = self::get(str_replace('cnt=5', 'cnt=6', $path($sign('ticket-456'))), $cookie);
        $this->assertSame([400, "This return was refused: invalid_signature\n"], [$changed['status'], $changed['body']]);
        $this->assertSame(400, self::get($path($sign('ticket-456')))['status'], 'another browser');

        $done = self::get($path($sign('ticket-456')), $cookie);
        $this->assertSame(
            [200, "Thank you: 5 photos for ticket-456, submission pls_123.\n"],
            [$done['status'], $done['body']]
        );
    }
}
