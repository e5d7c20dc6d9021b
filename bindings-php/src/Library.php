<?php

declare(strict_types=1);

namespace Visiono\Workflow;

use FFI;

/**
 * The C library, found and loaded once.
 *
 * @internal
 */
final class Library
{
    /** The version of this package. The library must have the same. */
    public const VERSION = '0.1.0';

    private const VARIABLE = 'VISIONO_WORKFLOW_LIBRARY';
    private const HEADER = __DIR__ . '/visiono_workflow.h';
    private const SCOPE = 'VISIONO_WORKFLOW';
    /** The name that the system's loader searches, as in the header. */
    private const SYSTEM = 'libvisiono_workflow.so.0';

    /** @var array<string, self> by the path that was asked for */
    private static array $loaded = [];

    private function __construct(
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
            throw self::invalidArgument('the path of the library is empty, or has a NUL in it');
        }
        return self::$loaded[$path ?? ''] ??= self::find($path);
    }

    /** Returns a loaded library, or searches for one: all are of the same version. */
    public static function any(): self
    {
        return \reset(self::$loaded) ?: self::load(null);
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
        self::attempt(null, static function (string $library): self {
            // FFI::load takes the library's name from the header.
            $header = \str_replace(
                '"' . self::SYSTEM . '"',
                '"' . \addcslashes($library, '"\\') . '"',
                (string) \file_get_contents(self::HEADER)
            );
            $file = (string) \tempnam(\sys_get_temp_dir(), 'visiono');
            try {
                \file_put_contents($file, $header);
                return new self(FFI::load($file), true);
            } catch (FFI\Exception $exception) {
                return \str_contains($exception->getMessage(), 'opcache.preload_user')
                    ? new self(FFI::cdef($header, $library), false)
                    : throw $exception;
            } finally {
                \unlink($file);
            }
        });
    }

    /**
     * Runs an operation that needs no secrets.
     *
     * @param string $texts its name and its texts
     *
     * @return string its outputs, with the byte 0xFF between two of them
     *
     * @throws WorkflowException
     */
    public function call(string $texts, int $time = 0): string
    {
        $object = $this->ffi->visiono_php_new();
        $result = $this->ffi->visiono_php_call($object, $texts, \strlen($texts), $time);
        $this->ffi->visiono_php_free(FFI::addr($object));
        return \str_starts_with((string) $result, "\xFE") ? throw self::exception($result) : (string) $result;
    }

    /** Returns the exception for a failure. Null is the result of an object that was freed. */
    public static function exception(?string $failure): WorkflowException|\TypeError
    {
        if ($failure === null) {
            return self::closed();
        }
        [$number, $seconds, $position, $message] = $parts = \explode("\xFF", \substr($failure, 1));
        $reason = Code::tryFrom((int) $number);
        return $reason === null ? new \TypeError($message) : new (WorkflowException::of($reason))(
            $reason,
            $message,
            \array_slice($parts, 4),
            $seconds === '' ? null : (int) $seconds,
            $position === '' ? null : (int) $position,
        );
    }

    public static function invalidArgument(string $message): WorkflowException
    {
        return new Exception\InvalidArgument(Code::InvalidArgument, $message);
    }

    /** Returns the exception for an object without its memory in the library. */
    public static function closed(): WorkflowException
    {
        return self::invalidArgument(
            'this object was closed: its destructor ran, or it was made without its constructor; make another'
        );
    }

    private static function find(?string $path): self
    {
        if (!\extension_loaded('FFI')) {
            throw new LibraryException('PHP lacks its extension FFI: install or enable it');
        }
        $scope = $path === null ? self::scope() : null;
        return $scope !== null ? new self($scope, true) : self::attempt(
            $path,
            static fn (string $library): self =>
                new self(FFI::cdef((string) \file_get_contents(self::HEADER), $library), false)
        );
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
     * @param \Closure(string): self $open
     */
    private static function attempt(?string $path, \Closure $open): self
    {
        // Only the process's own environment: a web server's request can't name a library.
        $variable = \getenv(self::VARIABLE, true);
        $places = match (true) {
            $path !== null => ['the argument' => $path],
            \is_string($variable) && $variable !== '' => [self::VARIABLE => $variable],
            default => [
                "the package's folder" => \dirname(__DIR__) . '/lib/libvisiono_workflow.so',
                'the system' => self::SYSTEM,
            ],
        };
        $tried = [];
        foreach ($places as $from => $library) {
            try {
                return $library === self::SYSTEM || \is_file($library)
                    ? $open($library)
                    : throw new FFI\Exception('no such file');
            } catch (FFI\Exception $exception) {
                $tried[] = "$library ($from): {$exception->getMessage()}";
            }
        }
        throw new LibraryException(
            'libvisiono_workflow was not found: ' . \implode('; ', $tried)
            . '. Install it, or set ' . self::VARIABLE . ' to its path; with ffi.enable=preload, '
            . "set opcache.preload to this package's preload.php too"
        );
    }
}
