<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Inbox\Inbox;
use Visiono\Workflow\Inbox\PdoStore;

/** The inbox on SQLite. The test suite `inbox` has the other databases. */
final class InboxTest extends TestCase
{
    use InboxCases;
    use Scenarios;

    public static function databases(): array
    {
        return ['sqlite'];
    }

    public function testEveryScenario(): void
    {
        $this->assertSame(16, $this->runScenarios(static fn (): PdoStore => Stores::open(Stores::place('sqlite'))));
    }

    public function testAWorkerWithoutPcntlSaysWhatItCantDo(): void
    {
        $place = Stores::place('sqlite');
        $inbox = new Inbox(Stores::open($place));
        $inbox->migrate();
        $inbox->accept(self::delivery());
        $code = 'require getenv("VISIONO_WORKFLOW_PACKAGE") . "/autoload.php"; use Visiono\Workflow\Inbox\{Inbox, PdoStore};'
            . '(new Inbox(new PdoStore(fn () => new PDO($argv[1]))))->run(fn ($item) => print($item->event), maxTime: 0);';
        $command = [PHP_BINARY, '-d', 'disable_functions=pcntl_fork,pcntl_signal', '-d', 'error_log=', '-r', $code, $place['dsn']];
        $process = proc_open($command, [['null'], ['pipe', 'w'], ['pipe', 'w']], $pipes);
        $this->assertSame('coffee.ready', stream_get_contents($pipes[1]));
        $this->assertStringContainsString("PHP's extension pcntl is missing, and a signal ends an item", (string) stream_get_contents($pipes[2]));
        $this->assertSame(0, proc_close($process));
        $this->assertSame(1, $inbox->counts()['done']);
    }

    public function testEightProcessesMigrateAtOnce(): void
    {
        $place = Stores::place('sqlite');
        $code = 'require getenv("VISIONO_WORKFLOW_PACKAGE") . "/autoload.php"; use Visiono\Workflow\Inbox\{Inbox, PdoStore};'
            . '(new Inbox(new PdoStore(new PDO($argv[1]))))->migrate();';
        $processes = [];
        for ($i = 0; $i < 8; $i++) {
            $processes[] = proc_open([PHP_BINARY, '-r', $code, $place['dsn']], [['null'], STDERR, STDERR], $pipes);
        }
        $this->assertSame(array_fill(0, 8, 0), array_map(proc_close(...), $processes));
        $this->assertSame(0, array_sum((new Inbox(Stores::open($place)))->counts()));
    }
}
