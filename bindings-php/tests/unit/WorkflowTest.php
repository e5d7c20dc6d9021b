<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Code;
use Visiono\Workflow\Exception;
use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\WebhookSecret;
use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowException;
use Visiono\Workflow\WorkflowSecret;

final class WorkflowTest extends TestCase
{
    use Refusals;

    private const SECRET = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
    private const NOW = 1705500100;
    private const QUERY = 'sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5&ts=1705500100'
        . '&sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5';
    private const LINK = 'https://visiono.io/s/damage-report?uv=ABC123&src=zendesk&ref=ticket-456'
        . '&ts=1705500000&sig=a41da862b5034a9a68355d16aa0dfddc8171963d6a1e72ef4ec057eeeed19b04';

    private static function workflow(): Workflow
    {
        return new Workflow(self::SECRET);
    }

    public function testAReturnIsReadFromAUrlAQueryStringAndAnArray(): void
    {
        parse_str(self::QUERY, $get);
        $path = '/done?' . self::QUERY;
        foreach ([self::QUERY, $path, "https://a.example$path", $get] as $input) {
            $back = self::workflow()->verifyReturn($input, now: self::NOW, expect: ['reference' => 'ticket-456']);
            $this->assertSame(
                ['pls_123', 'ABC123', 'ticket-456', 5, 1705500100, 0],
                array_values(get_object_vars($back))
            );
        }
    }

    public function testDecodedValuesAreTakenAsTheyAre(): void
    {
        $workflow = self::workflow();
        $odd = "50% & +1 = \u{1F642} #?/ü%41";
        $url = (string) $workflow->signLink($odd, 'zen desk', 't/1', slug: 'a', timestamp: self::NOW);
        parse_str((string) parse_url($url, PHP_URL_QUERY), $get);
        $this->assertSame($odd, $get['uv']);
        $link = $workflow->verifyLink($get, self::NOW, ['uniqueValue' => $odd]);
        $this->assertSame($odd, $link->uniqueValue);
        $this->assertEquals($link, $workflow->verifyLink($url, now: self::NOW));
        // Decoded bytes that are not text are refused like encoded ones.
        $this->assertRefused(
            Code::MalformedParameter,
            ['uv'],
            fn () => $workflow->verifyLink(['uv' => "\xC3"] + $get, now: self::NOW)
        );
    }

    public function testTheClockIsTheSystemsUnlessOneIsPassed(): void
    {
        $workflow = self::workflow();
        $before = time();
        $link = $workflow->verifyLink($workflow->signLink('A', 'b', 'c', slug: 'd')->url);
        $this->assertGreaterThanOrEqual($before, $link->timestamp);
        $this->assertLessThanOrEqual(time(), $link->timestamp);
        $template = new RedirectTemplate('https://a.example/');
        $back = $workflow->signReturn($template, 'pls_1', 'A', 'c', 1);
        $this->assertSame(1, $workflow->verifyReturn($back->url)->photoCount);
        $expired = $this->assertRefused(Code::Expired, [], fn () => $workflow->verifyReturn(self::QUERY));
        $this->assertGreaterThan(3600, $expired->seconds);
        $this->assertNull($expired->position);
    }

    public function testMaxAgeAndLeewayAreTheCallers(): void
    {
        $strict = new Workflow(self::SECRET, maxAge: 10, leeway: 0);
        $this->assertSame(5, $strict->verifyReturn(self::QUERY, now: self::NOW + 10)->photoCount);
        $late = $this->assertRefused(
            Code::Expired,
            [],
            fn () => $strict->verifyReturn(self::QUERY, now: self::NOW + 12)
        );
        $this->assertSame(2, $late->seconds);
        $this->assertRefused(
            Code::NotYetValid,
            [],
            fn () => $strict->verifyReturn(self::QUERY, now: self::NOW - 1)
        );
    }

    public function testSecretsRotate(): void
    {
        $workflow = new Workflow(['the-new-secret,-which-signs', self::SECRET]);
        $this->assertSame(1, $workflow->verifyReturn(self::QUERY, now: self::NOW)->secretIndex);
        $link = $workflow->signLink('A', 'b', 'c', slug: 'd');
        $this->assertSame(0, $workflow->verifyLink($link->url)->secretIndex);
        $this->assertRefused(Code::InvalidSignature, [], fn () => self::workflow()->verifyLink($link->url));
    }

