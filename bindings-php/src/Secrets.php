<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * The texts of secrets.
 *
 * @internal
 */
final class Secrets
{
    /**
     * The texts of the objects that hold a secret: a dump would show properties.
     *
     * @var \WeakMap<object, string>|null
     */
    private static ?\WeakMap $texts = null;

    /** Keeps the text of an object that holds a secret. */
    public static function keep(object $secret, #[\SensitiveParameter] string $text): void
    {
        self::$texts ??= new \WeakMap();
        self::$texts[$secret] = $text;
    }

    /**
     * Returns the texts of secrets; null for an absent one, such as `getenv()`'s false.
     *
     * @param string|array<mixed>|object|false|null $secrets one, or an array of several
     * @param class-string $class
     *
     * @return list<string|null>
     */
    public static function texts(
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
