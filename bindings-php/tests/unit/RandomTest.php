<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Code;
use Visiono\Workflow\Exception\MalformedParameter;
use Visiono\Workflow\Exception\MissingParameter;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowException;

/** Random messages, the same ones in each run: each is refused with a code. */
final class RandomTest extends TestCase
{
    private const SECRET = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
    private const NOW = 1705500100;
    private const QUERY = 'sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5&ts=1705500100'
        . '&sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5';
    private const FIELDS = ['sub' => 'submissionId', 'uv' => 'uniqueValue', 'ref' => 'reference', 'cnt' => 'photoCount', 'ts' => 'timestamp'];

    protected function setUp(): void
    {
        mt_srand(20_240_117);
    }

    private static function one(array $choices): mixed
    {
        return $choices[mt_rand(0, count($choices) - 1)];
    }

    /** A value of any type, as deep as this. */
    private static function value(int $depth): mixed
    {
        $texts = ['', 'a', 'ticket-456', "\xFF", "\0", "\u{1F642}", '5', 'pls_123', "\n"];
        return match (mt_rand(0, $depth > 0 ? 12 : 8)) {
            0 => null,
            1 => mt_rand(-5, 5),
            2 => self::one([1.5, NAN, INF, -0.0]),
            3 => (bool) mt_rand(0, 1),
            4 => new \stdClass(),
            5, 6, 7, 8 => self::one($texts),
            9 => array_map(static fn () => self::one($texts), range(1, mt_rand(1, 3))),
            10, 11 => self::pairs($depth - 1),
            12 => (object) self::pairs($depth - 1),
        };
    }

    private static function pairs(int $depth): array
    {
        $names = ['sub', 'uv', 'ref', 'cnt', 'ts', 'sig', 'REF', 'ref[]', "ref\0", ' uv', 0, 7, '', "\xFF", 'other', 'x;ref'];
        $pairs = [];
        for ($i = mt_rand(0, 4); $i > 0; $i--) {
            $pairs[self::one($names)] = self::value($depth);
        }
        return $pairs;
    }

    public function testWhatArrivesFromOutsideRaisesNothingButACode(): void
    {
        $workflow = new Workflow(self::SECRET);
        $webhook = new Webhook(self::SECRET);
        parse_str(self::QUERY, $get);
        $codes = [];
        for ($i = 0; $i < 20_000; $i++) {
            $value = self::value(3);
            $pairs = self::pairs(3) + (mt_rand(0, 1) ? $get : []);
            $name = self::one(['X-Visiono-Signature', 'HTTP_X_WEBHOOK_SIGNATURE', 'x-other']);
            foreach ([
                fn () => $workflow->verifyReturn($value),
                fn () => $workflow->verifyLink($value),
                fn () => $workflow->verifyReturn($pairs, now: self::NOW),
                fn () => $workflow->verifyReturn((object) $pairs, now: self::NOW, expect: ['reference' => 'ticket-456']),
                fn () => $workflow->verifyReturn($pairs, 'https://a.example/{reference}?s={submission_id}', self::NOW),
                fn () => $webhook->receive($value, $pairs),
                fn () => $webhook->receive('a', [$name => $value]),
                fn () => $webhook->receive('a', $value),
                fn () => $webhook->verify($value, $value),
            ] as $call) {
                try {
                    $back = $call();
                    $this->assertSame('ticket-456', $back->reference);
                    $codes['ok'] = true;
                } catch (WorkflowException $refused) {
                    $codes[$refused->reason->name()] = true;
                }
            }
        }
        foreach (['ok', 'missing_parameter', 'duplicate_parameter', 'malformed_parameter', 'invalid_signature', 'invalid_argument'] as $code) {
            $this->assertArrayHasKey($code, $codes);
        }
        $this->assertArrayNotHasKey(Code::Panic->name(), $codes);
    }

