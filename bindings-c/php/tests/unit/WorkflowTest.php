<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Code;
use Visiono\Workflow\Exception;
use Visiono\Workflow\RedirectTemplate;
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
        foreach ([self::QUERY, $path, "https://a.example$path", $get] as $message) {
            $back = self::workflow()->verifyReturn($message, ['reference' => 'ticket-456'], now: self::NOW);
            $this->assertSame(
                ['pls_123', 'ABC123', 'ticket-456', 5, 1705500100, 0],
                array_values(get_object_vars($back))
            );
        }
    }

    public function testAnArrayOfValuesIsADuplicate(): void
    {
        parse_str(self::QUERY . '&ref[]=1', $get);
        $this->assertIsArray($get['ref']);
        $this->assertRefused(
            Code::DuplicateParameter,
            ['ref'],
            fn () => self::workflow()->verifyReturn($get, now: self::NOW)
        );
        parse_str(parse_url(self::LINK, PHP_URL_QUERY) . '&uv[a][b]=1', $get);
        $this->assertRefused(
            Code::DuplicateParameter,
            ['uv'],
            fn () => self::workflow()->verifyLink($get, now: self::NOW)
        );
        // One that isn't the message's own is nobody's business.
        parse_str(self::QUERY . '&lang[]=it', $get);
        $this->assertSame(5, self::workflow()->verifyReturn($get, now: self::NOW)->photoCount);
    }

    public function testDecodedValuesAreTakenAsTheyAre(): void
    {
        $workflow = self::workflow();
        $odd = "50% & +1 = \u{1F642} #?/ü%41";
        $url = (string) $workflow->signLink($odd, 'zen desk', 't/1', slug: 'a', timestamp: self::NOW);
        parse_str((string) parse_url($url, PHP_URL_QUERY), $get);
        $this->assertSame($odd, $get['uv']);
        $link = $workflow->verifyLink($get, ['uniqueValue' => $odd], now: self::NOW);
        $this->assertSame($odd, $link->uniqueValue);
        $this->assertEquals($link, $workflow->verifyLink($url, now: self::NOW));
        // What PHP decoded to bytes that aren't text is judged like the encoded ones.
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
        $workflow = new Workflow(['the new secret, which signs', self::SECRET]);
        $this->assertSame(1, $workflow->verifyReturn(self::QUERY, now: self::NOW)->secretIndex);
        $link = $workflow->signLink('A', 'b', 'c', slug: 'd');
        $this->assertSame(0, $workflow->verifyLink($link->url)->secretIndex);
        $this->assertRefused(Code::InvalidSignature, [], fn () => self::workflow()->verifyLink($link->url));
    }

    public function testASecretCanBeAnObject(): void
    {
        $secret = new WorkflowSecret(self::SECRET);
        $workflow = new Workflow([new WorkflowSecret('the new secret, which signs'), $secret]);
        $this->assertSame(1, $workflow->verifyReturn(self::QUERY, now: self::NOW)->secretIndex);
        $this->assertSame(0, (new Workflow($secret))->verifyReturn(self::QUERY, now: self::NOW)->secretIndex);
        foreach (['', 'too short', self::SECRET . ' ', 'whsec_' . self::SECRET, 'vsk_' . self::SECRET] as $text) {
            $this->assertRefused(Code::InvalidSecret, [], fn () => new WorkflowSecret($text));
        }
        $this->assertRefused(Code::InvalidArgument, [], fn () => new WorkflowSecret(self::SECRET . "\xFF"));
        $this->assertRefused(Code::InvalidArgument, [], fn () => new WorkflowSecret($secret));
        $this->assertRefused(Code::InvalidArgument, [], fn () => new Workflow(new WebhookSecret(self::SECRET)));
        $this->assertRefused(Code::InvalidArgument, [], fn () => new Workflow([$secret, new WebhookSecret(self::SECRET)]));
    }

    public function testATemplateSaysWhatItLacksAndWhereItIsWrong(): void
    {
        $text = 'https://your-system.com/done?id={submission_id}&ref={reference}&sig={signature}';
        $template = new RedirectTemplate($text);
        $this->assertSame(['unique_value', 'photo_count', 'timestamp'], $template->missing());
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
        $back = $workflow->verifyReturn($url, $known, $template, self::NOW);
        $this->assertSame(5, $back->photoCount);
        $this->assertRefused(
            Code::MissingParameter,
            ['uv', 'cnt', 'ts'],
            fn () => $workflow->verifyReturn($url, [], $template, self::NOW)
        );
    }

    public static function wrongValues(): iterable
    {
        yield 'null' => [null];
        yield 'an array' => [['a']];
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
        $workflow = self::workflow();
        $template = new RedirectTemplate('https://a.example/');
        $calls = [
            fn () => new Workflow($value),
            fn () => new Workflow([self::SECRET, $value]),
            fn () => new WorkflowSecret($value),
            fn () => new RedirectTemplate($value),
            fn () => $workflow->signLink($value, 'b', 'c', slug: 'd'),
            fn () => $workflow->signLink('a', $value, 'c', slug: 'd'),
            fn () => $workflow->signLink('a', 'b', $value, slug: 'd'),
            fn () => $workflow->signLink('a', 'b', 'c', slug: $value),
            fn () => $workflow->signLink('a', 'b', 'c', url: $value),
            fn () => $workflow->signReturn($value, 'a', 'b', 'c', 1),
            fn () => $workflow->signReturn($template, $value, 'b', 'c', 1),
            fn () => $workflow->signReturn($template, 'a', $value, 'c', 1),
            fn () => $workflow->signReturn($template, 'a', 'b', $value, 1),
            fn () => $workflow->verifyLink($value),
            fn () => $workflow->verifyReturn(self::QUERY, ['reference' => $value]),
            fn () => $workflow->verifyLink(self::LINK, ['reference' => $value]),
        ];
        if (!is_int($value)) {
            $calls[] = fn () => $workflow->signReturn($template, 'a', 'b', 'c', $value);
            $calls[] = fn () => $workflow->verifyReturn(self::QUERY, ['photoCount' => $value]);
        }
        if (!is_int($value) && $value !== null) {
            $calls[] = fn () => new Workflow(self::SECRET, $value);
            $calls[] = fn () => new Workflow(self::SECRET, null, $value);
            $calls[] = fn () => $workflow->signLink('a', 'b', 'c', slug: 'd', timestamp: $value);
            $calls[] = fn () => $workflow->signReturn($template, 'a', 'b', 'c', 1, $value);
            $calls[] = fn () => $workflow->verifyLink(self::LINK, now: $value);
            $calls[] = fn () => $workflow->verifyReturn(self::QUERY, now: $value);
        }
        if ($value !== null) {
            $calls[] = fn () => new Workflow(self::SECRET, library: $value);
            $calls[] = fn () => $workflow->verifyReturn(self::QUERY, template: $value);
        }
        if (!is_array($value)) {
            $calls[] = fn () => $workflow->verifyReturn(self::QUERY, expect: $value);
            $calls[] = fn () => $workflow->verifyLink(self::LINK, expect: $value);
            $calls[] = fn () => $workflow->verifyReturn(['uv' => $value]);
        }
        foreach ($calls as $place => $call) {
            // A list of texts is a message, one without any of the parameters.
            if (is_array($value) && $place === 13) {
                $this->assertRefused(
                    Code::MissingParameter,
                    ['uv', 'src', 'ref', 'ts', 'sig'],
                    $call
                );
                continue;
            }
            if (is_array($value) && $place === 0) {
                $this->assertRefused(Code::InvalidSecret, [], $call);
                continue;
            }
            $this->assertRefused(Code::InvalidArgument, [], $call);
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
                fn () => $workflow->verifyReturn(self::QUERY, ['photoCount' => $number])
            );
        }
        foreach ([-1, PHP_INT_MIN] as $number) {
            foreach ([
                fn () => $workflow->verifyLink(self::LINK, now: $number),
                fn () => $workflow->verifyReturn(self::QUERY, now: $number),
                fn () => new Workflow(self::SECRET, maxAge: $number),
                fn () => new Workflow(self::SECRET, leeway: $number),
            ] as $call) {
                $this->assertRefused(Code::InvalidArgument, [], $call);
            }
        }
    }

    public function testBytesThatAreNotTextAreRefused(): void
    {
        $workflow = self::workflow();
        $template = new RedirectTemplate('https://a.example/');
        // The bytes that the texts travel with to the library among them.
        foreach (["\xC3", "\xFF", "\xFE", "\xFE\xFF", "a\xFFb", "\xED\xA0\x80", "\xFF\xFF\xFF\xFF"] as $bytes) {
            foreach ([
                fn () => $workflow->signLink($bytes, 'b', 'c', slug: 'd'),
                fn () => $workflow->signLink('a', $bytes, 'c', slug: 'd'),
                fn () => $workflow->signLink('a', 'b', $bytes, slug: 'd'),
                fn () => $workflow->signLink('a', 'b', 'c', slug: $bytes),
                fn () => $workflow->signLink('a', 'b', 'c', url: "https://a.example/$bytes"),
                fn () => $workflow->signReturn($template, $bytes, 'b', 'c', 1),
                fn () => $workflow->signReturn($template, 'a', $bytes, 'c', 1),
                fn () => $workflow->signReturn($template, 'a', 'b', $bytes, 1),
                fn () => $workflow->verifyLink($bytes),
                fn () => $workflow->verifyLink(self::LINK . $bytes),
                fn () => $workflow->verifyReturn($bytes),
                fn () => $workflow->verifyReturn(self::QUERY . $bytes),
                fn () => $workflow->verifyReturn(self::QUERY, ['submissionId' => $bytes], now: self::NOW),
                fn () => $workflow->verifyReturn(self::QUERY, ['uniqueValue' => $bytes], now: self::NOW),
                fn () => $workflow->verifyReturn(self::QUERY, ['reference' => $bytes], now: self::NOW),
                fn () => $workflow->verifyReturn(self::QUERY, ['photoCount' => $bytes], now: self::NOW),
                fn () => $workflow->verifyReturn(self::QUERY, ['timestamp' => $bytes], now: self::NOW),
                fn () => $workflow->verifyLink(self::LINK, ['source' => $bytes], now: self::NOW),
                fn () => new Workflow(self::SECRET . $bytes),
                fn () => new RedirectTemplate("https://a.example/$bytes"),
            ] as $call) {
                $this->assertRefused(Code::InvalidArgument, [], $call);
            }
        }
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
                fn () => $workflow->verifyReturn(self::QUERY, ['reference' => $text], now: self::NOW)
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
            self::workflow()->verifyLink($link->url, ['uniqueValue' => $megabyte], now: self::NOW)->uniqueValue
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
            fn () => $workflow->signLink('a', 'b', 'c', slug: 'd', url: 'https://a.example/')
        );
        $this->assertRefused(Code::InvalidUrl, [], fn () => $workflow->signLink('a', 'b', 'c', url: 'ftp://a'));
        $this->assertSame(
            'https://a.example/?lang=it&uv=a',
            strstr($workflow->signLink('a', 'b', 'c', url: 'https://a.example/?lang=it')->url, '&src', true)
        );
    }

    public function testAnUnknownExpectationIsRefused(): void
    {
        $workflow = self::workflow();
        foreach (['ref', 'unique_value', 'source', 0] as $name) {
            $this->assertRefused(
                Code::InvalidArgument,
                [],
                fn () => $workflow->verifyReturn(self::QUERY, [$name => 'a'], now: self::NOW)
            );
        }
        $this->assertRefused(
            Code::InvalidArgument,
            [],
            fn () => $workflow->verifyLink(self::LINK, ['photoCount' => 1], now: self::NOW)
        );
    }

    public function testCodesHaveTheirExceptionsAndNames(): void
    {
        $header = (string) file_get_contents(getenv('VISIONO_WORKFLOW_PACKAGE') . '/src/visiono_workflow.h');
        $this->assertSame(14, preg_match_all('/^  VISIONO_(\w+) = ([1-9]\d\d),$/m', $header, $matches, PREG_SET_ORDER));
        $this->assertCount(14, Code::cases());
        foreach ($matches as [, $name, $number]) {
            $code = Code::from((int) $number);
            $this->assertSame(strtolower($name), $code->name());
            $this->assertSame($number[0] === '2', $code->isRefusal());
            $this->assertSame('Visiono\Workflow\Exception\\' . $code->name, WorkflowException::of($code));
        }
    }
}
