<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use Visiono\Workflow\Delivery;
use Visiono\Workflow\Inbox\Accepted;
use Visiono\Workflow\Inbox\Code;
use Visiono\Workflow\Inbox\Inbox;
use Visiono\Workflow\Inbox\InboxException;
use Visiono\Workflow\Inbox\Item;
use Visiono\Workflow\Inbox\PdoStore;
use Visiono\Workflow\Inbox\Receiver;
use Visiono\Workflow\Webhook;

/** Tests that the scenarios can't express, on each SQL database. */
trait InboxCases
{
    /** @return list<string> the names of the databases */
    abstract public static function databases(): array;

    public static function eachDatabase(): iterable
    {
        foreach (static::databases() as $name) {
            yield $name => [$name];
        }
    }

    private static function delivery(array $data = [], string $event = 'coffee.ready', string $id = 'wh_1'): Delivery
    {
        $webhook = new Webhook(getenv('VISIONO_WEBHOOK_SECRET'));
        $body = json_encode(
            ['event' => $event, 'data' => $data, 'n' => random_int(0, PHP_INT_MAX)],
            JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR
        );
        return $webhook->receive($body, ['X-Visiono-Signature' => $webhook->sign($body), 'X-Webhook-ID' => $id]);
    }

    private function assertInbox(Code $code, \Closure $call): InboxException
    {
        try {
            $call();
        } catch (InboxException $exception) {
            $this->assertSame($code, $exception->reason, $exception->getMessage());
            foreach ([$exception, $exception->getPrevious()] as $each) {
                $this->assertDoesNotMatchRegularExpression('/pw[0-9a-f]{16}/', (string) $each?->getMessage());
            }
            return $exception;
        }
        $this->fail('nothing was refused');
    }

    /** @return array{array<string, mixed>, \PDO, Inbox} a place with a table of the application's own */
    private static function application(string $name, array $options = []): array
    {
        $place = Stores::place($name);
        $pdo = Stores::pdo($place, $options);
        $pdo->exec('DROP TABLE IF EXISTS effects');
        $pdo->exec('CREATE TABLE effects (dedup_key VARCHAR(64))' . ($name === 'mysql' ? ' ENGINE = InnoDB' : ''));
        $inbox = new Inbox(new PdoStore($pdo));
        $inbox->migrate();
        return [$place, $pdo, $inbox];
    }

    private static function write(Item $item, \PDO $pdo): void
    {
        $pdo->prepare('INSERT INTO effects VALUES (?)')->execute([$item->dedupKey]);
    }

    private static function effects(\PDO $pdo): array
    {
        return $pdo->query('SELECT dedup_key FROM effects ORDER BY dedup_key')->fetchAll(\PDO::FETCH_COLUMN);
    }

    /** @dataProvider eachDatabase */
    public function testAHandlersWritesAndTheCompletionAreOne(string $name): void
    {
        foreach ([\PDO::ERRMODE_SILENT, \PDO::ERRMODE_EXCEPTION] as $mode) {
            [, $pdo, $inbox] = self::application($name, [\PDO::ATTR_ERRMODE => $mode]);
            $this->assertFalse($inbox->process($pdo, self::write(...)));
            $inbox->accept($good = self::delivery());
            $inbox->accept($bad = self::delivery());
            $seen = [];
            for ($i = 0; $i < 2; $i++) {
                $this->assertTrue($inbox->process($pdo, function (Item $item, \PDO $its) use ($pdo, $bad, $mode, &$seen): void {
                    $this->assertSame([$pdo, true, $mode], [$its, $its->inTransaction(), $its->getAttribute(\PDO::ATTR_ERRMODE)]);
                    self::write($item, $its);
                    $seen[] = $item->dedupKey;
                    if ($item->dedupKey === $bad->dedupKey) {
                        throw new \DomainException("not today\0");
                    }
                }));
            }
            $this->assertSame([$good->dedupKey, $bad->dedupKey], $seen);
            $this->assertSame([$good->dedupKey], self::effects($pdo));
            $this->assertFalse($pdo->inTransaction());
            $this->assertSame(['waiting' => 1, 'claimed' => 0, 'done' => 1, 'dead' => 0], $inbox->counts());
            $errors = $pdo->query('SELECT last_error FROM visiono_inbox ORDER BY id')->fetchAll(\PDO::FETCH_COLUMN);
            $this->assertSame([null, "DomainException: not today\u{FFFD}"], $errors);
            $this->assertFalse($inbox->process($pdo, self::write(...)), 'it waits');
            $this->assertSame($mode, $pdo->getAttribute(\PDO::ATTR_ERRMODE));
        }
    }

