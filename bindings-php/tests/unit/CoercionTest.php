<?php

// Without strict types, as much of PHP is written: what PHP makes of an argument of another type.

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Code;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\Workflow;

final class CoercionTest extends TestCase
{
    use Refusals;

    private const SECRET = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
    private const NOW = 1705500100;
    private const QUERY = 'sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5&ts=1705500100'
        . '&sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5';

    public function testNumbersBecomeTheirDigitsAndDigitsNumbers(): void
    {
        $workflow = new Workflow(self::SECRET);
        $link = $workflow->signLink(7, 'zendesk', 456, slug: 5, timestamp: (string) self::NOW);
        $this->assertStringStartsWith(
            'https://visiono.io/s/5?uv=7&src=zendesk&ref=456&ts=1705500100&sig=',
            $link->url
        );
        $this->assertSame(5, $workflow->verifyReturn(self::QUERY, now: (string) self::NOW)->photoCount);
        $this->assertSame(5, (new Workflow(self::SECRET, maxAge: '10'))->verifyReturn(self::QUERY, now: self::NOW)->photoCount);
    }

    public function testWhatIsMissingIsNotMadeUp(): void
    {
        $workflow = new Workflow(self::SECRET);
        foreach ([
            fn () => $workflow->signLink(null, 'b', 'c', slug: 'd'),
            fn () => $workflow->signReturn(null, 'a', 'b', 'c', 1),
            fn () => $workflow->signReturn('https://a.example/', 'a', 'b', 'c', null),
            fn () => $workflow->signReturn('https://a.example/', 'a', 'b', 'c', ''),
            fn () => $workflow->signReturn('https://a.example/', 'a', 'b', 'c', '5 photos'),
            fn () => $workflow->verifyReturn(self::QUERY, now: ''),
            fn () => $workflow->verifyReturn(self::QUERY, now: 'yesterday'),
            fn () => $workflow->verifyReturn(self::QUERY, expect: null),
            fn () => $workflow->verifyReturn(self::QUERY, expect: ''),
            fn () => $workflow->signLink(['a'], 'b', 'c', slug: 'd'),
            fn () => new Workflow(new \stdClass()),
        ] as $call) {
            $this->assertTypeError($call);
        }
        // PHP makes the empty text of false, which is no field.
        $this->assertRefused(Code::InvalidField, ['ref'], fn () => $workflow->signLink('a', 'b', false, slug: 'd'));
        $this->assertRefused(Code::InvalidTemplate, [], fn () => $workflow->verifyReturn(self::QUERY, false));
    }

    public function testAFailedClockAcceptsNothing(): void
    {
        $time = strtotime('no time');
        $this->assertFalse($time);
        $this->assertRefused(
            Code::NotYetValid,
            [],
            fn () => (new Workflow(self::SECRET))->verifyReturn(self::QUERY, now: $time)
        );
    }

    public function testWhatIsExpectedIsNotCoerced(): void
    {
        $workflow = new Workflow(self::SECRET);
        foreach ([true, false, 456, 1.5, [], new \stdClass()] as $value) {
            $this->assertTypeError(
                fn () => $workflow->verifyReturn(self::QUERY, now: self::NOW, expect: ['reference' => $value])
            );
        }
        $this->assertTypeError(
            fn () => $workflow->verifyReturn(self::QUERY, now: self::NOW, expect: ['photoCount' => 5.0])
        );
        // A misspelled name, whatever its value is.
        foreach (['photo_count', 'count', 0] as $name) {
            foreach ([5, '5'] as $value) {
                $verify = fn () => $workflow->verifyReturn(self::QUERY, now: self::NOW, expect: [$name => $value]);
                $this->assertRefused(Code::InvalidArgument, [], $verify);
            }
        }
    }

    public function testWhatArrivesFromOutsideIsNotCoerced(): void
    {
        $all = ['sub', 'uv', 'ref', 'cnt', 'ts', 'sig'];
        $webhook = new Webhook(self::SECRET);
        foreach ([null, false, true, 5, 1.5] as $value) {
            $this->assertRefused(Code::MissingParameter, $all, fn () => (new Workflow(self::SECRET))->verifyReturn($value));
        }
        foreach ([null, false] as $value) {
            $this->assertSame(0, $webhook->verify($value, $webhook->sign(''))->secretIndex);
            $this->assertRefused(Code::MissingParameter, ['sig'], fn () => $webhook->verify('a', $value));
            // In a list, it is a second header.
            $headers = ['X-Visiono-Signature' => [$value, $webhook->sign('a')]];
            $this->assertRefused(Code::InvalidSignature, [], fn () => $webhook->verify('a', $headers));
        }
        $this->assertRefused(Code::InvalidArgument, [], fn () => $webhook->verify(5, $webhook->sign('5')));
    }

    public function testASecretIsNotMadeOfANumber(): void
    {
        foreach ([0, 1, true, 1234567890123456789, 1.5] as $secret) {
            $this->assertTypeError(fn () => new Workflow([self::SECRET, $secret]));
        }
        foreach ([false, null] as $absent) {
            $this->assertRefused(Code::InvalidSecret, [], fn () => new Workflow($absent));
            $this->assertRefused(Code::InvalidSecret, [], fn () => new Webhook($absent));
        }
    }
}
