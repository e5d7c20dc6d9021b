<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Inbox\Accepted;
use Visiono\Workflow\Inbox\Code;
use Visiono\Workflow\Inbox\Inbox;
use Visiono\Workflow\Inbox\PdoStore;
use Visiono\Workflow\Inbox\RedisStore;

/** The scenarios on every database, with every kind of connection that a caller may have. */
final class DatabasesTest extends TestCase
{
    use InboxCases;
    use Scenarios;

    private const SCENARIOS = 16;

    public static function databases(): array
    {
        return ['postgresql', 'mysql'];
    }

    public static function connections(): iterable
    {
        $sets = [
            'plain' => [],
            'silent' => [\PDO::ATTR_ERRMODE => \PDO::ERRMODE_SILENT],
            'warning' => [\PDO::ATTR_ERRMODE => \PDO::ERRMODE_WARNING],
            'emulated' => [\PDO::ATTR_EMULATE_PREPARES => true],
            'native' => [\PDO::ATTR_EMULATE_PREPARES => false],
            'odd' => [
                \PDO::ATTR_EMULATE_PREPARES => false,
                \PDO::ATTR_STRINGIFY_FETCHES => true,
                \PDO::ATTR_CASE => \PDO::CASE_UPPER,
                \PDO::ATTR_ORACLE_NULLS => \PDO::NULL_TO_STRING,
                \PDO::ATTR_DEFAULT_FETCH_MODE => \PDO::FETCH_OBJ,
            ],
            'empty is null' => [\PDO::ATTR_ORACLE_NULLS => \PDO::NULL_EMPTY_STRING],
            'persistent' => [\PDO::ATTR_PERSISTENT => true],
        ];
        $own = [
            'sqlite' => [],
            'postgresql' => ['no prepares' => [\PDO::PGSQL_ATTR_DISABLE_PREPARES => true]],
            'mysql' => [
                'found rows' => [\PDO::MYSQL_ATTR_FOUND_ROWS => true],
                'found rows, native' => [\PDO::MYSQL_ATTR_FOUND_ROWS => true, \PDO::ATTR_EMULATE_PREPARES => false],
                'unbuffered' => [\PDO::MYSQL_ATTR_USE_BUFFERED_QUERY => false],
                'without autocommit' => [\PDO::ATTR_AUTOCOMMIT => false],
                'one statement a query' => [\PDO::MYSQL_ATTR_MULTI_STATEMENTS => false],
                'strict and old quotes' => [\PDO::MYSQL_ATTR_INIT_COMMAND => "SET sql_mode = 'ANSI,TRADITIONAL,NO_BACKSLASH_ESCAPES'"],
            ],
        ];
        foreach ($own as $name => $more) {
            foreach ($sets + $more as $set => $options) {
                yield "$name, $set" => [$name, $options];
            }
        }
    }

    /** @dataProvider connections */
    public function testEveryScenario(string $name, array $options): void
    {
        $ran = $this->runScenarios(static fn (): PdoStore => Stores::open(Stores::place($name), $options));
        $this->assertSame(self::SCENARIOS, $ran);
    }

    public static function redisOptions(): iterable
    {
        yield 'plain' => [[]];
        yield 'prefix' => [[\Redis::OPT_PREFIX => 'mine:']];
        foreach (['PHP', 'JSON', 'IGBINARY'] as $serializer) {
            yield $serializer => [[\Redis::OPT_PREFIX => 'mine:', \Redis::OPT_SERIALIZER => constant("Redis::SERIALIZER_$serializer")]];
        }
        yield 'literal replies' => [[\Redis::OPT_REPLY_LITERAL => true]];
        yield 'compression' => [defined('Redis::OPT_COMPRESSION') && defined('Redis::COMPRESSION_LZF')
            ? [\Redis::OPT_COMPRESSION => \Redis::COMPRESSION_LZF]
            : []];
    }

