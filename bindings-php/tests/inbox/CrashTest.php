<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Inbox\Inbox;
use Visiono\Workflow\Webhook;

/**
 * Kills receivers, workers and databases with SIGKILL. `INBOX_KILLS` is how often the receiver is killed,
 * and how often a worker, 50 unless set; `INBOX_EVENTS` is the number of events, 20 for each of these
 * unless set. Some are sent twice.
 */
final class CrashTest extends TestCase
{
    /** @var list<array{resource, list<string>}> */
    private array $processes = [];
    private array $place;
    private string $journal;

    public static function stores(): iterable
    {
        foreach (['sqlite', 'postgresql', 'mysql', 'redis'] as $name) {
            yield $name => [$name];
        }
    }

    public static function servers(): iterable
    {
        yield 'postgresql' => ['postgresql'];
        yield 'mysql' => ['mysql'];
        yield 'redis' => ['redis'];
    }

    protected function tearDown(): void
    {
        array_map($this->kill(...), array_keys($this->processes));
    }

    private static function kills(): int
    {
        return (int) (getenv('INBOX_KILLS') ?: 50);
    }

    private static function events(): int
    {
        return (int) (getenv('INBOX_EVENTS') ?: 20 * self::kills());
    }

    private function open(string $name): Inbox
    {
        $this->place = Stores::place($name);
        $this->journal = temporary_folder() . '/journal';
        touch($this->journal);
        $inbox = new Inbox(Stores::open($this->place));
        $inbox->migrate();
        return $inbox;
    }

    /** @param list<string> $arguments */
    private function start(array $arguments, float $lease = 0.2): int
    {
        $log = ['file', "$this->journal.log", 'a'];
        $output = $arguments[0] === '-S' ? $log : ['pipe', 'w'];
        $process = proc_open([PHP_BINARY, '-d', 'ffi.enable=1', ...$arguments], [['null'], $output, $log], $pipes, null, [
            'PLACE' => json_encode($this->place),
            'JOURNAL' => $this->journal,
            'LEASE' => (string) $lease,
        ] + getenv());
        $this->processes[] = $process;
        // A process that doesn't do anything yet needs no kill.
        if ($pipes !== []) {
            $this->assertSame("ready\n", fgets($pipes[1]), (string) file_get_contents("$this->journal.log"));
            fclose($pipes[1]);
        } else {
            [, $port] = explode(':', $arguments[1]);
            for ($i = 0; !($socket = @stream_socket_client("tcp://127.0.0.1:$port")); $i++) {
                $this->assertLessThan(10_000, $i, (string) file_get_contents("$this->journal.log"));
                usleep(2000);
            }
            fclose($socket);
        }
        return array_key_last($this->processes);
    }

    private function kill(int $number): void
    {
        if (is_resource($this->processes[$number])) {
            proc_terminate($this->processes[$number], SIGKILL);
            proc_close($this->processes[$number]);
        }
        unset($this->processes[$number]);
    }

    private function runs(int $number): bool
    {
        return proc_get_status($this->processes[$number])['running'];
    }

    /** @return array<string, string> bodies by key */
    private static function bodies(int $number): array
    {
        $bodies = [];
        for ($i = 0; $i < $number; $i++) {
            $body = json_encode(['event' => 'photo_request.submitted', 'n' => $i, 'of' => random_int(0, PHP_INT_MAX), 'data' => ['id' => "pr_$i"]]);
            $bodies[hash('sha256', $body)] = $body;
        }
        return $bodies;
    }

    /** Returns a port that no connection gets by itself while the receiver is down. */
    private static function port(): int
    {
        do {
            $port = random_int(15_000, 31_999);
        } while (@stream_socket_client("tcp://127.0.0.1:$port") !== false);
        return $port;
    }

