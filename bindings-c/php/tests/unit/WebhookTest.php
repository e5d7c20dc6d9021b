<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Code;
use Visiono\Workflow\DeliveredLink;
use Visiono\Workflow\Delivery;
use Visiono\Workflow\Event;
use Visiono\Workflow\VerifiedReturn;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\WebhookSecret;
use Visiono\Workflow\WorkflowSecret;

final class WebhookTest extends TestCase
{
    use Refusals;

    private const SECRET = 'whsec_0123456789abcdef0123456789abcdef';
    private const BODY = '{"event":"submission.created","timestamp":"2024-12-25T14:35:00Z","data":{'
        . '"photo_request":{"id":"sl_123","custom_slug":"damage-report"},'
        . '"permanent_link_submission":{"id":"pls_456","unique_field_value":"ABC123",'
        . '"external_source":"zendesk","external_reference":"ticket-456"}}}';
    private const NOW = 1735137300;

    private static function webhook(): Webhook
    {
        return new Webhook(self::SECRET);
    }

    /** The header, made without the library. */
    private static function header(string $body = self::BODY): string
    {
        return 'sha256=' . hash_hmac('sha256', $body, self::SECRET);
    }

    private static function receive(string $body = self::BODY): Delivery
    {
        $webhook = new Webhook(self::SECRET, freshness: false);
        return $webhook->receive($body, ['X-Visiono-Signature' => self::header($body)]);
    }

    public function testADeliveryHasWhatTheBodySays(): void
    {
        $delivery = self::webhook()->receive(self::BODY, [
            'X-Visiono-Signature' => self::header(),
            'X-Visiono-Delivery' => 'd-1',
            'X-Visiono-Tenant-Id' => 't-1',
        ], self::NOW);
        $data = json_decode(self::BODY, true)['data'];
        $this->assertSame([
            'knownEvent' => Event::SubmissionCreated,
            'data' => $data,
            'event' => 'submission.created',
            'eventTime' => self::NOW,
            'dedupKey' => hash('sha256', self::BODY),
            'secretIndex' => 0,
            'unauthenticatedDeliveryId' => 'd-1',
            'unauthenticatedTenantId' => 't-1',
            'isTest' => false,
            'link' => $delivery->link,
            'body' => ['event' => 'submission.created', 'timestamp' => '2024-12-25T14:35:00Z', 'data' => $data],
        ], get_object_vars($delivery));
        $this->assertSame(
            ['pls_456', 'ABC123', 'zendesk', 'ticket-456'],
            array_values(get_object_vars($delivery->link))
        );
        $this->assertEquals($delivery, unserialize(serialize($delivery)), 'a queue keeps it');
    }

    public static function forms(): iterable
    {
        $header = self::header();
        yield 'by hand' => [['X-Visiono-Signature' => $header]];
        yield 'the other style' => [['X-Webhook-Signature' => $header, 'X-Webhook-ID' => 'wh_1']];
        yield 'getallheaders of HTTP/2' => [['x-visiono-signature' => $header, 'content-type' => 'application/json']];
        yield 'PSR-7' => [['Host' => ['a.example'], 'X-Visiono-Signature' => [$header], 'Accept' => ['a', 'b']]];
        yield 'Symfony' => [['host' => ['a.example'], 'x-visiono-signature' => [$header], 'x-none' => [null]]];
        yield '$_SERVER' => [[
            'HTTP_X_VISIONO_SIGNATURE' => $header,
            'REQUEST_TIME' => 1735137300,
            'REQUEST_TIME_FLOAT' => 1735137300.5,
            'argv' => ['page.php', "\xFF"],
            'argc' => 2,
            'HTTPS' => true,
            'PHP_AUTH_USER' => null,
            0 => 'a number for a name',
            "\xFF" => "\xFF\xFE\0",
            '' => '',
        ] + $_SERVER];
    }

    /** @dataProvider forms */
    public function testHeadersComeInEveryForm(array $headers): void
    {
        $this->assertSame('submission.created', self::webhook()->receive(self::BODY, $headers, self::NOW)->event);
        $this->assertRefused(
            Code::InvalidSignature,
            [],
            fn () => self::webhook()->receive(self::BODY . ' ', $headers, self::NOW)
        );
    }

