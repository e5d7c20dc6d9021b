<?php

declare(strict_types=1);

namespace Visiono\Workflow;

use FFI;
use FFI\CData;

/**
 * An object's memory in the library.
 *
 * PHP runs destructors at shutdown in the order of creation, also for objects that are still
 * referenced, and anybody may call one. So the pointer itself, which every copy of the handle
 * shares, becomes null when the memory is freed, and the library finds that in every call.
 *
 * @internal
 */
trait Handle
{
    private ?FFI $ffi = null;
    private ?CData $handle = null;

    /**
     * Makes the object from secrets and limits.
     *
     * @param string|array<mixed>|object|false|null $secrets
     * @param class-string $class the object that stands for a secret
     * @param \Closure(FFI, CData, int, int, CData): ?CData $new the library's function, given the
     *     frames, their length and number, and the place of the pointer
     */
    private function open(
        Library $library,
        #[\SensitiveParameter] string|array|object|false|null $secrets,
        string $class,
        ?int $maxAge,
        ?int $leeway,
        \Closure $new,
    ): void {
        if ($this->handle !== null) {
            throw new \LogicException('this object is made already: make another');
        }
        $this->handle = Secrets::open($library, $secrets, $class, $maxAge, $leeway, $new);
        $this->ffi = $library->ffi;
    }

    public function __destruct()
    {
        $ffi = $this->ffi;
        $handle = $this->handle;
        $this->ffi = null;
        $this->handle = null;
        if ($ffi !== null && $handle !== null) {
            $ffi->visiono_packed_free(FFI::addr($handle));
        }
    }

    /**
     * Shows nothing of the secrets, nor of where they are.
     *
     * @return array<never>
     */
    public function __debugInfo(): array
    {
        return [];
    }

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
        // The copy must not free what is the original's.
        $this->ffi = null;
        $this->handle = null;
        throw self::notCopied();
    }

    private static function notCopied(): \LogicException
    {
        return new \LogicException(self::class . ' holds secrets, so it is not copied or serialized: make another');
    }
}
