<?php

declare(strict_types=1);

namespace Visiono\Workflow;

use FFI;

/**
 * The C library, loaded once.
 *
 * @internal
 */
final class Library
{
    /** The version of this package. The library must have the same. */
    public const VERSION = '0.1.0';

    /** @var array<string, self> by the path that was asked for */
    private static array $loaded = [];

    public function __construct(
        public readonly FFI $ffi,
        /** True if it was loaded when the server started, false if by this request. */
        public readonly bool $preloaded,
    ) {
        $version = $ffi->visiono_version();
        if ($version !== self::VERSION) {
            throw new LibraryException(
                "the library is of version $version, but this package of " . self::VERSION
                . ': install both from the same release'
            );
        }
    }

    /** Loads the library from a path, or searches for it. */
    public static function load(?string $path): self
    {
        if ($path === '' || \str_contains($path ?? '', "\0")) {
            throw WorkflowException::invalidArgument('the path of the library is empty, or has a NUL in it');
        }
        return self::$loaded[$path ?? ''] ??= Loader::load($path);
    }

    /** Returns a loaded library, or searches for one: all are of the same version. */
    public static function any(): self
    {
        return \reset(self::$loaded) ?: self::load(null);
    }

    /**
     * Runs an operation that needs no secrets.
     *
     * @param string $texts its name and its texts
     *
     * @return string its result
     *
     * @throws WorkflowException
     */
    public function call(string $texts, int $time = 0): string
    {
        $object = $this->ffi->visiono_php_new();
        $result = $this->ffi->visiono_php_call($object, $texts, \strlen($texts), $time);
        $this->ffi->visiono_php_free(FFI::addr($object));
        return \str_starts_with((string) $result, "\xFE") ? throw WorkflowException::from($result) : (string) $result;
    }
}