    public function testAHeaderThatIsThereTwiceIsRefused(): void
    {
        $header = self::header();
        foreach ([
            ['X-Visiono-Signature' => [$header, $header]],
            ['X-Visiono-Signature' => $header, 'x-visiono-signature' => $header],
            ['HTTP_X_VISIONO_SIGNATURE' => $header, 'X-Visiono-Signature' => 'sha256=0'],
            ['X-Visiono-Signature' => $header, 'X-Webhook-Signature' => ''],
            ['X-Visiono-Signature' => "$header, $header"],
            ['X-Visiono-Signature' => "$header\xFF"],
            ['X-Visiono-Signature' => "$header\0"],
        ] as $headers) {
            $this->assertRefused(
                Code::InvalidSignature,
                [],
                fn () => self::webhook()->receive(self::BODY, $headers, self::NOW)
            );
        }
        foreach ([[], ['X-Visiono-Signature' => []], ['X-Visiono-Signature' => null], [$header], $_SERVER] as $headers) {
            $this->assertRefused(
                Code::MissingParameter,
                ['sig'],
                fn () => self::webhook()->receive(self::BODY, $headers, self::NOW)
            );
        }
    }

    public function testTheSignatureAloneIsVerified(): void
    {
        $webhook = new Webhook(['another secret, which signs', self::SECRET]);
        $verified = $webhook->verify(self::BODY, self::header());
        $this->assertSame(
            ['secretIndex' => 1, 'dedupKey' => hash('sha256', self::BODY)],
            get_object_vars($verified)
        );
        $own = $webhook->sign(self::BODY);
        $this->assertSame('sha256=' . hash_hmac('sha256', self::BODY, 'another secret, which signs'), $own);
        $this->assertSame(0, $webhook->verify(self::BODY, $own)->secretIndex);
        foreach (['', "\0", "\xFF", substr(self::header(), 7), strtoupper(self::header())] as $header) {
            $this->assertRefused(Code::InvalidSignature, [], fn () => $webhook->verify(self::BODY, $header));
        }
        $this->assertRefused(Code::MissingParameter, ['sig'], fn () => $webhook->verify(self::BODY, null));
        foreach (["\0\xFF\xFE", '', str_repeat("\xFF", 1 << 20)] as $body) {
            $this->assertSame(0, self::webhook()->verify($body, self::header($body))->secretIndex);
            $this->assertSame(self::header($body), self::webhook()->sign($body));
        }
        $this->assertRefused(
            Code::MalformedParameter,
            ['body'],
            fn () => $webhook->verify(str_repeat('a', (1 << 20) + 1), null)
        );
    }

    public function testTheClockIsTheSystemsUnlessOneIsPassed(): void
    {
        $body = '{"event":"a","timestamp":"' . gmdate('Y-m-d\TH:i:s\Z') . '"}';
        $headers = ['X-Visiono-Signature' => self::header($body)];
        $this->assertEqualsWithDelta(time(), self::webhook()->receive($body, $headers)->eventTime, 60);

        $headers = ['X-Visiono-Signature' => self::header()];
        $receive = static fn (Webhook $webhook, int $now) => $webhook->receive(self::BODY, $headers, $now);
        $late = $this->assertRefused(
            Code::Expired,
            [],
            fn () => $receive(self::webhook(), self::NOW + 10802)
        );
        $this->assertSame(2, $late->seconds);
        $strict = new Webhook(self::SECRET, maxAge: 10, leeway: 0);
        $this->assertSame(self::NOW, $receive($strict, self::NOW + 10)->eventTime);
        $this->assertRefused(Code::Expired, [], fn () => $receive($strict, self::NOW + 11));
        $this->assertRefused(Code::NotYetValid, [], fn () => $receive($strict, self::NOW - 1));
        $any = new Webhook(self::SECRET, freshness: false);
        $this->assertSame(self::NOW, $receive($any, 0)->eventTime);
        foreach ([-1, PHP_INT_MIN] as $number) {
            $this->assertRefused(Code::InvalidArgument, [], fn () => $receive($any, $number));
            $this->assertRefused(Code::InvalidArgument, [], fn () => new Webhook(self::SECRET, maxAge: $number));
            $this->assertRefused(Code::InvalidArgument, [], fn () => new Webhook(self::SECRET, leeway: $number));
        }
    }