    public function testAttack1WhateverParseStrGivesUnderAVerifiedNameIsTheVerifiedText(): void
    {
        $workflow = new Workflow(self::SECRET);
        $names = ['sub', 'uv', 'ref', 'cnt', 'ts', 'sig'];
        $mangle = ['%00', '[]', '[', ']', ' ', '+', '%20', '.', '%2E', '_', ';', '&', '=', '%5B', '%5D', '%09', '%0A', '%', '%%', '#', "\0", "\t", "\xFF", '%FF', '%3B', '%26', '%3D', '0', 'x'];
        $verified = 0;
        $looked = 0;
        for ($i = 0; $i < 50_000; $i++) {
            $pieces = explode('&', self::QUERY);
            for ($j = mt_rand(1, 2); $j > 0; $j--) {
                $name = self::one($names);
                $name = self::one([$name, strtoupper($name), ucfirst($name), '%' . bin2hex($name[0]) . substr($name, 1)]);
                $at = mt_rand(0, strlen($name));
                $name = substr($name, 0, $at) . self::one($mangle) . substr($name, $at);
                $piece = self::one(["$name=ticket-999", "x=1;$name=ticket-999", "$name", "x=$name=ticket-999", "[$name]=ticket-999", "x[$name]=ticket-999"]);
                array_splice($pieces, mt_rand(0, count($pieces)), 0, [$piece]);
            }
            mt_rand(0, 9) || array_splice($pieces, mt_rand(0, count($pieces) - 1), 1);
            $query = implode('&', $pieces);
            try {
                $back = $workflow->verifyReturn($query, now: self::NOW, expect: ['reference' => 'ticket-456']);
            } catch (WorkflowException) {
                continue;
            }
            $verified++;
            parse_str($query, $get);
            foreach (self::FIELDS as $short => $long) {
                if (isset($get[$short])) {
                    $this->assertSame((string) $back->$long, $get[$short], $query);
                    $looked++;
                }
            }
            // PHP's decoder stops at a NUL, but what it has is the same.
            try {
                $this->assertEquals($back, $workflow->verifyReturn($get, now: self::NOW, expect: ['reference' => 'ticket-456']));
            } catch (MissingParameter) {
                $this->assertStringContainsString("\0", $query);
            }
        }
        $this->assertGreaterThan(5_000, $verified);
        $this->assertGreaterThan(25_000, $looked);
    }

    public function testABodyThatTheLibraryTakesIsOneThatPhpReads(): void
    {
        $webhook = new Webhook(self::SECRET);
        $body = '{"event":"submission.created","data":{"a":[1,-0.0,1e5,12345678901234567890,"\u00e9\n",true,null,{"":{}}],'
            . '"permanent_link_submission":{"unique_field_value":"A","external_source":"b","external_reference":"c"}}}';
        $parts = ['"', '\\', '\\u0000', '\\ud800', '\\udc00', '{', '}', '[', ']', ',', ':', '0', '-', '.', 'e', '+', "\0", "\n",
            "\xFF", "\xC3", "\xEF\xBB\xBF", "\u{FFFF}", "\u{10FFFF}", "\x7F", 'null', '1e999', '00', '"\\u0000a":1,', '1E-400', ' '];
        $taken = 0;
        for ($i = 0; $i < 30_000; $i++) {
            $changed = $body;
            for ($j = mt_rand(1, 3); $j > 0; $j--) {
                $changed = substr_replace($changed, self::one($parts), mt_rand(0, strlen($changed)), mt_rand(0, 2));
            }
            try {
                $delivery = $webhook->receive($changed, ['X-Visiono-Signature' => $webhook->sign($changed)]);
                $this->assertSame(json_decode($changed, true, flags: JSON_BIGINT_AS_STRING), $delivery->body);
                $taken++;
            } catch (MalformedParameter $refused) {
                $this->assertSame(['body'], $refused->parameters);
            }
        }
        $this->assertGreaterThan(1_000, $taken);
    }
}
