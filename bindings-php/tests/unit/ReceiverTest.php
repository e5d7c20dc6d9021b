<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Inbox\Inbox;
use Visiono\Workflow\Inbox\PdoStore;
use Visiono\Workflow\Inbox\Receiver;
use Visiono\Workflow\Webhook;

/** The receiver with the requests and responses of real frameworks. The tests of php-fpm have plain PHP. */
final class ReceiverTest extends TestCase
{
    private static function load(): void
    {
        // Debian's frameworks may be older than this PHP.
        $level = error_reporting(E_ALL & ~E_DEPRECATED);
        foreach (['Illuminate/Http', 'GuzzleHttp/Psr7', 'Nyholm/Psr7', 'Slim/Psr7'] as $folder) {
            require_once "/usr/share/php/$folder/autoload.php";
        }
        error_reporting($level);
    }

    /** @return iterable<array{\Closure(string, array<string, string>, string): object, object}> */
    public static function frameworks(): iterable
    {
        yield 'Nyholm' => [
            static fn ($method, $headers, $body) => new \Nyholm\Psr7\ServerRequest($method, '/', $headers, $body),
            static fn () => new \Nyholm\Psr7\Factory\Psr17Factory(),
        ];
        yield 'Guzzle, with responses of Slim' => [
            static fn ($method, $headers, $body) => new \GuzzleHttp\Psr7\ServerRequest($method, '/', $headers, $body),
            static fn () => new \Slim\Psr7\Factory\ResponseFactory(),
        ];
        $symfony = static fn (string $class): array => [
            static function ($method, $headers, $body) use ($class) {
                $request = $class::create('/', $method, content: $body);
                $request->headers->add($headers);
                return $request;
            },
            static fn () => static fn (int $status, array $headers, string $body) =>
                new \Symfony\Component\HttpFoundation\Response($body, $status, $headers),
        ];
        yield 'Symfony' => $symfony('Symfony\Component\HttpFoundation\Request');
        yield 'Laravel' => $symfony('Illuminate\Http\Request');
    }

    /** @dataProvider frameworks */
    public function testARequestIsAnswered(\Closure $request, \Closure $responses): void
    {
        self::load();
        $level = error_reporting(E_ALL & ~E_DEPRECATED);
        $webhook = new Webhook(getenv('VISIONO_WEBHOOK_SECRET'));
        $inbox = new Inbox(new PdoStore(new \PDO('sqlite::memory:')));
        $inbox->migrate();
        $lines = [];
        $receiver = new Receiver($webhook, $inbox, log: static function (string $line) use (&$lines): void {
            $lines[] = $line;
        }, responses: $responses());
        $body = " {\"event\":\"a\u{7F}b\",\"data\":{\"id\":\"pr_1\"}}\n";
        $large = str_pad($body, (1 << 20) + 1);
        $header = static fn (string $body): array => ['X-Visiono-Signature' => $webhook->sign($body), 'X-Webhook-ID' => "a\u{1F642}"];
        foreach ([
            ['POST', $header($body), $body, 204, ''],
            ['POST', $header($body), $body, 204, ''],
            ['POST', $header($body), "$body ", 401, "invalid_signature\n"],
            ['POST', [], $body, 401, "missing_parameter\n"],
            ['POST', $header(''), '', 401, "malformed_parameter\n"],
            ['POST', $header($large), $large, 413, "too_large\n"],
            ['POST', $header(str_pad($body, 1 << 20)), str_pad($body, 1 << 20), 204, ''],
            ['GET', [], '', 405, "method_not_allowed\n"],
            // A header can't make a POST of it, nor something else of a POST.
            ['POST', ['X-HTTP-Method-Override' => 'PUT'] + $header($body), $body, 204, ''],
        ] as [$method, $headers, $text, $status, $answer]) {
            $response = $receiver->handle($request($method, $headers, $text));
            $isPsr = method_exists($response, 'getBody');
            $this->assertSame([$status, $answer], [
                $response->getStatusCode(),
                $isPsr ? (string) $response->getBody() : $response->getContent(),
            ]);
            if ($status === 405) {
                $this->assertSame('POST', $isPsr ? $response->getHeaderLine('Allow') : $response->headers->get('Allow'));
            }
        }
        $this->assertSame(2, $inbox->counts()['waiting']);
        $this->assertSame(['pr_1'], array_column($inbox->events('pr_1', limit: 1), 'requestId'));
        $this->assertCount(9, $lines);
        $this->assertSame(
            '{"webhook":204,"event":"a\u007fb","dedup_key":"' . hash('sha256', $body)
            . '","unauthenticated_delivery_id":"a\ud83d\ude42","result":"new"}',
            $lines[0]
        );
        $handler = new class {
            public function handle(object $request): object
            {
                return $request;
            }
        };
        $get = $request('GET', [], '');
        $this->assertSame($get, $receiver->process($get, $handler));
        $this->assertSame(204, $receiver->process($request('POST', $header($body), $body), $handler)->getStatusCode());
        error_reporting($level);
    }

    public function testAMistakeOfTheCallerIs500WithoutItsMessage(): void
    {
        self::load();
        $webhook = new Webhook(getenv('VISIONO_WEBHOOK_SECRET'));
        $lines = [];
        $inbox = new Inbox(new PdoStore(static fn () => throw new \DomainException('the password is secret')));
        $log = static function (string $line) use (&$lines): void {
            $lines[] = $line;
        };
        $receiver = new Receiver($webhook, $inbox, log: $log, responses: new \Nyholm\Psr7\Factory\Psr17Factory());
        $request = new \Nyholm\Psr7\ServerRequest('POST', '/', ['X-Visiono-Signature' => $webhook->sign('{"event":"a"}')], '{"event":"a"}');
        $response = $receiver->handle($request);
        $this->assertSame([500, "error\n"], [$response->getStatusCode(), (string) $response->getBody()]);
        $this->assertStringContainsString('"webhook":500', $lines[0]);
        $this->assertStringContainsString('DomainException in ', $lines[0]);
        $this->assertStringNotContainsString('password', $lines[0]);
    }
}
