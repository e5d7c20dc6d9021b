<?php

declare(strict_types=1);

namespace Visiono\Workflow;

use FFI;
use FFI\CData;

/**
 * Secrets on their way to the library.
 *
 * @internal
 */
final class Secrets
{
    /**
     * The texts of the objects that stand for a secret: as properties, a dump would show them.
     *
     * @var \WeakMap<object, string>|null
     */
    private static ?\WeakMap $texts = null;

    /** Keeps the text of an object that stands for a secret. */
    public static function keep(object $secret, #[\SensitiveParameter] string $text): void
    {
        self::$texts ??= new \WeakMap();
        self::$texts[$secret] = $text;
    }

    /**
     * Makes a handle from secrets and limits, and wipes the copies of the secrets that it was made
     * from.
     *
     * @param string|array<mixed>|object|false|null $secrets one, or an array of several
     * @param class-string $class
     * @param \Closure(FFI, CData, int, int, CData): ?CData $new
     */
    public static function open(
        Library $library,
        #[\SensitiveParameter] string|array|object|false|null $secrets,
        string $class,
        ?int $maxAge,
        ?int $leeway,
        \Closure $new,
    ): CData {
        $frames = [
            $maxAge === null ? null : (string) $maxAge,
            $leeway === null ? null : (string) $leeway,
            ...self::texts($secrets, $class),
        ];
        $ffi = $library->ffi;
        $lengths = Frames::lengths($frames);
        $size = \strlen($lengths) + \array_sum(\array_map(\strlen(...), \array_filter($frames, \is_string(...))));
        // C has no array of no bytes.
        $memory = $ffi->new('char[' . ($size + 1) . ']');
        $handle = $ffi->new('visiono_packed_t *');
        try {
            $next = $ffi->cast('char *', FFI::addr($memory));
            foreach ([$lengths, ...$frames] as $text) {
                if ($text !== null && $text !== '') {
                    FFI::memcpy($next, $text, \strlen($text));
                    $next += \strlen($text);
                }
            }
            $library->text($new($ffi, $memory, $size, \count($frames), FFI::addr($handle)));
        } finally {
            FFI::memset($memory, 0, FFI::sizeof($memory));
        }
        return $handle;
    }

    /**
     * The texts of secrets; null for one that is absent, such as `getenv()`'s false.
     *
     * @param string|array<mixed>|object|false|null $secrets
     * @param class-string $class
     *
     * @return list<string|null>
     */
    private static function texts(
        #[\SensitiveParameter] string|array|object|false|null $secrets,
        string $class,
    ): array {
        $texts = [];
        foreach (\is_array($secrets) ? $secrets : [$secrets] as $secret) {
            $texts[] = match (true) {
                \is_string($secret) => $secret,
                $secret === null, $secret === false => null,
                $secret instanceof $class => self::$texts[$secret] ?? throw Library::closed(),
                default => throw new \TypeError(
                    'secrets[' . \count($texts) . "] must be of type string|$class|false|null, "
                    . \get_debug_type($secret) . ' given'
                ),
            };
        }
        return $texts;
    }
}
