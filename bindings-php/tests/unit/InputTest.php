<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Code;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowException;

/** Input from outside, of every type and shape. */
final class InputTest extends TestCase
{
    use Refusals;

    private const SECRET = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
    private const NOW = 1705500100;
    private const QUERY = 'sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5&ts=1705500100'
        . '&sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5';

    private static function verify(mixed $input, array $expect = ['reference' => 'ticket-456']): int
    {
        return (new Workflow(self::SECRET))->verifyReturn($input, now: self::NOW, expect: $expect)->photoCount;
    }

    /** @return array<string, string> */
    private static function get(string $more = ''): array
    {
        parse_str(self::QUERY . $more, $get);
        return $get;
    }

    public static function requests(): iterable
    {
        $path = '/done?' . self::QUERY;
        yield 'Symfony and Laravel' => [new class ($path) {
            public function __construct(private string $path)
            {
            }

            public function getRequestUri(): string
            {
                return $this->path;
            }

            /** Symfony's own sorts the query. */
            public function getUri(): string
            {
                return 'https://a.example/done';
            }

            /** All of the request, as Symfony has it. */
            public function __toString(): string
            {
                return "GET $this->path HTTP/1.1";
            }
        }];
        $uri = new class ("https://a.example$path") {
            public function __construct(private string $uri)
            {
            }

            public function __toString(): string
            {
                return $this->uri;
            }
        };
        yield 'PSR-7' => [new class ($uri) {
            public function __construct(private object $uri)
            {
            }

            public function getUri(): object
            {
                return $this->uri;
            }

            public function getQueryParams(): array
            {
                return [];
            }
        }];
        yield "PSR-7's URI" => [$uri];
        yield "PSR-7's getQueryParams" => [self::get()];
        yield "Symfony's bag" => [new class (self::get()) {
            public function __construct(private array $all)
            {
            }

            public function all(): array
            {
                return $this->all;
            }
        }];
        yield 'an iterator' => [new \ArrayIterator(self::get())];
        yield 'a generator' => [(static fn () => yield from self::get())()];
        yield 'an object of json_decode' => [(object) self::get()];
        yield '$_GET' => [self::get()];
        yield 'REQUEST_URI' => [$path];
        yield 'QUERY_STRING' => [self::QUERY];
    }

    /** @dataProvider requests */
    public function testAMessageComesInEveryForm(mixed $input): void
    {
        $this->assertSame(5, self::verify($input));
    }

    public function testARequestIsReadByItsUrlWhereTheQueryHasAParameterTwice(): void
    {
        $twice = '/done?' . self::QUERY . '&ref=ticket-999';
        $request = new class ($twice) {
            public function __construct(private string $twice)
            {
            }

            public function getUri(): string
            {
                return "https://a.example$this->twice";
            }
        };
        $this->assertRefused(Code::DuplicateParameter, ['ref'], fn () => self::verify($request));
        // One by one, a name may come twice.
        $pairs = static function (): \Generator {
            yield from self::get();
            yield 'ref' => 'ticket-999';
        };
        $this->assertRefused(Code::DuplicateParameter, ['ref'], fn () => self::verify($pairs()));
    }

    public static function pairs(): iterable
    {
        yield 'ref[]=x is a list of one' => ['&ref[]=ticket-456', null];
        yield 'a list of two' => ['&ref[]=ticket-456&ref[]=ticket-456', Code::DuplicateParameter];
        yield 'ref[0]=x' => ['&ref[0]=ticket-456', null];
        yield 'another index' => ['&ref[1]=ticket-456', Code::MalformedParameter];
        yield 'a map' => ['&ref[a]=ticket-456', Code::MalformedParameter];
        yield 'nested' => ['&ref[][]=ticket-456', Code::MalformedParameter];
        yield 'others' => ['&utm[]=1&utm[]=2&filter[a][b]=c&0=1&1[]=2', null];
        yield 'a look-alike' => ['&Ref=ticket-999', Code::DuplicateParameter];
    }