    public function testASecretCanBeAnObject(): void
    {
        $secret = new WorkflowSecret(self::SECRET);
        $workflow = new Workflow([new WorkflowSecret('the-new-secret,-which-signs'), $secret]);
        $this->assertSame(1, $workflow->verifyReturn(self::QUERY, now: self::NOW)->secretIndex);
        $this->assertSame(0, (new Workflow($secret))->verifyReturn(self::QUERY, now: self::NOW)->secretIndex);
        foreach (['', 'too short', self::SECRET . ' ', 'whsec_' . self::SECRET, 'vsk_' . self::SECRET] as $text) {
            $this->assertRefused(Code::InvalidSecret, [], fn () => new WorkflowSecret($text));
        }
        $this->assertRefused(Code::InvalidSecret, [], fn () => new WorkflowSecret(self::SECRET . "\xFF"));
        $this->assertTypeError(fn () => new WorkflowSecret($secret));
        $this->assertTypeError(fn () => new Workflow(new WebhookSecret(self::SECRET)));
        $this->assertTypeError(fn () => new Workflow([$secret, new WebhookSecret(self::SECRET)]));
    }

    public function testWhatCannotBeASecretIsRefused(): void
    {
        $half = 'abcdefgh12345678';
        foreach ([
            '', 'abcdefgh1234567', 'whsec_abcdefgh1234567', "$half\n", " $half", "$half $half", "$half\u{a0}", "\u{feff}$half",
            "$half\0", "$half\u{e9}", "\"$half\"", "'$half'", '${WORKFLOW_SECRET_NAME}', "$half\${A}", '$WORKFLOW_SECRET_NAME',
            str_repeat('a', 32), 'whsec_' . str_repeat('a', 32), 'your-64-char-workflow-secret', 'YOUR-64-CHAR-WORKFLOW-SECRET',
            'your-workflow-secret', 'your-webhook-secret', 'whsec_abc123xyz789...', "vsk_$half", "VSK_$half",
        ] as $text) {
            foreach ([Workflow::class, Webhook::class, WorkflowSecret::class, WebhookSecret::class] as $class) {
                $refused = $this->assertRefused(Code::InvalidSecret, [], fn () => new $class($text));
                if (strlen($text) > 4) {
                    $this->assertStringNotContainsString($text, $refused->getMessage());
                }
            }
        }
        foreach (["whsec_$half", "WhSec_$half"] as $text) {
            $this->assertRefused(Code::InvalidSecret, [], fn () => new Workflow($text));
        }
        $this->assertSame(0, (new Webhook("whsec_$half"))->verify('', (new Webhook("whsec_$half"))->sign(''))->secretIndex);
    }

    public function testTemplatesThatCannotBeReadBackAreRefused(): void
    {
        foreach ([
            'https://a.example/{reference}{signature}', 'https://a.example/?a={reference}{signature}',
            'https://a.example/?{reference}=a', 'https://a.example/%zz/{reference}', 'https://a.example/?%zz={reference}',
            'https://a.example/?a={reference}&a=b', 'https://a.example/?d[s]={reference}&d[u]={signature}',
        ] as $text) {
            $template = new RedirectTemplate($text);
            $this->assertRefused(Code::InvalidTemplate, [], fn () => $template->checkExtractable(), anyNames: true);
            foreach ([$text, $template] as $one) {
                $this->assertRefused(
                    Code::InvalidTemplate,
                    [],
                    fn () => self::workflow()->verifyReturn('', $one, self::NOW),
                    anyNames: true
                );
            }
        }
        (new RedirectTemplate('https://a.example/?d_s={reference}&d_u={signature}'))->checkExtractable();
    }

