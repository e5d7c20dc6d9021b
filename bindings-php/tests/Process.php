<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

/** A server on this machine's loopback address. */
final class Process
{
    /** @var resource */
    private $process;

    /**
     * Starts a program, and waits until it serves.
     *
     * @param list<string> $command
     * @param string $log the file for what it prints
     * @param \Closure(): bool $serves
     * @param array<string, string> $environment
     */
    public function __construct(array $command, string $log, \Closure $serves, array $environment = [])
    {
        $out = ['file', $log, 'w'];
        $this->process = proc_open($command, [['null'], $out, $out], $pipes, null, $environment + getenv());
        for ($i = 0; !$serves(); $i++) {
            if ($i === 1200 || !proc_get_status($this->process)['running']) {
                $this->stop();
                throw new \LogicException("$command[0] does not serve:\n" . file_get_contents($log));
            }
            usleep(50_000);
        }
    }

    /** Ends the program, which ends its own processes when it is asked to. */
    public function stop(): void
    {
        proc_terminate($this->process);
        proc_close($this->process);
    }

    /** Returns an address with a free port. */
    public static function freeAddress(): string
    {
        return (string) stream_socket_get_name(stream_socket_server('tcp://127.0.0.1:0'), false);
    }

    /** Returns true if a program listens at an address. */
    public static function listens(string $address): bool
    {
        return @stream_socket_client("tcp://$address") !== false;
    }
}