    /** @dataProvider eachDatabase */
    public function testAHandlerThatEndsTheTransactionIsTold(string $name): void
    {
        [, $pdo, $inbox] = self::application($name);
        foreach (['commit', 'rollBack'] as $number => $end) {
            $inbox->accept(self::delivery());
            $exception = $this->assertInbox(Code::InvalidArgument, static fn () =>
                $inbox->process($pdo, static function (Item $item, \PDO $pdo) use ($end): void {
                    self::write($item, $pdo);
                    $pdo->$end();
                }));
            $this->assertStringContainsString('ended the transaction', $exception->getMessage());
            $this->assertFalse($pdo->inTransaction());
            $this->assertSame($number + 1, $inbox->counts()['waiting'], 'it is tried again');
        }
        $this->assertCount(1, self::effects($pdo));
    }

    /** @dataProvider eachDatabase */
    public function testAnErrorThatTheHandlerCaughtCommitsNothingByHalves(string $name): void
    {
        [, $pdo, $inbox] = self::application($name);
        $inbox->accept($delivery = self::delivery());
        $inbox->process($pdo, static function (Item $item, \PDO $pdo): void {
            self::write($item, $pdo);
            try {
                $pdo->exec('INSERT INTO no_such_table VALUES (1)');
            } catch (\PDOException) {
            }
        });
        // PostgreSQL's transaction is over with an error; others go on.
        $isOver = $name === 'postgresql';
        $this->assertSame($isOver ? [] : [$delivery->dedupKey], self::effects($pdo));
        $this->assertSame($isOver ? [1, 0] : [0, 1], [$inbox->counts()['waiting'], $inbox->counts()['done']]);
    }

    /** @dataProvider eachDatabase */
    public function testAConnectionInATransactionIsRefused(string $name): void
    {
        [, $pdo, $inbox] = self::application($name);
        $inbox->accept($delivery = self::delivery());
        [$item] = $inbox->claim();
        $pdo->beginTransaction();
        foreach ([
            static fn () => $inbox->accept(self::delivery()),
            static fn () => $inbox->claim(),
            static fn () => $inbox->commit($item),
            static fn () => $inbox->once('a', 1),
            static fn () => $inbox->process($pdo, self::write(...)),
        ] as $call) {
            $this->assertInbox(Code::InvalidArgument, $call);
            $this->assertTrue($pdo->inTransaction());
        }
        $this->assertSame(1, $inbox->counts()['claimed']);
        $pdo->rollBack();
        if ($name === 'sqlite') {
            // PDO doesn't know of this one.
            $pdo->exec('BEGIN');
            $this->assertInbox(Code::InvalidArgument, static fn () => $inbox->accept(self::delivery()));
            $pdo->exec('ROLLBACK');
        }
        $inbox->commit($item);
        $this->assertSame([['done' => 1]], [array_filter($inbox->counts())]);
    }

    /** @dataProvider eachDatabase */
    public function testARunningHandlerKeepsItsItemAndHoldsUpNobody(string $name): void
    {
        if ($name === 'sqlite') {
            $this->expectNotToPerformAssertions();
            return;
        }
        [$place, $pdo, $inbox] = self::application($name);
        $inbox = new Inbox(new PdoStore($pdo), maxAttempts: 1);
        $others = new Inbox(Stores::open($place), maxAttempts: 1);
        $inbox->accept(self::delivery());
        $inbox->process($pdo, function (Item $item, \PDO $pdo) use ($others): void {
            usleep(50_000);
            // The lease ran out, in the last attempt. Another event is accepted and claimed meanwhile.
            $this->assertSame(Accepted::New, $others->accept($other = self::delivery()));
            $this->assertSame([$other->dedupKey], array_column($others->claim(5), 'dedupKey'));
            self::write($item, $pdo);
        }, lease: 0.01);
        $this->assertSame([], array_column($inbox->dead(), 'lastError'));
        $this->assertSame(['waiting' => 0, 'claimed' => 1, 'done' => 1, 'dead' => 0], $inbox->counts());
        $this->assertCount(1, self::effects($pdo));
    }