    public function testTemplatesInTurnAreNotMixedUp(): void
    {
        $workflow = self::workflow();
        $texts = [
            'https://a.example/',
            'https://a.example/?a={submission_id}&b={unique_value}&c={reference}&d={photo_count}&e={timestamp}&f={signature}',
            'https://a.example/?b={submission_id}&a={unique_value}&c={reference}&d={photo_count}&e={timestamp}&f={signature}',
        ];
        $urls = array_map(static fn (string $text) => $workflow->signReturn($text, 'pls_1', 'A', 'r', 2, self::NOW)->url, $texts);
        foreach ([0, 1, 2, 2, 1, 0, 0, 2, 1] as $number) {
            foreach ($urls as $other => $url) {
                if ($number === $other) {
                    $this->assertSame('pls_1', $workflow->verifyReturn($url, $texts[$number], self::NOW)->submissionId);
                } else {
                    $code = $number === 0 || $other === 0 ? Code::MissingParameter : Code::InvalidSignature;
                    $this->assertRefused($code, [], fn () => $workflow->verifyReturn($url, $texts[$number], self::NOW), anyNames: true);
                }
            }
            // Neither one that can't be read nor none leaves a template behind.
            $this->assertRefused(Code::InvalidTemplate, [], fn () => $workflow->verifyReturn($urls[$number], '{', self::NOW), anyNames: true);
            $this->assertRefused(
                $number === 0 ? Code::UnexpectedValue : Code::MissingParameter,
                [],
                fn () => $workflow->verifyReturn($urls[$number], now: self::NOW, expect: ['reference' => 'other']),
                anyNames: true
            );
        }
    }

    public function testAnAbsentSecretIsSkippedUnlessItIsTheFirst(): void
    {
        $unset = getenv('VISIONO_NO_SUCH_VARIABLE');
        $this->assertFalse($unset);
        foreach ([$unset, null] as $absent) {
            $other = 'the-new-secret,-which-signs';
            $workflow = new Workflow([$other, $absent, new WorkflowSecret(self::SECRET), $absent]);
            $this->assertSame(2, $workflow->verifyReturn(self::QUERY, now: self::NOW)->secretIndex);
            foreach ([$absent, [$absent], [$absent, self::SECRET]] as $secrets) {
                $refused = $this->assertRefused(Code::InvalidSecret, [], fn () => new Workflow($secrets));
                $this->assertStringContainsString('absent', $refused->getMessage());
            }
            $this->assertStringContainsString('secret[0]', $refused->getMessage());
            $refused = $this->assertRefused(Code::InvalidSecret, [], fn () => new WorkflowSecret($absent));
            $this->assertStringContainsString('absent', $refused->getMessage());
        }
        $second = $this->assertRefused(Code::InvalidSecret, [], fn () => new Workflow([self::SECRET, null, 'short']));
        $this->assertStringContainsString('secret[2]', $second->getMessage());
        $this->assertRefused(Code::InvalidSecret, [], fn () => new Workflow([]));
        // A text with the bytes that separate others is one secret, and no text.
        $this->assertRefused(Code::InvalidSecret, [], fn () => new Workflow(self::SECRET . "\xFF\xFE" . self::SECRET));
    }

    public function testATemplateSaysWhatItLacksAndWhereItIsWrong(): void
    {
        $text = 'https://your-system.com/done?id={submission_id}&ref={reference}&sig={signature}';
        $template = new RedirectTemplate($text);
        $this->assertSame(['unique_value', 'photo_count', 'timestamp'], $template->missing());
        $this->assertSame(['submission_id', 'reference', 'signature'], $template->placeholders());
        $this->assertSame($text, (string) $template);
        $template->checkExtractable();
        $wrong = $this->assertRefused(
            Code::InvalidTemplate,
            [],
            fn () => new RedirectTemplate('https://a.example/{ref}')
        );
        $this->assertSame(18, $wrong->position);
        $this->assertNull($wrong->seconds);
        $two = new RedirectTemplate('https://a.example/{reference}{signature}');
        $this->assertRefused(Code::InvalidTemplate, [], fn () => $two->checkExtractable());

        $workflow = self::workflow();
        $url = $workflow->signReturn($template, 'pls_123', 'ABC123', 'ticket-456', 5, self::NOW)->url;
        $known = ['uniqueValue' => 'ABC123', 'photoCount' => 5, 'timestamp' => (string) self::NOW];
        $back = $workflow->verifyReturn($url, $template, self::NOW, $known);
        $this->assertSame(5, $back->photoCount);
        $this->assertRefused(
            Code::MissingParameter,
            ['uv', 'cnt', 'ts'],
            fn () => $workflow->verifyReturn($url, $text, self::NOW)
        );
    }

    public static function wrongValues(): iterable
    {
        yield 'null' => [null];
        yield 'an array' => [[1]];
        yield 'an integer' => [456];
        yield 'a float' => [1.5];
        yield 'a boolean' => [true];
        yield 'an object' => [new \stdClass()];
        yield 'a resource' => [STDIN];
    }