    public function testWithoutFreshnessATimeNeedNotBeThere(): void
    {
        $body = '{"event":"coffee.ready","is_test":true}';
        $delivery = self::receive($body);
        $this->assertSame(['coffee.ready', null, null], [$delivery->event, $delivery->knownEvent, $delivery->eventTime]);
        $this->assertSame([true, null, null], [$delivery->isTest, $delivery->data, $delivery->link]);
        $this->assertRefused(
            Code::MissingParameter,
            ['timestamp'],
            fn () => self::webhook()->receive($body, ['X-Visiono-Signature' => self::header($body)])
        );
    }

    public function testNumbersKeepTheirPrecision(): void
    {
        $body = '{"event":"a","data":[9223372036854775807,9223372036854775808,-9223372036854775809,1.5,0,1e2]}';
        $this->assertSame(
            [PHP_INT_MAX, '9223372036854775808', '-9223372036854775809', 1.5, 0, 100.0],
            self::receive($body)->data
        );
    }

    public function testTextsAndNamesMayBeAnything(): void
    {
        $body = '{"event":"\u0000a","data":{"":1,"0":2,"\u0000b":"\u0000","a.b":{"c":[]}}}';
        $delivery = self::receive($body);
        $this->assertSame("\0a", $delivery->event);
        $this->assertSame(['' => 1, 0 => 2, "\0b" => "\0", 'a.b' => ['c' => []]], $delivery->data);
        $deep = '{"event":"a","data":' . str_repeat('[', 126) . str_repeat(']', 126) . '}';
        $this->assertIsArray(self::receive($deep)->data);
    }

    public function testBodiesThatAreNoTextAreJudgedByTheLibrary(): void
    {
        foreach (["\xFF", "{\"event\":\"\xC3\"}", '{"event":"\ud800"}', '{"event":"a","n":1e400}', 'null', '[]', '', "\0"] as $body) {
            $this->assertRefused(Code::MalformedParameter, ['body'], fn () => self::receive($body));
        }
    }

    public function testALinkMatchesItsReturn(): void
    {
        $return = static fn (string $sub, string $uv, string $ref) => new VerifiedReturn($sub, $uv, $ref, 1, 1, 0);
        $link = self::receive()->link;
        $this->assertTrue($link->matches($return('pls_456', 'ABC123', 'ticket-456')));
        $this->assertFalse($link->matches($return('pls_457', 'ABC123', 'ticket-456')));
        $this->assertFalse($link->matches($return('pls_456', 'ABC124', 'ticket-456')));
        $this->assertFalse($link->matches($return('pls_456', 'ABC123', 'ticket-457')));
        $this->assertFalse($link->matches($return("pls_456\xFF", 'ABC123', 'ticket-456')));
        $link = new DeliveredLink(null, 'ABC123', 'zendesk', 'ticket-456');
        $this->assertTrue($link->matches($return('pls_457', 'ABC123', 'ticket-456')));
        foreach ([null, 'pls_456', [], $link] as $value) {
            $this->assertRefused(Code::InvalidArgument, [], fn () => $link->matches($value));
        }
    }

    public function testTheEventsAreTheLibrarys(): void
    {
        $header = (string) file_get_contents(getenv('VISIONO_WORKFLOW_PACKAGE') . '/src/visiono_workflow.h');
        preg_match_all('/^  VISIONO_EVENT_(\w+) = [1-9]/m', $header, $matches);
        $names = array_map(
            static fn (Event $event) => strtoupper(strtr($event->value, '.', '_')),
            Event::cases()
        );
        $this->assertSame($matches[1], $names);
        foreach (Event::cases() as $event) {
            $delivery = self::receive(json_encode(['event' => $event->value]));
            $this->assertSame([$event, $event->value], [$delivery->knownEvent, $delivery->event]);
        }
    }

