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

    /** `serialize` writes a variable that occurs again as the number of the first. */
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

    /** Within the `serialize` of an object, PHP counts the variables of the array around it too. */
    public function testAnObjectThatIsSerializedVerifiesTheSame(): void
    {
        // PHP deprecates its interface when it loads it.
        $level = error_reporting(E_ALL & ~E_DEPRECATED);
        class_exists(Session::class);
        error_reporting($level);
        $workflow = new Workflow(self::SECRET);
        parse_str((string) parse_url($workflow->signReturn('https://a.example/', 'SAME', 'A', 'SAME', 5, self::NOW)->url, PHP_URL_QUERY), $get);
        $other = 'OTHER';
        $expect = ['submissionId' => 'SAME', 'reference' => &$other];
        $refused = fn () => $this->assertRefused(Code::UnexpectedValue, ['ref'], fn () => self::verify($get, $expect));
        $value = 'x';
        $shared = ['a' => &$value, 'b' => &$value] + $get;
        $accepted = fn () => $this->assertSame(5, self::verify($shared, []));
        foreach ([$refused, $accepted] as $check) {
            $check();
            $session = new Session($check);
            serialize(['r' => &$other, 'value' => &$value, 'object' => $session]);
            $this->assertSame(1, $session->count);
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

    /** Arrays of texts take another way to the library than others. */
    public function testALookAlikeIsOneBesideValuesOfEveryType(): void
    {
        foreach (['REF', '?ref', ' ref', "ref\0x"] as $name) {
            $get = self::get() + [$name => 'ticket-999'];
            foreach ([$get, $get + [7 => 5], new \ArrayIterator($get)] as $input) {
                $this->assertRefused(Code::DuplicateParameter, ['ref'], fn () => self::verify($input));
            }
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

    /** PHP's own errors do not come out of an object; a caller's exceptions do. */
    public function testAnObjectThatCantBeReadIsTheCallersMistake(): void
    {
        $webhook = new Webhook(self::SECRET);
        $workflow = new Workflow(self::SECRET);
        $signed = ['X-Visiono-Signature' => $webhook->sign('a')];
        $private = new class {
            private function getUri(): string
            {
                return '';
            }

            private function getHeaders(): array
            {
                return [];
            }

            private function getBody(): string
            {
                return '';
            }
        };
        $argument = new class {
            public function getUri(string $needed): string
            {
                return $needed;
            }

            public function getHeaders(string $needed): array
            {
                return [$needed];
            }

            public function getBody(string $needed): string
            {
                return $needed;
            }
        };
        $uninitialized = new class {
            private string $text;

            public function __toString(): string
            {
                return $this->text;
            }

            public function all(): array
            {
                return [$this->text];
            }
        };
        foreach ([$private, $argument, $uninitialized] as $object) {
            foreach ([
                fn () => $workflow->verifyReturn($object),
                fn () => $workflow->verifyLink($object),
                fn () => $webhook->receive('a', $object),
                fn () => $webhook->receive($object, $signed),
                fn () => $webhook->verify($object, $signed['X-Visiono-Signature']),
            ] as $call) {
                $refused = $this->assertRefused(Code::InvalidArgument, [], $call);
                $this->assertInstanceOf(\Error::class, $refused->getPrevious());
                $this->assertFalse($refused->isRefusal());
            }
        }
        $own = new \DomainException('my own');
        $thrower = new class ($own) implements \IteratorAggregate {
            public function __construct(private \DomainException $own)
            {
            }

            public function getServerParams(): array
            {
                throw $this->own;
            }

            public function __toString(): string
            {
                throw $this->own;
            }

            public function __get(string $name): mixed
            {
                throw $this->own;
            }

            public function __isset(string $name): bool
            {
                throw $this->own;
            }

            public function getIterator(): \Iterator
            {
                throw $this->own;
            }
        };
        foreach ([
            fn () => $workflow->verifyReturn($thrower),
            fn () => $webhook->receive('a', $thrower),
            fn () => $webhook->receive($thrower, $signed),
        ] as $call) {
            try {
                $call();
                $this->fail('it was taken');
            } catch (\DomainException $exception) {
                $this->assertSame($own, $exception);
            }
        }
        foreach ([[], 5, 1.5, true, new \stdClass()] as $odd) {
            $object = new class ($odd) {
                public function __construct(private mixed $odd)
                {
                }

                public function getUri(): mixed
                {
                    return $this->odd;
                }

                public function getBody(): mixed
                {
                    return $this->odd;
                }
            };
            $this->assertRefused(Code::InvalidArgument, [], fn () => $workflow->verifyReturn($object));
            $this->assertRefused(Code::InvalidArgument, [], fn () => $webhook->receive($object, $signed));
        }
    }

    public static function servers(): iterable
    {
        $url = '/done?' . self::QUERY;
        $missing = Code::MissingParameter;
        yield 'the URL goes before the query' => [['REQUEST_URI' => $url, 'QUERY_STRING' => 'q=/done'], null];
        yield 'an absolute URL' => [['REQUEST_URI' => "HTTP://a.example$url"], null];
        yield 'the path alone' => [['REQUEST_URI' => '/done', 'QUERY_STRING' => self::QUERY], null];
        yield 'the query alone' => [['QUERY_STRING' => self::QUERY], null];
        yield 'an absent query' => [['REQUEST_URI' => $url, 'QUERY_STRING' => null], null];
        yield 'IIS' => [['REQUEST_URI' => '/index.php', 'IIS_WasUrlRewritten' => '1', 'UNENCODED_URL' => $url], null];
        yield 'IIS without its variable' => [['REQUEST_URI' => $url, 'IIS_WasUrlRewritten' => '1'], null];
        yield 'not IIS' => [['REQUEST_URI' => '/index.php', 'UNENCODED_URL' => $url], $missing];
        yield 'headers of a browser' => [['HTTP_X_ORIGINAL_URL' => $url, 'HTTP_X_REWRITE_URL' => $url], $missing];
        yield 'nothing' => [[], $missing];
        yield 'other types' => [['REQUEST_URI' => [$url], 'QUERY_STRING' => 5, 'IIS_WasUrlRewritten' => 1], $missing];
    }

    /** @dataProvider servers */
    public function testTheServersVariablesHaveTheUrl(array $server, ?Code $code): void
    {
        $request = new class ($server) {
            public function __construct(private array $server)
            {
            }

            public function getServerParams(): array
            {
                return $this->server;
            }

            public function getUri(): string
            {
                return 'https://a.example/';
            }
        };
        $codeIgniter = new class ($server) {
            public function __construct(private array $server)
            {
            }

            /** Phalcon's has no default. */
            public function getServer(string $name): mixed
            {
                return $this->server[$name] ?? null;
            }

            public function getUri(): string
            {
                return 'https://a.example/';
            }
        };
        $kept = $_SERVER;
        foreach ([fn () => self::verify($request, []), fn () => self::verify($codeIgniter, []), fn () => self::verify($_SERVER, [])] as $verify) {
            // In a test, all of them may be strings.
            foreach ([['REQUEST_TIME_FLOAT' => 1.5], []] as $more) {
                $_SERVER = $server + $more;
                try {
                    if ($code === null) {
                        $this->assertSame(5, $verify());
                    } else {
                        $this->assertRefused($code, ['sub', 'uv', 'ref', 'cnt', 'ts', 'sig'], $verify);
                    }
                } finally {
                    $_SERVER = $kept;
                }
            }
        }
    }

    /** Attack 1: the browser chooses the names in $_GET. */
    public function testOnlyTheServersOwnVariablesAreTakenForThem(): void
    {
        $genuine = '/done?' . self::QUERY;
        $forged = [...$_SERVER, 'REQUEST_URI' => $genuine, 'QUERY_STRING' => self::QUERY, 'ref' => 'ticket-999'];
        $this->assertRefused(Code::MissingParameter, ['sub', 'uv', 'cnt', 'ts', 'sig'], fn () => self::verify($forged, []));
        parse_str("REQUEST_URI=" . urlencode($genuine) . '&REQUEST_TIME_FLOAT=1.5&ref=ticket-999', $get);
        $this->assertRefused(Code::MissingParameter, ['sub', 'uv', 'cnt', 'ts', 'sig'], fn () => self::verify($get, []));
    }

    /** The shapes of frameworks that Debian does not have. */
    public function testHeadersAndBodiesOfOtherFrameworks(): void
    {
        $webhook = new Webhook(self::SECRET);
        $body = '{"event":"a"}';
        $headers = ['x-visiono-signature' => [$webhook->sign($body)]];
        // Yii: an object of its own for the headers.
        $request = new class ($body, new \ArrayObject($headers)) {
            public function __construct(private string $body, private \ArrayObject $headers)
            {
            }

            public function getUrl(): string
            {
                return '/done?sub=1';
            }

            public function getRawBody(): string
            {
                return $this->body;
            }

            public function getHeaders(): \ArrayObject
            {
                return $this->headers;
            }
        };
        $this->assertSame('a', $webhook->receive($request, $request)->event);
        $this->assertRefused(
            Code::MissingParameter,
            ['uv', 'ref', 'cnt', 'ts', 'sig'],
            fn () => (new Workflow(self::SECRET))->verifyReturn($request)
        );
        // Laminas: headers are objects, and toArray has their values.
        $request = new class ($body, $headers) {
            public function __construct(private string $body, private array $headers)
            {
            }

            public function getContent(): string
            {
                return $this->body;
            }

            public function getHeaders(): \Iterator
            {
                return new class ($this->headers) extends \ArrayIterator {
                    public function toArray(): array
                    {
                        return parent::getArrayCopy();
                    }

                    public function current(): mixed
                    {
                        return new \stdClass();
                    }
                };
            }
        };
        $this->assertSame('a', $webhook->receive($request, $request)->event);
        // The text 0 is a body.
        $zero = new class {
            public function getBody(): string
            {
                return '0';
            }
        };
        $this->assertSame(0, $webhook->verify($zero, $webhook->sign('0'))->secretIndex);
    }
}