    /** @dataProvider wrongValues */
    public function testValuesOfAWrongTypeAreTypeErrors(mixed $value): void
    {
        $workflow = self::workflow();
        $template = new RedirectTemplate('https://a.example/');
        $zeros = str_repeat('0', 64);
        $calls = [
            fn () => new RedirectTemplate($value),
            fn () => $workflow->signLink($value, 'b', 'c', slug: 'd'),
            fn () => $workflow->signLink('a', $value, 'c', slug: 'd'),
            fn () => $workflow->signLink('a', 'b', $value, slug: 'd'),
            fn () => $workflow->signReturn($value, 'a', 'b', 'c', 1),
            fn () => $workflow->signReturn($template, $value, 'b', 'c', 1),
            fn () => $workflow->signReturn($template, 'a', $value, 'c', 1),
            fn () => $workflow->signReturn($template, 'a', 'b', $value, 1),
            fn () => $template->expand($value, 'b', 'c', 1, 1, $zeros),
            fn () => $template->expand('a', $value, 'c', 1, 1, $zeros),
            fn () => $template->expand('a', 'b', $value, 1, 1, $zeros),
            fn () => $template->expand('a', 'b', 'c', 1, 1, $value),
        ];
        if (!is_int($value)) {
            $calls[] = fn () => $workflow->signReturn($template, 'a', 'b', 'c', $value);
            $calls[] = fn () => $template->expand('a', 'b', 'c', $value, 1, $zeros);
            $calls[] = fn () => $template->expand('a', 'b', 'c', 1, $value, $zeros);
        }
        if (!is_int($value) && $value !== null) {
            $calls[] = fn () => new Workflow(self::SECRET, $value);
            $calls[] = fn () => new Workflow(self::SECRET, null, $value);
            $calls[] = fn () => $workflow->signLink('a', 'b', 'c', slug: 'd', timestamp: $value);
            $calls[] = fn () => $workflow->signReturn($template, 'a', 'b', 'c', 1, $value);
            $calls[] = fn () => $workflow->verifyLink(self::LINK, now: $value);
            $calls[] = fn () => $workflow->verifyReturn(self::QUERY, now: $value);
            $calls[] = fn () => $workflow->verifyReturn(self::QUERY, expect: ['photoCount' => $value]);
        }
        if ($value !== null) {
            $calls[] = fn () => new Workflow([self::SECRET, $value]);
            $calls[] = fn () => new WorkflowSecret($value);
            $calls[] = fn () => new Workflow($value);
            $calls[] = fn () => new Workflow(self::SECRET, library: $value);
            $calls[] = fn () => new RedirectTemplate('https://a.example/', $value);
            $calls[] = fn () => $workflow->signLink('a', 'b', 'c', slug: $value);
            $calls[] = fn () => $workflow->signLink('a', 'b', 'c', link: $value);
            $calls[] = fn () => $workflow->verifyReturn(self::QUERY, template: $value);
            $calls[] = fn () => $workflow->verifyReturn(self::QUERY, expect: ['reference' => $value]);
            $calls[] = fn () => $workflow->verifyLink(self::LINK, expect: ['reference' => $value]);
        }
        if (!is_array($value)) {
            $calls[] = fn () => $workflow->verifyReturn(self::QUERY, expect: $value);
            $calls[] = fn () => $workflow->verifyLink(self::LINK, expect: $value);
        }
        foreach ($calls as $call) {
            $this->assertTypeError($call);
        }
    }

    public function testNumbersOutOfRangeAreRefused(): void
    {
        $workflow = self::workflow();
        $template = new RedirectTemplate('https://a.example/');
        foreach ([-1, PHP_INT_MIN, PHP_INT_MAX, 100_000_000_000] as $number) {
            $this->assertRefused(
                Code::InvalidField,
                ['ts'],
                fn () => $workflow->signLink('a', 'b', 'c', slug: 'd', timestamp: $number)
            );
            $this->assertRefused(
                Code::InvalidField,
                ['cnt'],
                fn () => $workflow->signReturn($template, 'a', 'b', 'c', $number, 1)
            );
            $this->assertRefused(
                Code::InvalidField,
                ['cnt'],
                fn () => $workflow->verifyReturn(self::QUERY, expect: ['photoCount' => $number])
            );
        }
        foreach ([-1, PHP_INT_MIN] as $number) {
            $this->assertRefused(Code::InvalidArgument, [], fn () => new Workflow(self::SECRET, maxAge: $number));
            $this->assertRefused(Code::InvalidArgument, [], fn () => new Workflow(self::SECRET, leeway: $number));
        }
        foreach ([-1, PHP_INT_MIN, PHP_INT_MAX, 100_000_000_000] as $number) {
            $this->assertRefused(Code::InvalidArgument, [], fn () => $workflow->verifyLink(self::LINK, now: $number));
            $this->assertRefused(Code::InvalidArgument, [], fn () => $workflow->verifyReturn(self::QUERY, now: $number));
        }
    }

