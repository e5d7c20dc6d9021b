<?php

declare(strict_types=1);

namespace Visiono\Workflow;

use FFI;
use FFI\CData;

/**
 * The C library, found and loaded once.
 *
 * @internal
 */
final class Library
{
    /** The version of this package. The library has to be of the same. */
    public const VERSION = '0.1.0';

    private const VARIABLE = 'VISIONO_WORKFLOW_LIBRARY';
    private const HEADER = __DIR__ . '/visiono_workflow.h';
    private const SCOPE = 'VISIONO_WORKFLOW';
    /** What the system's loader looks for, as the header has it. */
    private const SYSTEM = 'libvisiono_workflow.so.0';

    /** @var array<string, self> by the path that was asked for */
    private static array $loaded = [];

    /** What the library writes the detail of its errors to. */
    public readonly CData $error;

    private function __construct(
        public readonly FFI $ffi,
        /** Whether it was loaded when the server started, or else by this request. */
        public readonly bool $preloaded,
    ) {
        $version = $ffi->visiono_version();
        if ($version !== self::VERSION) {
            throw new LibraryException(
                "the library is of version $version, but this package of " . self::VERSION
                . ': install both from the same release'
            );
        }
        $this->error = $ffi->visiono_error_new();
    }

    public function __destruct()
    {
        if (isset($this->error)) {
            $this->ffi->visiono_error_free($this->error);
        }
    }

    /** Loads the library: from this path, or from where it is found. */
    public static function load(mixed $path): self
    {
        if ($path !== null && (!\is_string($path) || $path === '' || \str_contains($path, "\0"))) {
            throw self::invalidArgument('the path of the library has to be a string');
        }
        return self::$loaded[$path ?? ''] ??= self::open($path);
    }

    /** A library that is loaded, or the one that is found: all are of the same version. */
    public static function any(): self
    {
        return \reset(self::$loaded) ?: self::load(null);
    }

    /**
     * Loads the library for all requests to come, from a script of opcache.preload.
     *
     * Where PHP doesn't let such a script load libraries, because another user runs it than starts
     * the server, ffi.preload can do it. Without that too, each request loads the library.
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
                if (\str_contains($exception->getMessage(), 'opcache.preload_user')) {
                    return new self(FFI::cdef($header, $library), false);
                }
                throw $exception;
            } finally {
                \unlink($file);
            }
        });
    }

    /** The exception for an error of the library's. */
    public function exception(CData $error): WorkflowException
    {
        $ffi = $this->ffi;
        $parameters = [];
        while (($name = self::text($ffi->visiono_error_parameter($error, \count($parameters)))) !== '') {
            $parameters[] = $name;
        }
        $seconds = $ffi->visiono_error_seconds($error);
        $position = $ffi->visiono_error_position($error);
        $reason = Code::from($ffi->visiono_error_code($error));
        return new (WorkflowException::of($reason))(
            $reason,
            self::text($ffi->visiono_error_message($error)),
            $parameters,
            $seconds < 0 ? null : $seconds,
            $position < 0 ? null : $position,
        );
    }

    /** A text of the library's as a string. */
    public static function text(CData $text): string
    {
        return FFI::string($text->data, $text->len);
    }

    /** A string in memory of C's, with a NUL after it: C has no array of no bytes. */
    public function copy(#[\SensitiveParameter] string $text): CData
    {
        $memory = $this->ffi->new('char[' . (\strlen($text) + 1) . ']');
        FFI::memcpy($memory, $text, \strlen($text));
        return $memory;
    }

    /** A number of seconds that may be absent. */
    public static function seconds(string $name, mixed $seconds): ?int
    {
        if ($seconds !== null && !\is_int($seconds)) {
            throw self::invalidArgument("$name has to be a number of seconds");
        }
        return $seconds;
    }

    public static function invalidArgument(string $message): WorkflowException
    {
        return new Exception\InvalidArgument(Code::InvalidArgument, $message);
    }

    /** What is wrong with arguments that have to be strings; those that may be absent start with `?`. */
    public static function notStrings(array $arguments): WorkflowException
    {
        foreach ($arguments as $name => $value) {
            if (!\is_string($value) && !($value === null && $name[0] === '?')) {
                $type = \get_debug_type($value);
                return self::invalidArgument(\ltrim($name, '?') . " has to be a string, not $type");
            }
        }
        return self::invalidArgument('an argument has a wrong type');
    }

    private static function open(?string $path): self
    {
        if (!\extension_loaded('FFI')) {
            throw new LibraryException('PHP lacks its extension FFI: install or enable it');
        }
        $scope = $path === null ? self::scope() : null;
        if ($scope !== null) {
            return new self($scope, true);
        }
        return self::attempt(
            $path,
            static fn (string $library) => new self(
                FFI::cdef((string) \file_get_contents(self::HEADER), $library),
                false
            )
        );
    }

    /** The library that was loaded when the server started, if it was. */
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
            if ($library !== self::SYSTEM && !\is_file($library)) {
                $tried[] = "$library ($from): no such file";
                continue;
            }
            try {
                return $open($library);
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

    private function __clone()
    {
    }
}
