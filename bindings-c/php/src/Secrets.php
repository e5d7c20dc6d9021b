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
    public static function keep(object $secret, #[\SensitiveParameter] mixed $text): void
    {
        if (!\is_string($text)) {
            throw self::wrongType($text, 'a string');
        }
        self::$texts ??= new \WeakMap();
        self::$texts[$secret] = $text;
    }

    /**
     * Makes a handle from secrets and limits, and wipes the copies of the secrets that it was made
     * from.
     *
     * @param mixed $secrets one, or an array of several: each a string or a `$class`
     * @param class-string $class
     * @param string $type the handle's, as C writes it
     * @param \Closure(CData, int, ?CData, ?CData, CData): int $new the library's function, given the
     *     secrets, their number, the limits, and the place of the handle
     */
    public static function open(
        Library $library,
        #[\SensitiveParameter] mixed $secrets,
        string $class,
        ?int $maxAge,
        ?int $leeway,
        string $type,
        \Closure $new,
    ): CData {
        $ffi = $library->ffi;
        $secrets = self::texts($secrets, $class);
        $count = \count($secrets);
        // C has no array of no elements.
        $texts = $ffi->new('visiono_str_t[' . ($count + 1) . ']');
        $ageNumber = $ffi->new('int64_t');
        $ageNumber->cdata = $maxAge ?? 0;
        $leewayNumber = $ffi->new('int64_t');
        $leewayNumber->cdata = $leeway ?? 0;
        $handle = $ffi->new($type);
        $copies = [];
        try {
            foreach ($secrets as $index => $secret) {
                $copies[] = $copy = $library->copy($secret);
                $texts[$index]->data = $ffi->cast('char *', FFI::addr($copy));
                $texts[$index]->len = \strlen($secret);
            }
            $code = $new(
                FFI::addr($texts[0]),
                $count,
                $maxAge === null ? null : FFI::addr($ageNumber),
                $leeway === null ? null : FFI::addr($leewayNumber),
                FFI::addr($handle)
            );
        } finally {
            foreach ($copies as $copy) {
                FFI::memset($copy, 0, FFI::sizeof($copy));
            }
        }
        if ($code !== 0) {
            throw $library->exception($library->error);
        }
        return $handle;
    }

    /**
     * @param class-string $class
     *
     * @return list<string>
     */
    private static function texts(#[\SensitiveParameter] mixed $secrets, string $class): array
    {
        $texts = [];
        foreach (\is_array($secrets) ? $secrets : [$secrets] as $secret) {
            $text = $secret instanceof $class ? self::$texts[$secret] ?? null : $secret;
            if (!\is_string($text)) {
                throw self::wrongType($secret, "a string or a $class");
            }
            $texts[] = $text;
        }
        return $texts;
    }

    private static function wrongType(#[\SensitiveParameter] mixed $secret, string $wanted): WorkflowException
    {
        return Library::invalidArgument("a secret has to be $wanted, not " . \get_debug_type($secret));
    }
}