    public static function bytesThatAreNotText(): iterable
    {
        // The bytes that the texts travel with to the library among them.
        foreach (["\xC3", "\xFF", "\xFE", "\xFD", "\xFE\xFF", "a\xFFb", "\xED\xA0\x80", "\xFF\xFF\xFF\xFF"] as $bytes) {
            yield bin2hex($bytes) => [$bytes];
        }
    }

    /** @dataProvider bytesThatAreNotText */
    public function testBytesThatAreNotTextAreRefusedInArguments(string $bytes): void
    {
        $workflow = self::workflow();
        $template = new RedirectTemplate('https://a.example/');
        foreach ([
            fn () => $workflow->signLink($bytes, 'b', 'c', slug: 'd'),
            fn () => $workflow->signLink('a', $bytes, 'c', slug: 'd'),
            fn () => $workflow->signLink('a', 'b', $bytes, slug: 'd'),
            fn () => $workflow->signReturn($template, $bytes, 'b', 'c', 1),
            fn () => $workflow->signReturn($template, 'a', $bytes, 'c', 1),
            fn () => $workflow->signReturn($template, 'a', 'b', $bytes, 1),
            fn () => $template->expand('a', 'b', $bytes, 1, 1, str_repeat('0', 64)),
            fn () => $workflow->verifyReturn(self::QUERY, now: self::NOW, expect: ['submissionId' => $bytes]),
            fn () => $workflow->verifyReturn(self::QUERY, now: self::NOW, expect: ['uniqueValue' => $bytes]),
            fn () => $workflow->verifyReturn(self::QUERY, now: self::NOW, expect: ['reference' => $bytes]),
            fn () => $workflow->verifyReturn(self::QUERY, now: self::NOW, expect: ['photoCount' => $bytes]),
            fn () => $workflow->verifyReturn(self::QUERY, now: self::NOW, expect: ['timestamp' => $bytes]),
            fn () => $workflow->verifyLink(self::LINK, now: self::NOW, expect: ['source' => $bytes]),
            fn () => $workflow->verifyLink(self::LINK, now: self::NOW, expect: [$bytes => 'a']),
            // More of them than were given.
            fn () => $workflow->verifyReturn(self::QUERY, now: self::NOW, expect: [
                'reference' => "ticket-456{$bytes}uniqueValue\xFEABC123",
            ]),
        ] as $call) {
            $this->assertRefused(Code::InvalidArgument, [], $call);
        }
        $this->assertRefused(Code::InvalidField, ['slug'], fn () => $workflow->signLink('a', 'b', 'c', slug: $bytes));
        $this->assertRefused(Code::InvalidUrl, [], fn () => $workflow->signLink('a', 'b', 'c', link: "https://a.example/$bytes"));
        $this->assertRefused(Code::InvalidSecret, [], fn () => new Workflow(self::SECRET . $bytes));
        $this->assertRefused(Code::InvalidTemplate, [], fn () => new RedirectTemplate("https://a.example/$bytes"));
        $text = "https://a.example/{reference}$bytes";
        $this->assertRefused(Code::InvalidTemplate, [], fn () => $workflow->signReturn($text, 'a', 'b', 'c', 1));
        $this->assertRefused(Code::InvalidTemplate, [], fn () => $workflow->verifyReturn(self::QUERY, $text));
        // A wrong argument is reported before a wrong URL.
        $this->assertRefused(Code::InvalidArgument, [], fn () => $workflow->signLink($bytes, 'b', 'c', slug: $bytes));
    }