    /** Sends a webhook. Returns the status, or 0 if there was no answer. */
    private static function send(int $port, string $body): int
    {
        static $webhook = new \stdClass();
        $webhook->own ??= new Webhook(getenv('VISIONO_WEBHOOK_SECRET'));
        $socket = @stream_socket_client("tcp://127.0.0.1:$port", $code, $message, 5);
        if ($socket === false) {
            return 0;
        }
        $signature = $webhook->own->sign($body);
        @fwrite($socket, "POST / HTTP/1.0\r\nX-Visiono-Signature: $signature\r\nContent-Length: " . strlen($body) . "\r\n\r\n$body");
        stream_set_timeout($socket, 20);
        $answer = (string) stream_get_contents($socket);
        return preg_match('~^HTTP/1\.\d (\d+)~', $answer, $match) === 1 ? (int) $match[1] : 0;
    }

    /**
     * Returns the times just before and after the claim of each start, by key and token, and the number
     * of commits, by key.
     *
     * @return array{array<string, array<int, array{float, float}>>, array<string, int>}
     */
    private function journal(): array
    {
        $starts = $done = [];
        foreach (file($this->journal, FILE_IGNORE_NEW_LINES) as $line) {
            [$what, $key, $token, , $before, $after] = [...explode(' ', $line), 0, 0];
            if ($what === 'start') {
                $this->assertArrayNotHasKey($token, $starts[$key] ?? [], 'two workers had one token');
                $starts[$key][(int) $token] = [(float) $before, (float) $after];
            } else {
                $done[$key] = ($done[$key] ?? 0) + 1;
            }
        }
        return [$starts, $done];
    }

    /**
     * Waits until a worker starts an item, or for a second. Returns the index of that worker.
     *
     * @param list<int> $workers
     */
    private function awaitStart(array $workers): int
    {
        $pids = array_map(fn (int $number): int => proc_get_status($this->processes[$number])['pid'], $workers);
        $seen = strlen(file_get_contents($this->journal));
        for ($i = 0; $i < 500; $i++) {
            usleep(2000);
            $new = file_get_contents($this->journal, offset: $seen);
            if (preg_match('/^start \S+ \d+ (\d+)/m', $new, $match) === 1) {
                return (int) array_search((int) $match[1], $pids, true);
            }
        }
        return 0;
    }

    private function finish(Inbox $inbox, array $bodies): void
    {
        for ($i = 0; $inbox->counts()['done'] < count($bodies); $i++) {
            $this->assertLessThan(1200 + count($bodies), $i, json_encode($inbox->counts()) . file_get_contents("$this->journal.log"));
            usleep(50_000);
        }
        $this->assertSame(['waiting' => 0, 'claimed' => 0, 'done' => count($bodies), 'dead' => 0], $inbox->counts());
    }

    private function check(array $bodies, string $name, int $kills, float $lease): void
    {
        [$starts, $done] = $this->journal();
        $this->assertEqualsCanonicalizing(array_keys($bodies), array_keys($starts), 'an event was lost');
        $this->assertSame([], array_filter($done, static fn (int $times): bool => $times > 1), 'committed twice');
        $twice = 0;
        foreach ($starts as $claims) {
            ksort($claims);
            $earlier = null;
            foreach ($claims as $claim) {
                if ($earlier !== null) {
                    // The earlier lease was over. The database's clock has milliseconds.
                    $this->assertGreaterThanOrEqual($lease - 0.002, $claim[1] - $earlier[0]);
                    $twice++;
                }
                $earlier = $claim;
            }
        }
        fwrite(STDERR, "$name: $kills kills, " . count($bodies) . " events, all done once; started again: $twice, each after a lease that had ended\n");
    }