    /** @dataProvider pairs */
    public function testAttack8NestedArraysOfGet(string $more, ?Code $code): void
    {
        $get = self::get($more);
        if ($code === null) {
            $this->assertSame(5, self::verify($get));
        } else {
            $this->assertRefused($code, ['ref'], fn () => self::verify($get));
        }
    }

    public function testAttack8DecodedValuesOfEveryType(): void
    {
        $all = ['sub', 'uv', 'ref', 'cnt', 'ts'];
        $recursive = ['a'];
        $recursive[] = &$recursive;
        $one = 'ticket-456';
        $malformed = [
            'an integer' => 5, 'zero' => 0, 'a float' => 1.5, 'true' => true, 'false' => false, 'a map' => ['a' => 'b'],
            'a list with a number' => ['a', 5], 'a list with null' => [null], 'a list of lists' => [['a']],
            'an object' => new \stdClass(), 'a stringable' => new \Exception('a'), 'a resource' => STDIN,
            'an enum' => Code::Expired, 'a closure' => static fn () => 'a', 'itself' => $recursive,
        ];
        foreach ($malformed as $value) {
            foreach ($all as $name) {
                $this->assertRefused(
                    Code::MalformedParameter,
                    [$name],
                    fn () => self::verify([$name => $value] + self::get(), [])
                );
            }
            $this->assertRefused(Code::InvalidSignature, [], fn () => self::verify(['sig' => $value] + self::get()));
            $this->assertSame(5, self::verify(self::get() + ['other' => $value, 7 => $value]));
            $this->assertRefused(Code::DuplicateParameter, ['ref'], fn () => self::verify(self::get() + ['REF' => $value]));
        }
        foreach ([null, []] as $absent) {
            foreach ($all as $name) {
                $this->assertRefused(
                    Code::MissingParameter,
                    [$name],
                    fn () => self::verify([$name => $absent] + self::get(), [])
                );
            }
            $this->assertSame(5, self::verify(['ref' => $absent] + self::get()), 'the expected one takes its place');
            $this->assertSame(5, self::verify(self::get() + ['REF' => $absent]));
        }
        $this->assertSame(5, self::verify(['ref' => &$one] + self::get()));
        $this->assertSame(5, self::verify(['first' => &$one, 'ref' => &$one, 'last' => &$one] + self::get()));
        $this->assertSame(5, self::verify(self::get(), ['uniqueValue' => 'ABC123', 'reference' => &$one]));
        $this->assertRefused(
            Code::DuplicateParameter,
            ['ref'],
            fn () => self::verify(['ref' => &$one, 'REF' => &$one] + self::get())
        );
    }

    /** `serialize` writes a variable that occurs again as `R`, which it does not number. */
    public function testVariablesThatOccurTwiceHaveTheirOwnValues(): void
    {
        $one = 'ABC123';
        $other = 'ticket-999';
        $get = self::get();
        $shared = ['a' => &$one, 'b' => &$one, 'c' => &$other, 'ref' => &$other] + $get;
        $this->assertRefused(Code::InvalidSignature, [], fn () => self::verify($shared, []));
        $right = 'ticket-456';
        $shared = ['a' => &$one, 'b' => &$one, 'c' => &$right, 'ref' => &$right] + $get;
        $this->assertSame(5, self::verify($shared, []));
        $time = (string) self::NOW;
        $expect = ['uniqueValue' => &$one, 'timestamp' => &$time, 'reference' => &$one, 'photoCount' => &$time];
        $refused = ['ref'];
        foreach ([$expect, array_reverse($expect)] as $each) {
            $this->assertRefused(Code::UnexpectedValue, $refused, fn () => self::verify($get, $each));
        }
    }

