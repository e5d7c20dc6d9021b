<?php

declare(strict_types=1);

namespace Visiono\Workflow;

use FFI;

/**
 * Finds the C library: preloaded by the server, in a release with a library for each platform, or
 * installed system-wide.
 *
 * @internal
 */
final class Loader
{
    private const VARIABLE = 'VISIONO_WORKFLOW_LIBRARY';
    private const HEADER = __DIR__ . '/visiono_workflow.h';
    private const SCOPE = 'VISIONO_WORKFLOW';
    private const NAME = 'libvisiono_workflow';
    /** The name that the system's loader searches, as in the header. */
    private const SYSTEM = self::NAME . '.so.0';

    /** Loads the library from a path, or searches for it. */
    public static function load(?string $path): Library
    {
        if (!\extension_loaded('FFI')) {
            throw new LibraryException(
                "PHP's extension FFI is missing: install it, or enable it with extension=ffi in php.ini; in PHP's "
                . 'Docker images, docker-php-ext-install ffi'
            );
        }
        $scope = $path === null ? self::scope() : null;
        return $scope !== null ? new Library($scope, true) : self::search($path, self::open(...));
    }

    /**
     * Loads the library for all later requests, from a script of opcache.preload.
     *
     * PHP does not let such a script load libraries if another user runs it than starts the server.
     * Then ffi.preload can do it, and without that too, each request loads the library.
     */
    public static function preload(): void
    {
        if (self::scope() !== null) {
            return;
        }
        self::search(null, static function (string $library): Library {
            // FFI::load takes the library's name from the header.
            $file = (string) \tempnam(\sys_get_temp_dir(), 'visiono');
            $name = '"' . \addcslashes($library, '"\\') . '"';
            try {
                \file_put_contents($file, \str_replace('"' . self::SYSTEM . '"', $name, self::header()));
                return new Library(FFI::load($file), true);
            } catch (FFI\Exception $exception) {
                return \str_contains($exception->getMessage(), 'opcache.preload_user')
                    ? self::open($library)
                    : throw $exception;
            } finally {
                \unlink($file);
            }
        });
    }

    private static function open(string $library): Library
    {
        return new Library(FFI::cdef(self::header(), $library), false);
    }

    private static function header(): string
    {
        return (string) \file_get_contents(self::HEADER);
    }

    /** Returns the library that was loaded when the server started, if there is one. */
    private static function scope(): ?FFI
    {
        try {
            return FFI::scope(self::SCOPE);
        } catch (FFI\Exception) {
            return null;
        }
    }

    /**
     * Calls `$open` with one place after the other until one works.
     *
     * @param \Closure(string): Library $open
     */
    private static function search(?string $path, \Closure $open): Library
    {
        $absent = $unusable = [];
        foreach (self::places($path) as $library => $from) {
            if ($library !== self::SYSTEM && !\is_file($library)) {
                $absent[] = "$library ($from)";
                continue;
            }
            try {
                return $open($library);
            } catch (FFI\Exception $exception) {
                if (\str_contains($exception->getMessage(), '"ffi.enable"')) {
                    throw self::restricted();
                }
                $reason = self::reason($library) ?? $exception->getMessage();
                // If a library that this one needs is absent, the reason has that library's name.
                if (\preg_match('/' . \preg_quote(self::SYSTEM) . ': .*No such file/', $reason)) {
                    $absent[] = "$library ($from)";
                } else {
                    $unusable[] = "$library ($from): $reason";
                }
            }
        }
        throw new LibraryException($unusable === []
            ? self::NAME . ' was not found: ' . \implode(', ', $absent) . '. Install it, or set '
                . self::VARIABLE . ' to its path'
            : self::NAME . " can't be loaded: " . \implode('; ', $unusable) . '. Install the one for this PHP, '
                . self::platform() . ', of version ' . Library::VERSION);
    }

    /**
     * Returns the paths to try, in order, each with its origin.
     *
     * @return array<string, string>
     */
    private static function places(?string $path): array
    {
        if ($path !== null) {
            return [$path => 'the argument'];
        }
        // Only the process's own environment: a web server's request can't name a library.
        $variable = \getenv(self::VARIABLE, true);
        if (\is_string($variable) && $variable !== '') {
            return [$variable => self::VARIABLE];
        }
        $folder = \dirname(__DIR__) . '/lib';
        $suffix = ['Windows' => 'dll', 'Darwin' => 'dylib'][\PHP_OS_FAMILY] ?? 'so';
        $places = ["$folder/" . self::NAME . ".$suffix" => "the package's folder"];
        // A release has a library for each system. The one for musl goes before the one for glibc,
        // because glibc's loader refuses it as a whole, which musl's doesn't do with the other.
        $released = self::NAME . '-' . self::platform();
        foreach (\is_dir($folder) ? \scandir($folder, \SCANDIR_SORT_DESCENDING) : [] as $name) {
            if (\str_starts_with($name, "$released.") || \str_starts_with($name, "$released-")) {
                $places["$folder/$name"] = "the package's release";
            }
        }
        return $places + [self::SYSTEM => 'the system'];
    }

    /** Returns the reason of the system's loader, which not every version of PHP passes on. */
    private static function reason(string $library): ?string
    {
        try {
            $loader = FFI::cdef('void *dlopen(const char *, int); const char *dlerror(void);');
            $loader->dlopen($library, 1);
            return $loader->dlerror();
        } catch (FFI\Exception) {
            return null;
        }
    }

    /** Returns the system and processor, as in the names of released libraries: `Linux-x86_64`. */
    private static function platform(): string
    {
        return \PHP_OS_FAMILY . '-' . \php_uname('m');
    }

    private static function restricted(): LibraryException
    {
        $enable = \ini_get('ffi.enable');
        $preload = \dirname(__DIR__) . '/preload.php';
        return new LibraryException("ffi.enable=$enable does not let this code use FFI: " . match (\PHP_SAPI) {
            'cli-server' => 'start the built-in server with php -d ffi.enable=1 -S',
            'cli' => 'start PHP with php -d ffi.enable=1',
            default => "set ffi.enable=preload and opcache.preload=$preload in php.ini, and opcache.preload_user "
                . 'to the user of PHP if root starts it; then start PHP again',
        });
    }
}
