<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Code;
use Visiono\Workflow\DeliveredLink;
use Visiono\Workflow\Delivery;
use Visiono\Workflow\Event;
use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\VerifiedReturn;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\WebhookSecret;
use Visiono\Workflow\Workflow;
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
        $webhook = new Webhook(self::SECRET);
        return $webhook->receive($body, ['X-Visiono-Signature' => self::header($body)], self::NOW);
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
            'requestId' => 'sl_123',
            'unauthenticatedDeliveryId' => 'd-1',
            'unauthenticatedTenantId' => 't-1',
            'isTest' => false,
            'link' => $delivery->link,
            'body' => ['event' => 'submission.created', 'timestamp' => '2024-12-25T14:35:00Z', 'data' => $data],
            'rawBody' => self::BODY,
        ], get_object_vars($delivery));
        $this->assertSame(
            ['pls_456', 'ABC123', 'zendesk', 'ticket-456'],
            array_values(get_object_vars($delivery->link))
        );
        $this->assertEquals($delivery, unserialize(serialize($delivery)), 'a queue keeps it');
    }

    /** In a file or a database as JSON, and in a queue, which serializes. */
    public function testStoringIsOneCall(): void
    {
        $deep = str_repeat('[', 120) . str_repeat(']', 120);
        $body = '{"event":"a\u2028","data":{"id":12345678901234567890,"negative":-9223372036854775809,'
            . '"whole":1.0,"large":1e308,"small":-0.0,"empty":{},"deep":' . $deep . '}} ';
        $delivery = self::receive($body);
        $this->assertSame($body, $delivery->rawBody);
        $this->assertSame('12345678901234567890', $delivery->data['id']);
        $this->assertNull($delivery->requestId, 'it is a number');
        $this->assertSame('-9223372036854775809', $delivery->data['negative']);
        $json = json_decode(json_encode($delivery, JSON_THROW_ON_ERROR), true, flags: JSON_THROW_ON_ERROR);
        $this->assertSame($body, $json['rawBody']);
        $this->assertSame(hash('sha256', $body), $json['dedupKey']);

        $workflow = new Workflow(substr(self::SECRET, 6));
        $signed = $workflow->signReturn('https://a.example/', 'pls_456', 'ABC123', 'ticket-456', 5);
        $return = $workflow->verifyReturn($signed);
        $submission = self::receive(self::BODY);
        $test = self::webhook()->testDelivery('submission.created');
        $verified = self::webhook()->verify('a', self::webhook()->sign('a'));
        $signedLink = $workflow->signLink('a', 'b', 'c', slug: 'd');
        $link = $workflow->verifyLink($signedLink);
        foreach ([$delivery, $submission, $return, $signed, $test, $verified, $signedLink, $link] as $result) {
            $copy = unserialize(serialize($result));
            $this->assertEquals($result, $copy);
            $this->assertSame(get_object_vars($result)['rawBody'] ?? null, get_object_vars($copy)['rawBody'] ?? null);
            $this->assertEquals($result, clone $result);
        }
        $this->assertTrue(unserialize(serialize($submission))->link->matches(unserialize(serialize($return))));
        $this->assertSame('{"submissionId":"pls_456","uniqueValue":"ABC123","reference":"ticket-456","photoCount":5,"timestamp":'
            . $return->timestamp . ',"secretIndex":0}', json_encode($return));
    }

    public static function forms(): iterable
    {
        $header = self::header();
        yield 'by hand' => [['X-Visiono-Signature' => $header]];
        yield 'the other style' => [['X-Webhook-Signature' => $header, 'X-Webhook-ID' => 'wh_1']];
        yield 'getallheaders of HTTP/2' => [['x-visiono-signature' => $header, 'content-type' => 'application/json']];
        yield 'PSR-7' => [['Host' => ['a.example'], 'X-Visiono-Signature' => [$header], 'Accept' => ['a', 'b']]];
        yield 'Symfony' => [['host' => ['a.example'], 'x-visiono-signature' => [$header], 'x-none' => [null]]];
        yield 'the request of PSR-7' => [new class ($header) {
            public function __construct(private string $header)
            {
            }

            public function getHeaders(): array
            {
                return ['X-Visiono-Signature' => [$this->header]];
            }
        }];
        $bag = new class ($header) implements \IteratorAggregate {
            public function __construct(private string $header)
            {
            }

            public function all(): array
            {
                return ['x-visiono-signature' => [$this->header]];
            }

            public function getIterator(): \Iterator
            {
                return new \ArrayIterator($this->all());
            }
        };
        yield "Symfony's bag" => [$bag];
        yield 'the request of Symfony and Laravel' => [new class ($bag) {
            public function __construct(public object $headers)
            {
            }
        }];
        yield 'an iterator' => [new \ArrayIterator(['X-Visiono-Signature' => $header])];
        yield 'an object of json_decode' => [(object) ['X-Visiono-Signature' => $header]];
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
    public function testHeadersComeInEveryForm(array|object $headers): void
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
        $webhook = new Webhook(['another-secret,-which-signs', self::SECRET]);
        $verified = $webhook->verify(self::BODY, self::header());
        $this->assertSame(
            ['secretIndex' => 1, 'dedupKey' => hash('sha256', self::BODY)],
            get_object_vars($verified)
        );
        $own = $webhook->sign(self::BODY);
        $this->assertSame('sha256=' . hash_hmac('sha256', self::BODY, 'another-secret,-which-signs'), $own);
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
        foreach ([-1, PHP_INT_MIN, PHP_INT_MAX, 100_000_000_000] as $number) {
            $this->assertRefused(Code::InvalidArgument, [], fn () => $receive(self::webhook(), $number));
        }
        foreach ([-1, PHP_INT_MIN] as $number) {
            $this->assertRefused(Code::InvalidArgument, [], fn () => new Webhook(self::SECRET, maxAge: $number));
            $this->assertRefused(Code::InvalidArgument, [], fn () => new Webhook(self::SECRET, leeway: $number));
        }
    }

    public function testAnEventWithoutATimestampIsDeliveredUnlessOneIsRequired(): void
    {
        $strict = new Webhook(self::SECRET, requireTimestamp: true);
        foreach (['{"event":"coffee.ready","is_test":true}', '{"event":"coffee.ready","is_test":true,"timestamp":null}'] as $body) {
            $delivery = self::receive($body);
            $this->assertSame(
                ['coffee.ready', null, null],
                [$delivery->event, $delivery->knownEvent, $delivery->eventTime]
            );
            $this->assertSame([true, null, null], [$delivery->isTest, $delivery->data, $delivery->link]);
            $this->assertRefused(
                Code::MissingParameter,
                ['timestamp'],
                fn () => $strict->receive($body, ['X-Visiono-Signature' => self::header($body)])
            );
        }
        foreach (['""', '0', '"2024-12-25"', '"2024-12-25 14:35:00Z"', '[]'] as $time) {
            $body = "{\"event\":\"a\",\"timestamp\":$time}";
            $this->assertRefused(Code::MissingParameter, ['timestamp'], fn () => self::receive($body));
        }
        $this->assertSame(self::NOW, $strict->receive(self::BODY, ['X-Visiono-Signature' => self::header()], self::NOW)->eventTime);
    }

    public function testAttack14ALinkOnlyOfTextsThatAreFields(): void
    {
        $of = static fn (string $text): string => (string) json_encode(['event' => 'submission.created', 'data' => [
            'permanent_link_submission' => [
                'unique_field_value' => $text,
                'external_source' => 'zendesk',
                'external_reference' => 'ticket-456',
            ],
        ]]);
        $this->assertSame('ABC 123', self::receive($of('ABC 123'))->link->uniqueValue);
        foreach (["A\nB", "\x1B[2J", 'a|b', '', "\u{2028}", "\u{85}", "\x7F", "a\0"] as $text) {
            $this->assertNull(self::receive($of($text))->link);
        }
    }

    public function testAnAbsentBodyIsAnEmptyOne(): void
    {
        foreach ([null, false] as $absent) {
            $this->assertSame(0, self::webhook()->verify($absent, self::header(''))->secretIndex);
            $this->assertRefused(
                Code::MalformedParameter,
                ['body'],
                fn () => self::webhook()->receive($absent, ['X-Visiono-Signature' => self::header('')])
            );
        }
    }

    public function testTheSizeIsCheckedBeforeTheHeaders(): void
    {
        $this->assertRefused(
            Code::MalformedParameter,
            ['body'],
            fn () => self::webhook()->receive(str_repeat('a', (1 << 20) + 1), [])
        );
    }

    public static function kit(): iterable
    {
        foreach (Event::cases() as $event) {
            foreach (['guide', 'developer'] as $style) {
                foreach ([true, false] as $timestamp) {
                    yield "$event->value, $style" . ($timestamp ? '' : ', undated') => [$event, $style, $timestamp];
                }
            }
        }
    }

    /** @dataProvider kit */
    public function testATestDeliveryIsReceived(Event $event, string $style, bool $timestamp): void
    {
        $webhook = new Webhook([self::SECRET, 'another-secret,-which-signs']);
        foreach ([$event, $event->value] as $name) {
            $test = $webhook->testDelivery($name, style: $style, timestamp: $timestamp, now: self::NOW);
            $this->assertSame(hash_hmac('sha256', $test->body, self::SECRET), substr(
                (string) ($test->headers['X-Visiono-Signature'] ?? $test->headers['X-Webhook-Signature'] ?? null),
                7
            ));
            $this->assertArrayHasKey('Content-Type', $test->headers);
            $delivery = $webhook->receive($test->body, $test->headers, self::NOW);
            $this->assertSame($event, $delivery->knownEvent);
            $this->assertSame($timestamp ? self::NOW : null, $delivery->eventTime);
            $this->assertSame(0, $delivery->secretIndex);
            $this->assertSame($event === Event::SubmissionCreated, $delivery->link !== null);
        }
    }

    public function testATestDeliveryHasTheFieldsThatATestChooses(): void
    {
        $webhook = self::webhook();
        $test = $webhook->testDelivery('submission.created');
        $link = $webhook->receive($test->body, $test->headers)->link;
        $this->assertSame(['pls_test', 'ABC123', 'zendesk', 'ticket-456'], array_values(get_object_vars($link)));
        $test = $webhook->testDelivery('submission.created', 'a', 'b', 'c"', 'd', "e\u{e9}", 'developer', false, self::NOW);
        $delivery = $webhook->receive($test->body, $test->headers, 0);
        $this->assertSame(['b', 'c"', 'd', "e\u{e9}"], array_values(get_object_vars($delivery->link)));
        $this->assertNull($delivery->eventTime);
        foreach ([
            fn () => $webhook->testDelivery('coffee.ready'),
            fn () => $webhook->testDelivery(''),
            fn () => $webhook->testDelivery('submission.created', style: 'other'),
            fn () => $webhook->testDelivery('submission.created', id: "\xFF"),
            fn () => $webhook->testDelivery("submission.created\xFF"),
            fn () => $webhook->testDelivery('submission.created', now: -1),
        ] as $call) {
            $this->assertRefused(Code::InvalidArgument, [], $call);
        }
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
        $return = static fn (string $sub, string $uv, string $ref) => new VerifiedReturn("$sub\xFF$uv\xFF$ref\xFF1\xFF1\xFF0");
        $link = self::receive()->link;
        $this->assertTrue($link->matches($return('pls_456', 'ABC123', 'ticket-456')));
        $this->assertFalse($link->matches($return('pls_457', 'ABC123', 'ticket-456')));
        $this->assertFalse($link->matches($return('pls_456', 'ABC124', 'ticket-456')));
        $this->assertFalse($link->matches($return('pls_456', 'ABC123', 'ticket-457')));
        $this->assertFalse($link->matches($return("pls_456\xFF", 'ABC123', 'ticket-456')));
        $link = new DeliveredLink(null, 'ABC123', 'zendesk', 'ticket-456');
        $this->assertTrue($link->matches($return('pls_457', 'ABC123', 'ticket-456')));
        foreach ([null, 'pls_456', [], $link] as $value) {
            $this->assertTypeError(fn () => $link->matches($value));
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
        $webhook = new Webhook([new WebhookSecret('another-secret,-which-signs'), new WebhookSecret(self::SECRET)]);
        $this->assertSame(1, $webhook->verify(self::BODY, self::header())->secretIndex);
        foreach (['', 'too short', self::SECRET . ' ', 'vsk_' . self::SECRET] as $text) {
            $this->assertRefused(Code::InvalidSecret, [], fn () => new WebhookSecret($text));
            $this->assertRefused(Code::InvalidSecret, [], fn () => new Webhook($text));
        }
        $this->assertRefused(Code::InvalidSecret, [], fn () => new Webhook([]));
        $other = new WorkflowSecret('0123456789abcdef');
        $this->assertTypeError(fn () => new Webhook($other));
        $this->assertTypeError(fn () => new Webhook([self::SECRET, $other]));
    }

    public static function wrongValues(): iterable
    {
        yield 'an array' => [['a' => 'b']];
        yield 'an integer' => [456];
        yield 'a float' => [1.5];
        yield 'a boolean' => [true];
        yield 'an object' => [new \stdClass()];
    }

    /** @dataProvider wrongValues */
    public function testABodyThatWasParsedIsAnInvalidArgumentWithAHint(mixed $value): void
    {
        $webhook = self::webhook();
        $headers = ['X-Visiono-Signature' => self::header()];
        foreach ([fn () => $webhook->receive($value, $headers), fn () => $webhook->verify($value, self::header())] as $call) {
            $hint = $this->assertRefused(Code::InvalidArgument, [], $call)->getMessage();
            $this->assertStringContainsString("file_get_contents('php://input')", $hint);
            $this->assertStringContainsString('$request->getBody()', $hint);
        }
    }

    /** @dataProvider wrongValues */
    public function testValuesOfAWrongTypeAreTypeErrors(mixed $value): void
    {
        $webhook = self::webhook();
        $calls = [
            fn () => $webhook->sign($value),
            fn () => $webhook->testDelivery($value),
            fn () => $webhook->testDelivery('submission.created', id: $value),
            fn () => $webhook->testDelivery('submission.created', reference: $value),
            fn () => new WebhookSecret($value),
            fn () => new Webhook([self::SECRET, $value]),
            fn () => new Webhook(self::SECRET, library: $value),
            fn () => new WebhookSecret(self::SECRET, $value),
        ];
        if (!is_array($value)) {
            $calls[] = fn () => new Webhook($value);
        }
        if (!is_bool($value)) {
            $calls[] = fn () => new Webhook(self::SECRET, requireTimestamp: $value);
            $calls[] = fn () => $webhook->testDelivery('submission.created', timestamp: $value);
        }
        if (!is_int($value)) {
            $calls[] = fn () => new Webhook(self::SECRET, maxAge: $value);
            $calls[] = fn () => new Webhook(self::SECRET, leeway: $value);
            $calls[] = fn () => $webhook->receive(self::BODY, [], $value);
        }
        foreach ($calls as $call) {
            $this->assertTypeError($call);
        }
    }

    public function testHeadersOfAnotherTypeAreNoSignature(): void
    {
        foreach ([5, 1.5, true, new \stdClass(), [['a']], [5], new \Exception(self::header())] as $value) {
            $this->assertRefused(
                Code::InvalidSignature,
                [],
                fn () => self::webhook()->receive(self::BODY, ['X-Visiono-Signature' => $value], self::NOW)
            );
            $this->assertRefused(Code::InvalidSignature, [], fn () => self::webhook()->verify(self::BODY, $value));
            // Of others it doesn't matter.
            $headers = ['X-Visiono-Signature' => self::header(), 'X-Other' => $value];
            $this->assertSame(self::NOW, self::webhook()->receive(self::BODY, $headers, self::NOW)->eventTime);
        }
        foreach (['a', 5, true] as $headers) {
            $this->assertRefused(Code::InvalidArgument, [], fn () => self::webhook()->receive(self::BODY, $headers));
        }
        $this->assertRefused(Code::InvalidSignature, [], fn () => self::webhook()->verify(self::BODY, [self::header(), self::header()]));
        $this->assertSame(0, self::webhook()->verify(self::BODY, [self::header()])->secretIndex);
        foreach ([null, false, []] as $absent) {
            $this->assertRefused(Code::MissingParameter, ['sig'], fn () => self::webhook()->verify(self::BODY, $absent));
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

    public function testTheCallersLastErrorOfJsonStays(): void
    {
        $headers = ['X-Visiono-Signature' => self::header()];
        json_decode('{');
        self::webhook()->receive(self::BODY, $headers, self::NOW);
        self::webhook()->verify(self::BODY, self::header());
        self::webhook()->testDelivery(Event::SubmissionCreated);
        new RedirectTemplate('https://a.example/{reference}');
        $this->assertRefused(Code::InvalidSignature, [], fn () => self::webhook()->verify(self::BODY, 'sha256='));
        $this->assertSame(JSON_ERROR_SYNTAX, json_last_error());
    }
}