    /** @dataProvider stores */
    public function testKilledReceiversAndWorkersLoseNothing(string $name): void
    {
        $inbox = $this->open($name);
        $program = __DIR__ . '/program.php';
        $bodies = self::bodies(self::events());
        $queue = array_values($bodies);
        // Visiono sends some twice.
        foreach (array_rand($bodies, intdiv(count($bodies), 4)) as $key) {
            $queue[] = $bodies[$key];
        }
        shuffle($queue);
        $port = self::port();
        $receiver = $this->start(['-S', "127.0.0.1:$port", $program]);
        $workers = [$this->start([$program, 'work']), $this->start([$program, 'work'])];
        // A process sends while this one kills: as many events as a file has bytes.
        $allowed = "$this->journal.allowed";
        touch($allowed);
        $sender = pcntl_fork();
        if ($sender === 0) {
            foreach ($queue as $number => $body) {
                while (filesize($allowed) <= $number) {
                    usleep(2000);
                    clearstatcache();
                }
                while (self::send($port, $body) !== 204) {
                    usleep(5000);
                }
            }
            posix_kill(getmypid(), SIGKILL);
        }
        $left = count($queue);
        for ($kills = 0; $kills < 2 * self::kills(); $kills++) {
            $left -= $more = intdiv($left, 2 * self::kills() - $kills);
            file_put_contents($allowed, str_repeat('.', $more), FILE_APPEND);
            if ($kills % 2 === 0) {
                // For about so long it has something to do.
                usleep(random_int(0, 100_000));
                $this->kill($receiver);
                $receiver = $this->start(['-S', "127.0.0.1:$port", $program]);
            } else {
                $victim = $this->awaitStart($workers);
                usleep(random_int(0, 20_000));
                $this->kill($workers[$victim]);
                $workers[$victim] = $this->start([$program, 'work']);
            }
        }
        pcntl_waitpid($sender, $status);
        $this->finish($inbox, $bodies);
        array_map($this->kill(...), array_keys($this->processes));
        $this->check($bodies, $name, $kills, 0.2);
    }

    /** @dataProvider stores */
    public function testFourWorkersCommitEachItemOnce(string $name): void
    {
        $inbox = $this->open($name);
        $bodies = self::bodies(400);
        $webhook = new Webhook(getenv('VISIONO_WEBHOOK_SECRET'));
        foreach ($bodies as $body) {
            $inbox->accept($webhook->receive($body, ['X-Visiono-Signature' => $webhook->sign($body)]));
        }
        for ($i = 0; $i < 4; $i++) {
            $this->start([__DIR__ . '/program.php', 'work'], 60);
        }
        $this->finish($inbox, $bodies);
        usleep(100_000);
        [$starts, $done] = $this->journal();
        $this->assertEqualsCanonicalizing(array_keys($bodies), array_keys($starts));
        $this->assertSame([[1]], array_unique(array_map(array_keys(...), array_values($starts)), SORT_REGULAR));
        $this->assertCount(400, $done);
        preg_match_all('/^done \S+ \S+ (\d+)$/m', (string) file_get_contents($this->journal), $workers);
        fwrite(STDERR, "$name: 4 workers, items of each: " . implode(', ', array_count_values($workers[1])) . "\n");
    }

    public static function shared(): iterable
    {
        yield 'sqlite' => ['sqlite'];
        yield 'postgresql' => ['postgresql'];
    }

    /** @dataProvider shared */
    public function testEightWorkersOfPhpAndPythonCommitEachItemOnce(string $name): void
    {
        $root = dirname(__DIR__, 3);
        $python = getenv('PYTHON') ?: trim((string) shell_exec('python3 ' . escapeshellarg("$root/bindings-python/run.py") . ' inbox-python'));
        $inbox = $this->open($name);
        $bodies = self::bodies(800);
        $place = $name === 'sqlite'
            ? substr($this->place['dsn'], strlen('sqlite:'))
            : vsprintf('postgresql://%s:%s@%s:%d/postgres?options=-csearch_path%%3D%s', [
                ...array_map(fn (string $part): mixed => $this->place[$part], ['user', 'password', 'host', 'port']),
                substr(strrchr($this->place['dsn'], '='), 1),
            ]);
        $pids = $others = [];
        for ($i = 0; $i < 4; $i++) {
            $pids[] = proc_get_status($this->processes[$this->start([__DIR__ . '/program.php', 'work'], 60)])['pid'];
            $others[] = $process = proc_open([$python, "$root/tests/inbox/worker.py", $place, "$this->journal.python"], [['null'], ['pipe', 'w'], STDERR], $pipes);
            $this->processes[] = $process;
            $this->assertSame("ready\n", fgets($pipes[1]));
            $pids[] = proc_get_status($process)['pid'];
        }
        $webhook = new Webhook(getenv('VISIONO_WEBHOOK_SECRET'));
        foreach ($bodies as $body) {
            $inbox->accept($webhook->receive($body, ['X-Visiono-Signature' => $webhook->sign($body)]));
        }
        $this->finish($inbox, $bodies);
        // A worker of Python ends after what it has.
        foreach ($others as $process) {
            proc_terminate($process);
            while (($status = proc_get_status($process))['running']) {
                usleep(5000);
            }
            $this->assertSame(0, $status['exitcode']);
        }
        preg_match_all('/^start (\S+) 1 (\d+)/m', (string) file_get_contents($this->journal), $php);
        $lines = array_map(json_decode(...), file("$this->journal.python"));
        $keys = [...$php[1], ...array_column($lines, 'key')];
        // Each once, and each worker had some.
        $this->assertEqualsCanonicalizing(array_keys($bodies), $keys);
        $shares = array_count_values([...array_map(intval(...), $php[2]), ...array_column($lines, 'pid')]);
        $this->assertEqualsCanonicalizing($pids, array_keys($shares));
        fwrite(STDERR, "$name: 4 workers of PHP and 4 of Python, items of each: " . implode(', ', array_map(static fn (int $pid): int => $shares[$pid], $pids)) . "\n");
    }