    /** @dataProvider redisOptions */
    public function testEveryScenarioOnRedis(array $options): void
    {
        $ran = $this->runScenarios(static function () use ($options): RedisStore {
            $place = Stores::place('redis');
            $redis = Stores::redis($place);
            foreach ($options as $option => $value) {
                $redis->setOption($option, $value);
            }
            return new RedisStore($redis, $place['prefix']);
        });
        $this->assertSame(self::SCENARIOS, $ran);
    }

    public function testRedisThatIsSlowFullOrReadOnlyIsUnavailable(): void
    {
        $place = Stores::place('redis');
        $inbox = new Inbox(Stores::open($place));
        $inbox->migrate();
        $other = Stores::redis($place);
        foreach ([
            'slow' => [['CLIENT', 'PAUSE', '1000'], ['CLIENT', 'UNPAUSE']],
            'full' => [['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
            'read-only' => [['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
        ] as $case => [$before, $after]) {
            $delivery = self::delivery();
            $other->rawCommand(...$before);
            $exception = $this->assertInbox(Code::Unavailable, static fn () => $inbox->accept($delivery, 0.2));
            $this->assertInstanceOf(\RedisException::class, $exception->getPrevious(), $case);
            $other->rawCommand(...$after);
            $this->assertInstanceOf(Accepted::class, $inbox->accept($delivery), 'Visiono sends it again');
        }
        $this->assertSame(['waiting' => 3, 'claimed' => 0, 'done' => 0, 'dead' => 0], $inbox->counts());
        $this->assertCount(3, $inbox->dead(1000) ?: $inbox->claim(1000));
        $other->multi();
        $store = new RedisStore($other, $place['prefix']);
        $this->assertInbox(Code::InvalidArgument, static fn () => (new Inbox($store))->counts());
        $this->assertInbox(Code::InvalidArgument, static fn () => $inbox->process(new \PDO('sqlite::memory:'), strlen(...)));
    }

    public function testAClockThatJumpsOnRedis(): void
    {
        $this->checkAClockThatJumps(Stores::place('redis'));
    }

    public function testAWorkerOnRedisExtendsLeases(): void
    {
        $place = Stores::place('redis');
        $inbox = new Inbox(Stores::open($place));
        $inbox->accept(self::delivery());
        $lines = [];
        $inbox->run(function () use ($place): void {
            usleep(700_000);
            $this->assertSame([], (new Inbox(Stores::open($place)))->claim());
        }, lease: 0.3, maxTime: 0, log: static function (string $line) use (&$lines): void {
            $lines[] = json_decode($line, true);
        });
        $this->assertSame(['done'], array_column($lines, 'inbox'), json_encode($lines));
    }

    public static function encodings(): iterable
    {
        yield 'mysql' => ['mysql', static function (array $place): \PDO {
            $pdo = Stores::pdo($place);
            $pdo->exec('SET NAMES latin1');
            return $pdo;
        }];
        yield 'postgresql' => ['postgresql', static function (array $place): \PDO {
            $pdo = Stores::pdo($place);
            $pdo->exec('SET client_encoding TO LATIN1');
            return $pdo;
        }];
    }

    /** @dataProvider encodings */
    public function testAConnectionThatWouldChangeTextsIsRefused(string $name, \Closure $connect): void
    {
        $place = Stores::place($name);
        $inbox = new Inbox(new PdoStore($connect($place)));
        $this->assertStringContainsString('LATIN1', strtoupper($this->assertInbox(Code::InvalidArgument, $inbox->migrate(...))->getMessage()));
    }

    public function testADatabaseThatRefusesThePasswordIsUnavailable(): void
    {
        foreach (['postgresql', 'mysql'] as $name) {
            $place = ['password' => 'pw0123456789abcdef'] + Stores::place($name);
            $this->assertInbox(Code::Unavailable, (new Inbox(Stores::open($place)))->counts(...));
        }
        $this->assertInbox(Code::Unavailable, (new Inbox(new PdoStore(static fn () => new \PDO('mysql:host=127.0.0.1;port=1'))))->counts(...));
    }
}
