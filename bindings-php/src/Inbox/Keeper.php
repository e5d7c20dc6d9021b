<?php

declare(strict_types=1);

namespace Visiono\Workflow\Inbox;

/**
 * Extends the lease of the item that a worker processes, from a process of its own: in the worker a
 * long query or request would hold up a signal.
 *
 * @internal
 */
final class Keeper
{
    /** @param resource $socket */
    private function __construct(private $socket, private readonly int $process)
    {
    }

    /** Starts the process. Returns null if it isn't possible here. */
    public static function start(Store $store): ?self
    {
        if (!\function_exists('pcntl_fork') || !\function_exists('posix_kill') || !$store->canFork()) {
            return null;
        }
        $sockets = \stream_socket_pair(\STREAM_PF_UNIX, \STREAM_SOCK_STREAM, 0);
        $worker = \getmypid();
        $process = $sockets === false ? -1 : \pcntl_fork();
        if ($process === 0) {
            try {
                \fclose($sockets[0]);
                self::serve($sockets[1], $store, $worker);
            } catch (\Throwable) {
                // It is the worker that reports what is wrong with the database.
            }
            // Without destructors and shutdown functions, which are the worker's: they would close its
            // connections.
            \posix_kill(\getmypid(), \SIGKILL);
        }
        if ($process === -1) {
            return null;
        }
        \fclose($sockets[1]);
        return new self($sockets[0], $process);
    }

    /** Extends the lease of an item from now on. */
    public function keep(Item $item, float $lease): void
    {
        @\fwrite($this->socket, \json_encode([$item->dedupKey, $item->token, $lease]) . "\n");
    }

    public function drop(): void
    {
        @\fwrite($this->socket, "null\n");
    }

    public function stop(): void
    {
        \fclose($this->socket);
        \posix_kill($this->process, \SIGKILL);
        \pcntl_waitpid($this->process, $status);
    }

    /** @param resource $socket */
    private static function serve($socket, Store $store, int $worker): void
    {
        // They are for the worker, which ends this process.
        \pcntl_signal(\SIGTERM, \SIG_IGN);
        \pcntl_signal(\SIGINT, \SIG_IGN);
        $own = null;
        $held = null;
        while (\posix_getppid() === $worker) {
            $seconds = $held === null ? 60 : $held[2] / 3;
            $read = [$socket];
            $none = null;
            if (\stream_select($read, $none, $none, (int) $seconds, (int) (\fmod($seconds, 1) * 1e6)) > 0) {
                $line = \fgets($socket);
                if ($line === false) {
                    return;
                }
                $held = \json_decode($line);
            } elseif ($held !== null) {
                $own ??= $store->forked();
                try {
                    $isHeld = $own->change(
                        'extend',
                        ['dedup_key' => $held[0], 'token' => $held[1], 'lease' => (int) ($held[2] * 1000)],
                        null
                    );
                    $held = $isHeld ? $held : null;
                } catch (InboxException) {
                    // The next time, perhaps.
                }
            }
        }
    }
}