    /** @dataProvider bytesThatAreNotText */
    public function testAttack7BytesThatAreNotTextInAParameterOfOthersAreIgnored(string $bytes): void
    {
        $workflow = self::workflow();
        parse_str(self::QUERY, $get);
        foreach ([
            self::QUERY . "&x=$bytes",
            "$bytes&" . self::QUERY,
            self::QUERY . "&$bytes=1",
            self::QUERY . '&x=' . rawurlencode($bytes),
            '/done?' . self::QUERY . "#$bytes",
            $get + ['x' => $bytes, $bytes => $bytes, 'y' => [$bytes]],
        ] as $input) {
            $back = $workflow->verifyReturn($input, now: self::NOW, expect: ['reference' => 'ticket-456']);
            $this->assertSame('pls_123', $back->submissionId);
        }
        foreach ([str_replace('ABC123', $bytes, self::QUERY), ['uv' => $bytes] + $get] as $input) {
            $this->assertRefused(
                Code::MalformedParameter,
                ['uv'],
                fn () => $workflow->verifyReturn($input, now: self::NOW)
            );
        }
        $this->assertRefused(
            Code::MissingParameter,
            ['sub', 'uv', 'ref', 'cnt', 'ts', 'sig'],
            fn () => $workflow->verifyReturn($bytes)
        );
    }

    public function testControlCharactersAreRefused(): void
    {
        $workflow = self::workflow();
        foreach (["a\0b", "\0", "a\n", "\x7F", 'a|b', ''] as $text) {
            $this->assertRefused(
                Code::InvalidField,
                ['ref'],
                fn () => $workflow->signLink('a', 'b', $text, slug: 'd')
            );
            $this->assertRefused(
                Code::InvalidField,
                ['ref'],
                fn () => $workflow->verifyReturn(self::QUERY, now: self::NOW, expect: ['reference' => $text])
            );
        }
        $this->assertRefused(Code::InvalidField, ['slug'], fn () => $workflow->signLink('a', 'b', 'c', slug: "d\0"));
        $this->assertRefused(Code::InvalidSecret, [], fn () => new Workflow(self::SECRET . "\0"));
        $this->assertRefused(Code::InvalidSecret, [], fn () => new Workflow(''));
        $this->assertRefused(Code::InvalidSecret, [], fn () => new Workflow([]));
        $this->assertRefused(Code::InvalidTemplate, [], fn () => new RedirectTemplate("https://a.example/\0"));
        $this->assertRefused(Code::InvalidTemplate, [], fn () => new RedirectTemplate(''));
        $this->assertRefused(
            Code::MalformedParameter,
            ['uv'],
            fn () => $workflow->verifyLink(str_replace('ABC', 'A%00', self::LINK), now: self::NOW)
        );
    }

    public function testAMegabyteGoesThrough(): void
    {
        $workflow = self::workflow();
        $megabyte = str_repeat('ä', 1 << 19);
        $link = $workflow->signLink($megabyte, 'b', 'c', slug: 'd', timestamp: self::NOW);
        $this->assertSame(3 << 20, strlen($link->url) - strlen('https://visiono.io/s/d?uv=&src=b&ref=c&ts=1705500100&sig=') - 64);
        $this->assertSame($megabyte, $workflow->verifyLink($link->url, now: self::NOW)->uniqueValue);
        $this->assertSame(
            $megabyte,
            self::workflow()->verifyLink($link->url, now: self::NOW, expect: ['uniqueValue' => $megabyte])->uniqueValue
        );
        $this->assertRefused(Code::MissingParameter, ['sub', 'uv', 'ref', 'cnt', 'ts', 'sig'], fn () => $workflow->verifyReturn($megabyte));
        $this->assertRefused(Code::InvalidTemplate, [], fn () => new RedirectTemplate($megabyte));
        $this->assertRefused(Code::InvalidSignature, [], fn () => self::workflow()->verifyReturn(
            str_replace('pls_123', str_repeat('a', 1 << 20), self::QUERY),
            now: self::NOW
        ));
    }

    public function testTheSlugOrTheUrlIsNeeded(): void
    {
        $workflow = self::workflow();
        $this->assertRefused(Code::InvalidArgument, [], fn () => $workflow->signLink('a', 'b', 'c'));
        $this->assertRefused(
            Code::InvalidArgument,
            [],
            fn () => $workflow->signLink('a', 'b', 'c', slug: 'd', link: 'https://a.example/')
        );
        $this->assertRefused(Code::InvalidUrl, [], fn () => $workflow->signLink('a', 'b', 'c', link: 'ftp://a'));
        $this->assertSame(
            'https://a.example/?lang=it&uv=a',
            strstr($workflow->signLink('a', 'b', 'c', link: 'https://a.example/?lang=it')->url, '&src', true)
        );
    }

