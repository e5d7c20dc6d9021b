<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * Texts of any bytes as the library takes them: their lengths, and then their bytes.
 *
 * @internal
 */
final class Frames
{
    /**
     * The texts in one.
     *
     * @param list<string|null> $texts null for one that is absent
     */
    public static function of(array $texts): string
    {
        return self::lengths($texts) . \implode('', $texts);
    }

    /**
     * The lengths of texts, -1 for one that is absent.
     *
     * @param list<string|null> $texts
     */
    public static function lengths(#[\SensitiveParameter] array $texts): string
    {
        $lengths = [];
        foreach ($texts as $text) {
            $lengths[] = $text === null ? -1 : \strlen($text);
        }
        return \pack('q*', ...$lengths);
    }
}
