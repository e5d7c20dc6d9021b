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
    private const NAME = 'libvisiono_workflow';
    /** The name that the system's loader searches, as in the header. */
    private const SYSTEM = self::NAME . '.so.0';

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

    /**
     * Serializes texts, numbers and nulls, without references: their numbers depend on the array that
     * an object of the caller's may be serialized in.
     *
     * @param array<mixed> $array
     */
    public static function serialize(array $array): string
    {
        $text = \serialize($array);
        if (\str_contains($text, 'R:')) {
            $copy = [];
            foreach ($array as $name => $value) {
                $copy[$name] = $value;
            }
            return \serialize($copy);
        }
        return $text;
    }

    /**
     * Splits a result.
     *
     * @return list<string|null> the outputs; null for an absent one
     */
    public static function outputs(string $result): array
    {
        foreach (\explode("\xFF", $result) as $output) {
            $outputs[] = $output === "\xFE" ? null : $output;
        }
        return $outputs;
    }

    /** Returns the exception for a failure. Null is the result of an object that was freed. */
    public static function exception(?string $failure): WorkflowException
    {
        if ($failure === null) {
            return self::closed();
        }
        [$number, $seconds, $position, $message] = $outputs = self::outputs(\substr($failure, 1));
        $reason = Code::from((int) $number);
        return new (WorkflowException::of($reason))(
            $reason,
            $message,
            \array_slice($outputs, 4),
            $seconds === null ? null : (int) $seconds,
            $position === null ? null : (int) $position,
        );
    }

    public static function invalidArgument(string $message, ?\Throwable $previous = null): WorkflowException
    {
        return new Exception\InvalidArgument(Code::InvalidArgument, $message, previous: $previous);
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
            throw new LibraryException(
                "PHP's extension FFI is missing: install it, or enable it with extension=ffi in php.ini; in PHP's "
                . 'Docker images, docker-php-ext-install ffi'
            );
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
        $absent = $failed = $unusable = [];
        foreach (self::places($path) as $library => $from) {
            if ($library !== self::SYSTEM && !\is_file($library)) {
                $absent[] = "$library ($from)";
                continue;
            }
            try {
                return $open($library);
            } catch (FFI\Exception $exception) {
                $failed["$library ($from)"] = [$library, $exception->getMessage()];
                if (\str_contains($exception->getMessage(), '"ffi.enable"')) {
                    throw self::restricted();
                }
            }
        }
        foreach ($failed as $place => [$library, $message]) {
            $reason = self::reason($library) ?? $message;
            // If it is another library that is absent, the name is another one.
            if (\preg_match('/' . \preg_quote(self::SYSTEM) . ': .*No such file/', $reason)) {
                $absent[] = $place;
            } else {
                $unusable[] = "$place: $reason";
            }
        }
        throw new LibraryException($unusable === []
            ? self::NAME . ' was not found: ' . \implode(', ', $absent) . '. Install it, or set '
                . self::VARIABLE . ' to its path'
            : self::NAME . " can't be loaded: " . \implode('; ', $unusable) . '. Install the one for this PHP, '
                . self::platform() . ', of version ' . self::VERSION);
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
        // A release has a library for each system. One for musl goes before the other: only that one
        // is refused as a whole by the other's loader.
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