    public function testAnUnknownExpectationIsRefused(): void
    {
        $workflow = self::workflow();
        foreach (['ref', 'unique_value', 'UniqueValue', 'source', 'signature', '', 0, "reference\0"] as $name) {
            $this->assertRefused(
                Code::InvalidArgument,
                [],
                fn () => $workflow->verifyReturn(self::QUERY, now: self::NOW, expect: [$name => 'a'])
            );
        }
        $this->assertRefused(
            Code::InvalidArgument,
            [],
            fn () => $workflow->verifyLink(self::LINK, now: self::NOW, expect: ['photoCount' => 1])
        );
    }

    public function testAttack4AnExpectationThatIsNullIsRefused(): void
    {
        $workflow = self::workflow();
        $return = ['submissionId' => 'sub', 'uniqueValue' => 'uv', 'reference' => 'ref', 'photoCount' => 'cnt', 'timestamp' => 'ts'];
        foreach ($return as $name => $short) {
            foreach ([[$name => null], ['submissionId' => 'pls_123', $name => null]] as $expect) {
                $this->assertRefused(
                    Code::InvalidArgument,
                    [$short],
                    fn () => $workflow->verifyReturn(self::QUERY, now: self::NOW, expect: $expect)
                );
            }
        }
        foreach (['uniqueValue' => 'uv', 'source' => 'src', 'reference' => 'ref', 'timestamp' => 'ts'] as $name => $short) {
            $this->assertRefused(
                Code::InvalidArgument,
                [$short],
                fn () => $workflow->verifyLink(self::LINK, now: self::NOW, expect: [$name => null])
            );
        }
        // A session without a ticket.
        $session = [];
        $this->assertRefused(
            Code::InvalidArgument,
            ['ref'],
            fn () => $workflow->verifyReturn(self::QUERY, now: self::NOW, expect: ['reference' => $session['ticket'] ?? null])
        );
    }

    public function testOfTwoBadExpectationsTheFirstOfTheMessageDecides(): void
    {
        $expect = ['photoCount' => '-', 'reference' => '|', 'uniqueValue' => '|'];
        $this->assertRefused(
            Code::InvalidField,
            ['uv'],
            fn () => self::workflow()->verifyReturn(self::QUERY, now: self::NOW, expect: $expect)
        );
        $this->assertRefused(
            Code::InvalidArgument,
            [],
            fn () => self::workflow()->verifyReturn(self::QUERY, now: self::NOW, expect: $expect + ['source' => 'a'])
        );
    }

    public function testNumbersMayBeExpectedAsNumbersOrText(): void
    {
        foreach ([[5, self::NOW], ['5', (string) self::NOW]] as [$count, $time]) {
            $expect = ['photoCount' => $count, 'timestamp' => $time];
            $this->assertSame(5, self::workflow()->verifyReturn(self::QUERY, now: self::NOW, expect: $expect)->photoCount);
        }
        $this->assertRefused(
            Code::UnexpectedValue,
            ['cnt'],
            fn () => self::workflow()->verifyReturn(self::QUERY, now: self::NOW, expect: ['photoCount' => 6])
        );
    }

    public function testATemplateMayBeText(): void
    {
        $workflow = self::workflow();
        $text = 'https://a.example/t/{reference}?s={submission_id}&u={unique_value}&c={photo_count}&t={timestamp}&h={signature}';
        $template = new RedirectTemplate($text);
        $signed = $workflow->signReturn($text, 'pls_1', 'A', 'r', 2, self::NOW);
        $this->assertEquals($signed, $workflow->signReturn($template, 'pls_1', 'A', 'r', 2, self::NOW));
        $this->assertEquals($signed, $template->expand('pls_1', 'A', 'r', 2, self::NOW, $signed->signature));
        foreach ([$text, $template] as $one) {
            $this->assertSame('r', $workflow->verifyReturn($signed, $one, self::NOW)->reference);
        }
        $this->assertRefused(Code::InvalidTemplate, [], fn () => $workflow->verifyReturn(self::QUERY, '', self::NOW));
        $this->assertRefused(Code::InvalidTemplate, [], fn () => $workflow->signReturn('', 'a', 'b', 'c', 1));
        // Checks have an order: the arguments, then the template, then what is expected.
        $this->assertRefused(Code::InvalidArgument, [], fn () => $workflow->verifyReturn('', '', -1));
        $this->assertRefused(
            Code::InvalidTemplate,
            [],
            fn () => $workflow->verifyReturn('', '', self::NOW, ['reference' => '|'])
        );
    }