    /** @dataProvider eachDatabase */
    public function testAnyTextIsStored(string $name): void
    {
        [, $pdo, $inbox] = self::application($name);
        $odd = "\u{202E}🙂 'q' \"d\" \\ % :name {now} ? \u{7F}";
        $delivery = self::delivery(['text' => $odd, 'id' => "$odd"], str_repeat('é', 300), "\xFF\xFE wh");
        $inbox->accept($delivery);
        $large = self::delivery(['text' => str_repeat('🙂', 260_000)]);
        $this->assertGreaterThan(1_000_000, strlen($large->rawBody));
        $inbox->accept($large);
        [$first, $second] = $inbox->claim(2);
        $this->assertSame([$delivery->rawBody, $large->rawBody], [$first->rawBody, $second->rawBody]);
        $this->assertSame($delivery->body, $first->body);
        $this->assertSame(str_repeat('é', 255), $first->event);
        $this->assertMatchesRegularExpression('//u', (string) $first->unauthenticatedDeliveryId);
        $inbox->fail($first, str_repeat('🙂', 300) . "\xFF");
        $this->assertSame(str_repeat('🙂', 255), $pdo->query('SELECT last_error FROM visiono_inbox ORDER BY id')->fetchColumn());
        $this->assertSame([], $inbox->events("a\0b"));
        $this->assertSame([], $inbox->events("\xFF"));
        foreach (["\xFF", "a\0", str_repeat('é', 128)] as $wrong) {
            $this->assertInbox(Code::InvalidArgument, static fn () => $inbox->once($wrong, 1));
        }
        foreach (["\xFF", "'; DROP TABLE visiono_inbox", $delivery->dedupKey] as $key) {
            $this->assertInbox(Code::UnknownItem, static fn () => $inbox->retry($key));
        }
        $this->assertTrue($inbox->once(str_repeat('é', 127), 1));
        $this->assertFalse($inbox->once(str_repeat('é', 127), 1));
    }

    /** @dataProvider eachDatabase */
    public function testAnOlderSchemaIsTold(string $name): void
    {
        $place = Stores::place($name);
        $inbox = new Inbox(Stores::open($place));
        $this->assertInbox(Code::OutdatedSchema, static fn () => $inbox->accept(self::delivery()));
        $this->assertInbox(Code::OutdatedSchema, static fn () => $inbox->counts());
        $folder = dirname(__DIR__, 3) . "/inbox/schema/$name";
        foreach (['0000_schema', '0001_inbox'] as $file) {
            foreach (explode(';', (string) preg_replace('/--.*/', '', file_get_contents("$folder/$file.sql"))) as $statement) {
                trim($statement) === '' || Stores::pdo($place)->exec($statement);
            }
        }
        Stores::pdo($place)->exec('INSERT INTO visiono_inbox_schema VALUES (1, 0)');
        $inbox->accept($delivery = self::delivery());
        $this->assertInbox(Code::OutdatedSchema, static fn () => $inbox->once('a', 1));
        $inbox->migrate();
        $inbox->migrate();
        $this->assertTrue($inbox->once('a', 1));
        $this->assertSame(Accepted::Duplicate, $inbox->accept($delivery));
        $versions = Stores::pdo($place)->query('SELECT version FROM visiono_inbox_schema ORDER BY version')->fetchAll(\PDO::FETCH_COLUMN);
        $this->assertSame([1, 2], array_map(intval(...), $versions));
    }

    /** @dataProvider eachDatabase */
    public function testAClockThatJumps(string $name): void
    {
        $this->checkAClockThatJumps(Stores::place($name));
    }

