<?php

declare(strict_types=1);

namespace Visiono\Workflow\Inbox;

/**
 * The loop of `Inbox::run`.
 *
 * @internal
 */
final class Worker
{
    private bool $isStopped = false;
    private bool $isStarted = false;
    private ?Keeper $keeper = null;

    public function __construct(
        private readonly Inbox $inbox,
        private readonly Store $store,
        private readonly \Closure $handler,
        private readonly float $lease,
        private readonly Log $log,
    ) {
    }

    public function run(float $poll, ?float $maxTime): int
    {
        $end = $maxTime === null ? \INF : \hrtime(true) / 1e9 + $maxTime;
        $restore = $this->listen();
        $number = 0;
        try {
            while (!$this->isStopped) {
                $wait = $poll;
                try {
                    $item = $this->inbox->claim(1, $this->lease)[0] ?? null;
                    if ($item !== null) {
                        $number++;
                        $this->work($item);
                    } else {
                        $next = $this->store->read('next', [], null)[0][0] ?? null;
                        $wait = $next === null ? $poll : \min($poll, $next / 1000);
                    }
                } catch (InboxException $exception) {
                    $this->log->add(['inbox' => $exception->reason->value, 'message' => $exception->getMessage()]);
                    // The caller's connection doesn't come back.
                    if ($exception->reason !== Code::Unavailable || !$this->store->connects()) {
                        throw $exception;
                    }
                    $item = null;
                }
                $left = $end - \hrtime(true) / 1e9;
                if ($left <= 0 && ($item === null || $maxTime > 0)) {
                    break;
                }
                if ($item === null) {
                    // An item that is due and locked by others is looked for a little later.
                    $this->sleep(\min($left, \max($wait, 0.1)));
                }
            }
        } finally {
            $restore();
            $this->keeper?->stop();
        }
        return $number;
    }

    private function work(Item $item): void
    {
        $this->start();
        $start = \hrtime(true);
        $this->keeper?->keep($item, $this->lease);
        $reason = null;
        try {
            ($this->handler)($item);
        } catch (\Throwable $error) {
            $reason = Inbox::reason($error);
        } finally {
            $this->keeper?->drop();
        }
        $entry = ['event' => $item->event, 'dedup_key' => $item->dedupKey, 'attempts' => $item->attempts];
        $seconds = \round((\hrtime(true) - $start) / 1e9, 3);
        try {
            $reason === null ? $this->inbox->commit($item) : $this->inbox->fail($item, $reason);
            $result = $reason === null ? 'done' : 'failed';
        } catch (InboxException $exception) {
            if ($exception->reason !== Code::LeaseLost) {
                throw $exception;
            }
            $result = 'lease_lost';
        }
        $this->log->add(['inbox' => $result] + $entry + ['seconds' => $seconds, 'reason' => $reason]);
    }

    /** Starts the process that extends leases, now that the database is there. */
    private function start(): void
    {
        if ($this->isStarted) {
            return;
        }
        $this->isStarted = true;
        $this->keeper = Keeper::start($this->store);
        if ($this->keeper === null) {
            $this->log->add(['inbox' => 'start', 'note' => 'leases are not extended: ' . (
                \function_exists('pcntl_fork')
                    ? 'the store was not made with a function that makes a new connection'
                    : "PHP's extension pcntl is missing, and a signal ends an item in the middle"
            )]);
        }
    }

    /**
     * Stops after a signal. Returns a function that restores what was set before.
     *
     * @return \Closure(): void
     */
    private function listen(): \Closure
    {
        if (!\function_exists('pcntl_signal')) {
            return static function (): void {
            };
        }
        $isAsync = \pcntl_async_signals(true);
        $before = [];
        foreach ([\SIGTERM, \SIGINT] as $signal) {
            $before[$signal] = \pcntl_signal_get_handler($signal);
            \pcntl_signal($signal, function (): void {
                $this->isStopped = true;
            });
        }
        return static function () use ($isAsync, $before): void {
            foreach ($before as $signal => $handler) {
                \pcntl_signal($signal, $handler);
            }
            \pcntl_async_signals($isAsync);
        };
    }

    /** Waits, but not for long after a signal. */
    private function sleep(float $seconds): void
    {
        for ($left = $seconds; $left > 0 && !$this->isStopped; $left -= 0.5) {
            \usleep((int) (\min($left, 0.5) * 1e6));
        }
    }
}