    public function testAttack1LookAlikeNamesAreDuplicates(): void
    {
        $workflow = self::workflow();
        foreach ([
            '&%20ref=ticket-999', '&ref%00=ticket-999', '&ref[]=ticket-999', '&REF=ticket-999',
            '&x=1;ref=ticket-999', '&ref%5Bx=ticket-999', '&[ref]=ticket-999', '&ref%00x=ticket-999',
        ] as $other) {
            $this->assertRefused(
                Code::DuplicateParameter,
                ['ref'],
                fn () => $workflow->verifyReturn(self::QUERY . $other, now: self::NOW, expect: ['reference' => 'ticket-456'])
            );
        }
        $this->assertRefused(
            Code::InvalidUrl,
            ['ref'],
            fn () => $workflow->signLink('a', 'b', 'c', link: 'https://a.example/?REF=x')
        );
        $this->assertRefused(Code::InvalidTemplate, ['ref'], fn () => new RedirectTemplate('https://a.example/?ref[]=x'));
    }

    public function testAttack2AnotherRecordInThePathIsNotCarried(): void
    {
        $workflow = self::workflow();
        $text = 'https://a.example/tickets/{reference}/done?tenant=acme&sub={submission_id}'
            . '&uv={unique_value}&cnt={photo_count}&ts={timestamp}&sig={signature}';
        $url = (string) $workflow->signReturn($text, 'pls_1', 'A', 'ticket-456', 2, self::NOW);
        $expect = ['reference' => 'ticket-456'];
        $this->assertSame('pls_1', $workflow->verifyReturn($url, $text, self::NOW, $expect)->submissionId);
        foreach ([
            ['/tickets/ticket-456/done', '/tickets/ticket-999/done/'],
            ['/tickets/ticket-456/done', '/TICKETS/ticket-999/done'],
            ['/tickets/', '//tickets/'],
            ['/tickets/', '/x/../tickets/'],
            ['tenant=acme', 'tenant=globex'],
        ] as [$from, $to]) {
            $this->assertRefused(
                Code::MissingParameter,
                ['sub', 'uv', 'ref', 'cnt', 'ts', 'sig'],
                fn () => $workflow->verifyReturn(str_replace($from, $to, $url), $text, self::NOW, $expect)
            );
        }
    }

    public function testAttack3ClimbingPathSegmentsAreRefused(): void
    {
        $workflow = self::workflow();
        $text = 'https://a.example/t/{reference}?sub={submission_id}'
            . '&uv={unique_value}&cnt={photo_count}&ts={timestamp}&sig={signature}';
        foreach (['..', '../admin', '..\\admin', 'a/../b', '.', '..;x', './x'] as $reference) {
            $this->assertRefused(
                Code::InvalidField,
                ['ref'],
                fn () => $workflow->signReturn($text, 'pls_1', 'A', $reference, 2, self::NOW)
            );
        }
        $url = (string) $workflow->signReturn($text, 'pls_1', 'A', 'x', 2, self::NOW);
        $this->assertRefused(
            Code::MalformedParameter,
            ['ref'],
            fn () => $workflow->verifyReturn(str_replace('/t/x?', '/t/..%2Fadmin?', $url), $text, self::NOW)
        );
    }

    public function testCodesHaveTheirExceptionsAndNames(): void
    {
        $header = (string) file_get_contents(getenv('VISIONO_WORKFLOW_PACKAGE') . '/src/visiono_workflow.h');
        $count = preg_match_all('/^  VISIONO_(\w+) = ([1-9]\d\d),$/m', $header, $matches, PREG_SET_ORDER);
        $this->assertNotSame(0, $count);
        $this->assertCount($count, Code::cases());
        foreach ($matches as [, $name, $number]) {
            $code = Code::from((int) $number);
            $this->assertSame(strtolower($name), $code->name());
            $this->assertSame($number[0] === '2', $code->isRefusal());
            $this->assertSame($number[0] === '2', (new (WorkflowException::of($code))($code, 'a'))->isRefusal());
            $this->assertSame('Visiono\Workflow\Exception\\' . $code->name, WorkflowException::of($code));
        }
    }
}