    private function checkAClockThatJumps(array $place): void
    {
        $now = 1_800_000_000;
        $inbox = new Inbox(Stores::open($place), clock: static function () use (&$now): int {
            return $now;
        });
        $inbox->migrate();
        $inbox->accept(self::delivery(event: 'a'));
        [$early] = $inbox->claim(lease: 60);
        // A day back: nobody else gets it for a day.
        $now -= 86_400;
        $this->assertSame([], $inbox->claim());
        $inbox->accept(self::delivery(event: 'b'));
        [$other] = $inbox->claim(lease: 60);
        // Ten years on: both can be claimed again, and the late workers can't complete them.
        $now += 10 * 365 * 86_400;
        $again = $inbox->claim(5);
        $this->assertEqualsCanonicalizing(['a', 'b'], array_column($again, 'event'));
        $this->assertSame([2, 2], array_column($again, 'token'));
        foreach ([$early, $other] as $late) {
            $this->assertInbox(Code::LeaseLost, static fn () => $inbox->commit($late));
        }
        $now = 0;
        array_map($inbox->commit(...), $again);
        $this->assertSame(['waiting' => 0, 'claimed' => 0, 'done' => 2, 'dead' => 0], $inbox->counts());
    }

    /** Makes the database refuse what writes, on the connections that the function makes. */
    private static function refusing(string $name, array $place): array
    {
        return match ($name) {
            'sqlite' => [
                'read-only' => static fn (): \PDO => Stores::pdo($place, [\PDO::SQLITE_ATTR_OPEN_FLAGS => \PDO::SQLITE_OPEN_READONLY]),
                'full' => static function () use ($place): \PDO {
                    $pdo = Stores::pdo($place);
                    $pdo->exec('PRAGMA max_page_count = 1');
                    return $pdo;
                },
            ],
            'postgresql' => [
                'read-only' => static function () use ($place): \PDO {
                    $pdo = Stores::pdo($place);
                    $pdo->exec('SET default_transaction_read_only = on');
                    return $pdo;
                },
                // The error of a full disk, for this session.
                'full' => static function () use ($place): \PDO {
                    $pdo = Stores::pdo($place);
                    $pdo->exec("CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING ERRCODE = ''disk_full''; END'");
                    $pdo->exec("CREATE TRIGGER fill BEFORE INSERT ON visiono_inbox FOR EACH ROW WHEN (current_setting('test.full', true) = 'on') EXECUTE FUNCTION fill()");
                    $pdo->exec("SET test.full = 'on'");
                    return $pdo;
                },
            ],
            'mysql' => [
                'read-only' => static function () use ($place): \PDO {
                    $pdo = Stores::pdo($place);
                    $pdo->exec('SET SESSION TRANSACTION READ ONLY');
                    return $pdo;
                },
                'full' => static function () use ($place): \PDO {
                    $pdo = Stores::pdo($place);
                    $pdo->exec("CREATE TRIGGER fill BEFORE INSERT ON visiono_inbox FOR EACH ROW IF @full = 1 THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114; END IF");
                    $pdo->exec('SET @full = 1');
                    return $pdo;
                },
            ],
        };
    }