    public function testDecodedNamesAndValuesMayBeAnyBytes(): void
    {
        foreach (["\xFF", "\xFE", "\xFD", "\0", "a\xFFb\xFEc", ''] as $bytes) {
            $this->assertSame(5, self::verify(self::get() + ['x' => $bytes, $bytes => $bytes]));
            $name = 'ref' . $bytes;
            if ($bytes !== '' && $bytes !== "\0") {
                $this->assertSame(5, self::verify(self::get() + [$name => 'ticket-999']));
            }
        }
        $this->assertRefused(Code::DuplicateParameter, ['ref'], fn () => self::verify(self::get() + ["ref\0x" => '']));
        // A value can't write names or lengths of the array that is passed to the library.
        foreach ([serialize(['ref' => 'ticket-999']), '";s:3:"ref";s:10:"ticket-999";', '";}', 'R:2;', 'N;'] as $array) {
            $this->assertSame(5, self::verify(['a' => $array, $array => 'b'] + self::get() + ['z' => $array]));
            $this->assertSame(5, self::verify(['a' => $array, 'list' => [$array, $array], 7 => 5] + self::get()));
        }
    }

    public static function scalars(): iterable
    {
        yield 'null' => [null];
        yield "getenv's false" => [getenv('VISIONO_NO_SUCH_VARIABLE')];
        yield 'true' => [true];
        yield 'zero' => [0];
        yield 'an integer' => [-5];
        yield 'a float' => [1.5];
        yield 'not a number' => [NAN];
        yield 'an empty text' => [''];
        yield 'an empty array' => [[]];
        yield 'a list' => [['a', 'b']];
        yield 'a list of lists' => [[['a', 'b']]];
        yield 'json' => [json_decode('{"a":{"b":[1,null,{}]}}')];
        yield 'nothing of json' => [json_decode('nothing')];
    }

    /** @dataProvider scalars */
    public function testWhatArrivesFromOutsideIsRefusedByACodeWhateverItsType(mixed $value): void
    {
        $this->assertRefused(
            Code::MissingParameter,
            ['sub', 'uv', 'ref', 'cnt', 'ts', 'sig'],
            fn () => self::verify($value, [])
        );
        $this->assertRefused(
            Code::MissingParameter,
            ['uv', 'src', 'ref', 'ts', 'sig'],
            fn () => (new Workflow(self::SECRET))->verifyLink($value)
        );
        $webhook = new Webhook(self::SECRET);
        $header = ['X-Visiono-Signature' => $webhook->sign('a')];
        $calls = [
            fn () => $webhook->receive($value, $header),
            fn () => $webhook->receive('a', $value),
            fn () => $webhook->receive('a', ['X-Visiono-Signature' => $value]),
            fn () => $webhook->receive('a', ['X-Visiono-Signature' => [$value]]),
            fn () => $webhook->receive('a', ['X-Webhook-Signature' => $value] + $header),
            fn () => $webhook->verify($value, $header['X-Visiono-Signature']),
            fn () => $webhook->verify('a', $value),
        ];
        foreach ($calls as $call) {
            try {
                $call();
                $this->fail('it was taken');
            } catch (WorkflowException $refused) {
                $this->assertNotSame('', $refused->getMessage());
            }
        }
    }

    public function testAnObjectOfAnUnknownShapeIsATypeError(): void
    {
        $webhook = new Webhook(self::SECRET);
        foreach ([new \DateTime(), static fn () => self::QUERY, Code::Expired, new Workflow(self::SECRET)] as $object) {
            $this->assertTypeError(fn () => self::verify($object));
            $this->assertTypeError(fn () => (new Workflow(self::SECRET))->verifyLink($object));
            $this->assertTypeError(fn () => $webhook->receive('a', $object));
            $this->assertTypeError(fn () => $webhook->receive($object, []));
            $this->assertTypeError(fn () => $webhook->verify($object, null));
        }
        $this->assertTypeError(fn () => self::verify(STDIN));
    }
}
