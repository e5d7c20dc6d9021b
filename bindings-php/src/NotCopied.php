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
        throw self::notCopied();
    }

    /** @param array<mixed> $data */
    public function __unserialize(array $data): void
    {
        throw self::notCopied();
    }

    private function __clone()
    {
        throw self::notCopied();
    }

    private static function notCopied(): \LogicException
    {
        return new \LogicException(self::class . ' is not copied or serialized: make another');
    }
}