    /** @dataProvider eachDatabase */
    public function testAStoreThatIsReadOnlyOrFullIs503(string $name): void
    {
        $place = Stores::place($name);
        $inbox = new Inbox(Stores::open($place));
        $inbox->migrate();
        $inbox->accept(self::delivery());
        require_once '/usr/share/php/GuzzleHttp/Psr7/autoload.php';
        $cases = self::refusing($name, $place);
        $cases['gone'] = static fn (): \PDO => throw new \PDOException('SQLSTATE[08006] gone');
        $webhook = new Webhook(getenv('VISIONO_WEBHOOK_SECRET'));
        $body = '{"event":"a","data":"' . str_repeat('x', 100_000) . '"}';
        foreach ($cases as $case => $connect) {
            $lines = [];
            $receiver = new Receiver(
                $webhook,
                new Inbox(new PdoStore($connect)),
                log: static function (string $line) use (&$lines): void {
                    $lines[] = json_decode($line, true);
                },
                responses: static fn (int $status, array $headers, string $text): object => (object) [
                    'status' => $status, 'headers' => $headers, 'body' => $text,
                ],
            );
            $request = new \GuzzleHttp\Psr7\ServerRequest('POST', '/', ['X-Visiono-Signature' => $webhook->sign($body)], $body);
            $response = $receiver->handle($request);
            $this->assertSame([503, "unavailable\n"], [$response->status, $response->body], "$case: " . json_encode($lines));
            $this->assertSame('60', $response->headers['Retry-After']);
            $this->assertSame([[503, 'unavailable']], array_map(static fn ($line) => [$line['webhook'], $line['code']], $lines));
        }
        $this->assertSame(1, $inbox->counts()['waiting']);
        $delivery = $webhook->receive($body, ['X-Visiono-Signature' => $webhook->sign($body)]);
        $this->assertSame(Accepted::New, $inbox->accept($delivery), 'Visiono sends it again');
    }

    /** @dataProvider eachDatabase */
    public function testALockedDatabaseIsGivenUpAtTheDeadline(string $name): void
    {
        $place = Stores::place($name);
        $inbox = new Inbox(Stores::open($place));
        $inbox->migrate();
        $other = Stores::pdo($place);
        $other->exec(['sqlite' => 'BEGIN IMMEDIATE', 'postgresql' => 'BEGIN', 'mysql' => 'LOCK TABLES visiono_inbox WRITE'][$name]);
        $name === 'postgresql' && $other->exec('LOCK TABLE visiono_inbox');
        $delivery = self::delivery();
        $this->assertInbox(Code::Unavailable, static fn () => $inbox->accept($delivery, 0.2));
        $other->exec(['sqlite' => 'ROLLBACK', 'postgresql' => 'ROLLBACK', 'mysql' => 'UNLOCK TABLES'][$name]);
        $this->assertSame(Accepted::New, $inbox->accept($delivery, 10));
    }

    /** @dataProvider eachDatabase */
    public function testAWorkerStopsAfterItsItemAndExtendsLeases(string $name): void
    {
        $place = Stores::place($name);
        $inbox = new Inbox(Stores::open($place));
        $inbox->migrate();
        $inbox->accept($first = self::delivery());
        $inbox->accept(self::delivery());
        $lines = [];
        $number = $inbox->run(static function (Item $item) use ($place): void {
            // Longer than the lease, without a look at signals.
            $end = hrtime(true) + 1.2e9;
            while (hrtime(true) < $end) {
                usleep(100_000);
            }
            $claimed = array_column((new Inbox(Stores::open($place)))->claim(5, 0.001), 'dedupKey');
            if (in_array($item->dedupKey, $claimed, true)) {
                throw new \LogicException('the lease was not extended');
            }
            posix_kill(getmypid(), SIGTERM);
        }, lease: 0.6, log: static function (string $line) use (&$lines): void {
            $lines[] = json_decode($line, true);
        });
        $this->assertSame(1, $number);
        $this->assertSame([['done', $first->dedupKey, 1]], array_map(
            static fn (array $line): array => [$line['inbox'] . ($line['reason'] ?? ''), $line['dedup_key'] ?? null, $line['attempts'] ?? null],
            $lines
        ));
        $this->assertSame(1, $inbox->counts()['done']);
        $this->assertSame(SIG_DFL, pcntl_signal_get_handler(SIGTERM));
        // With an open connection there is no second process, and the log says so.
        $pdo = Stores::pdo($place);
        $lines = [];
        usleep(2000);
        $this->assertSame(1, (new Inbox(new PdoStore($pdo)))->run(static fn () => throw new \DomainException('no'), maxTime: 0, log: static function (string $line) use (&$lines): void {
            $lines[] = json_decode($line, true);
        }));
        $this->assertStringContainsString('leases are not extended', $lines[0]['note']);
        $this->assertSame(['failed', 'DomainException: no'], [$lines[1]['inbox'], $lines[1]['reason']]);
    }
}
