<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

/** Databases of this test's own, started by `tests/inbox/databases.py`. */
final class Databases
{
    private static ?self $started = null;

    /** @var array<string, array{host: string, port: int, user?: string, pass: string, path: string}> */
    public readonly array $urls;

    /** @var resource */
    private $process;
    /** @var array<int, resource> */
    private array $pipes = [];
    private int $owner;

    private function __construct()
    {
        $script = dirname(__DIR__, 3) . '/tests/inbox/databases.py';
        $this->process = proc_open(['python3', $script], [['pipe', 'r'], ['pipe', 'w'], STDERR], $this->pipes);
        $urls = json_decode((string) fgets($this->pipes[1]), true) ?? throw new \LogicException('databases.py failed');
        $this->urls = array_map(parse_url(...), $urls);
        $this->owner = getmypid();
    }

    public static function get(): self
    {
        return self::$started ??= new self();
    }

    public function __destruct()
    {
        if (getmypid() === $this->owner) {
            fclose($this->pipes[0]);
            proc_close($this->process);
        }
    }

    /** Kills a database, or starts it again. */
    public function command(string $verb, string $name): void
    {
        fwrite($this->pipes[0], "$verb $name\n");
        if (fgets($this->pipes[1]) !== "ok\n") {
            throw new \LogicException("databases.py can't $verb $name");
        }
    }
}
