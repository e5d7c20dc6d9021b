<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

/** An object that runs code of its own while PHP serializes it. */
final class Session implements \Serializable
{
    public int $count = 0;

    public function __construct(private \Closure $run)
    {
    }

    public function serialize(): string
    {
        $this->count++;
        ($this->run)();
        return 'x';
    }

    public function unserialize(string $data): void
    {
    }
}