    public function testASecretCanBeAnObject(): void
    {
        $webhook = new Webhook([new WebhookSecret('another secret, which signs'), new WebhookSecret(self::SECRET)]);
        $this->assertSame(1, $webhook->verify(self::BODY, self::header())->secretIndex);
        foreach (['', 'too short', self::SECRET . ' ', 'vsk_' . self::SECRET] as $text) {
            $this->assertRefused(Code::InvalidSecret, [], fn () => new WebhookSecret($text));
            $this->assertRefused(Code::InvalidSecret, [], fn () => new Webhook($text));
        }
        $this->assertRefused(Code::InvalidSecret, [], fn () => new Webhook([]));
        $other = new WorkflowSecret('0123456789abcdef');
        $this->assertRefused(Code::InvalidArgument, [], fn () => new Webhook($other));
        $this->assertRefused(Code::InvalidArgument, [], fn () => new Webhook([self::SECRET, $other]));
        // One that was made past its constructor.
        $empty = unserialize('O:30:"Visiono\Workflow\WebhookSecret":0:{}');
        $this->assertInstanceOf(WebhookSecret::class, $empty);
        $this->assertRefused(Code::InvalidArgument, [], fn () => new Webhook($empty));
    }

    public static function wrongValues(): iterable
    {
        yield 'null' => [null];
        yield 'an array' => [['a' => 'b']];
        yield 'a list' => [[[1]]];
        yield 'an integer' => [456];
        yield 'a float' => [1.5];
        yield 'a boolean' => [true];
        yield 'an object' => [new \stdClass()];
        yield 'a stringable' => [new \Exception('a')];
        yield 'a resource' => [STDIN];
    }

    /** @dataProvider wrongValues */
    public function testValuesOfAWrongTypeAreInvalidArguments(mixed $value): void
    {
        $webhook = self::webhook();
        $headers = ['X-Visiono-Signature' => self::header()];
        $bodies = [
            fn () => $webhook->receive($value, $headers),
            fn () => $webhook->verify($value, self::header()),
            fn () => $webhook->sign($value),
        ];
        foreach ($bodies as $call) {
            $hint = $this->assertRefused(Code::InvalidArgument, [], $call)->getMessage();
            $this->assertStringContainsString("file_get_contents('php://input')", $hint);
            $this->assertStringContainsString('(string) $request->getBody()', $hint);
        }
        $calls = [fn () => new WebhookSecret($value), fn () => new Webhook([self::SECRET, $value])];
        if (!is_array($value)) {
            $calls[] = fn () => new Webhook($value);
            $calls[] = fn () => $webhook->receive(self::BODY, $value);
        }
        if (!is_bool($value)) {
            $calls[] = fn () => new Webhook(self::SECRET, freshness: $value);
        }
        if ($value !== null) {
            $calls[] = fn () => new Webhook(self::SECRET, library: $value);
            $calls[] = fn () => new WebhookSecret(self::SECRET, $value);
            $calls[] = fn () => $webhook->verify(self::BODY, $value);
        }
        if ($value !== null && !is_int($value)) {
            $calls[] = fn () => new Webhook(self::SECRET, maxAge: $value);
            $calls[] = fn () => new Webhook(self::SECRET, leeway: $value);
            $calls[] = fn () => $webhook->receive(self::BODY, $headers, $value);
        }
        if ($value !== null && !is_scalar($value) && $value !== ['a' => 'b']) {
            $calls[] = fn () => $webhook->receive(self::BODY, ['X-Other' => $value]);
            $calls[] = fn () => $webhook->receive(self::BODY, ['X-Other' => ['a', $value]]);
        }
        foreach ($calls as $call) {
            $this->assertRefused(Code::InvalidArgument, [], $call);
        }
    }

    public function testManyAndLargeHeadersGoThrough(): void
    {
        $headers = ['X-Visiono-Signature' => self::header(), 'X-Large' => str_repeat("\xFF", 1 << 20)];
        for ($i = 0; $i < 10_000; $i++) {
            $headers["X-Other-$i"] = ["$i", ''];
        }
        $this->assertSame(0, self::webhook()->receive(self::BODY, $headers, self::NOW)->secretIndex);
    }
}