    /** @dataProvider stores */
    public function testAHandlerThatIsKilledAfterItsWriteWritesOnce(string $name): void
    {
        if ($name === 'redis') {
            $this->expectNotToPerformAssertions();
            return;
        }
        $inbox = $this->open($name);
        $pdo = Stores::pdo($this->place);
        $pdo->exec('DROP TABLE IF EXISTS effects');
        $pdo->exec('CREATE TABLE effects (dedup_key VARCHAR(64))');
        // About every second handler is killed.
        $bodies = self::bodies(2 * self::kills());
        $webhook = new Webhook(getenv('VISIONO_WEBHOOK_SECRET'));
        foreach ($bodies as $body) {
            $inbox->accept($webhook->receive($body, ['X-Visiono-Signature' => $webhook->sign($body)]));
        }
        $kills = 0;
        $workers = [];
        for ($i = 0; $inbox->counts()['done'] < count($bodies); $i++) {
            $this->assertLessThan(20_000, $i, (string) @file_get_contents("$this->journal.log"));
            foreach ([0, 1] as $index) {
                if (!isset($workers[$index]) || !$this->runs($workers[$index])) {
                    $kills += isset($workers[$index]) ? 1 : 0;
                    $workers[$index] = $this->start([__DIR__ . '/program.php', 'process'], 0.1);
                }
            }
            usleep(10_000);
        }
        $effects = $pdo->query('SELECT dedup_key FROM effects')->fetchAll(\PDO::FETCH_COLUMN);
        $this->assertEqualsCanonicalizing(array_keys($bodies), $effects);
        $this->assertGreaterThanOrEqual(self::kills(), $kills);
        fwrite(STDERR, "$name: $kills handlers killed after their write, " . count($effects) . " effects, each once\n");
    }

    /** @dataProvider servers */
    public function testAKilledDatabaseLosesNothing(string $name): void
    {
        $inbox = $this->open($name);
        $program = __DIR__ . '/program.php';
        $bodies = self::bodies(300);
        $port = self::port();
        $this->start(['-S', "127.0.0.1:$port", $program]);
        $this->start([$program, 'run'], 0.5);
        $sender = pcntl_fork();
        if ($sender === 0) {
            foreach ($bodies as $body) {
                while (self::send($port, $body) !== 204) {
                    usleep(20_000);
                }
                usleep(3000);
            }
            posix_kill(getmypid(), SIGKILL);
        }
        for ($i = 0; $i < 3; $i++) {
            usleep(random_int(200_000, 500_000));
            Databases::get()->command('kill', $name);
            usleep(100_000);
            Databases::get()->command('restart', $name);
        }
        pcntl_waitpid($sender, $status);
        $this->finish(new Inbox(Stores::open($this->place)), $bodies);
        array_map($this->kill(...), array_keys($this->processes));
        $this->check($bodies, "$name, killed itself", $i, 0.5);
    }
}
