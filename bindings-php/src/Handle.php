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
 * shares, becomes null when the memory is freed, and the library checks it in every call.
 *
 * @internal
 */
trait Handle
{
    use NotCopied;

    private ?FFI $ffi = null;
    private ?CData $handle = null;

    /**
     * Makes the object.
     *
     * @param list<string|null> $secrets
     * @param string $texts the operation that makes it, and its limits
     *
     * @throws WorkflowException
     */
    private function open(?string $library, #[\SensitiveParameter] array $secrets, string $texts): void
    {
        $ffi = Library::load($library)->ffi;
        if ($this->handle !== null) {
            throw new \LogicException('this object is made already: make another');
        }
        $this->ffi = $ffi;
        $this->handle = $ffi->visiono_php_new();
        try {
            foreach ($secrets as $secret) {
                $ffi->visiono_php_secret($this->handle, $secret, \strlen($secret ?? ''));
            }
            $this->call($texts);
        } catch (WorkflowException $refused) {
            $this->__destruct();
            throw $refused;
        }
    }

    /**
     * Runs an operation.
     *
     * @param string $texts its name and its texts
     *
     * @return string its result
     *
     * @throws WorkflowException
     */
    private function call(string $texts, int $time = 0): string
    {
        $result = ($this->ffi ?? throw WorkflowException::closed())
            ->visiono_php_call($this->handle, $texts, \strlen($texts), $time);
        return $result === null || ($result[0] ?? '') === "\xFE" ? throw WorkflowException::from($result) : $result;
    }

    public function __destruct()
    {
        $ffi = $this->ffi;
        $handle = $this->handle;
        $this->ffi = null;
        $this->handle = null;
        if ($ffi !== null && $handle !== null) {
            $ffi->visiono_php_free(FFI::addr($handle));
        }
    }

    /**
     * Shows neither the secrets nor their address.
     *
     * @return array<never>
     */
    public function __debugInfo(): array
    {
        return [];
    }

    private function __clone()
    {
        // The copy must not free the memory of the original.
        $this->ffi = null;
        $this->handle = null;
        $this->__serialize();
    }
}
