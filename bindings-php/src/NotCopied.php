<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * An object that is neither cloned nor serialized, because it holds a secret or belongs to a loaded
 * library.
 *
 * @internal
 */
trait NotCopied
{
    /** @return array<never> */
    public function __serialize(): array
    {
        throw new \LogicException(self::class . ' is not copied or serialized: make another');
    }

    /** @param array<mixed> $data */
    public function __unserialize(array $data): void
    {
        $this->__serialize();
    }

    private function __clone()
    {
        $this->__serialize();
    }
}
