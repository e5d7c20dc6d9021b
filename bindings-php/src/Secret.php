<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * A secret, checked when it is made.
 *
 * @internal
 */
trait Secret
{
    use NotCopied;

    /**
     * The texts of all objects: in properties, a dump would show them.
     *
     * @var \WeakMap<self, string>|null
     */
    private static ?\WeakMap $texts = null;

    /**
     * @param string|false|null $text the secret; null or `getenv()`'s false is an absent one
     * @param string|null $library the path of the C library; searched unless given
     *
     * @throws Exception\InvalidSecret if it is absent, too short, an API key or a secret of the other kind
     * @throws Exception\InvalidArgument
     * @throws LibraryException
     */
    public function __construct(#[\SensitiveParameter] string|false|null $text, ?string $library = null)
    {
        // The library checks it.
        new (self::HOLDER)($text, library: $library);
        self::$texts ??= new \WeakMap();
        self::$texts[$this] = (string) $text;
    }

    /**
     * Returns the texts of one or several secrets; null for an absent one, such as `getenv()`'s false.
     *
     * @internal
     *
     * @param string|array<mixed>|self|false|null $secrets
     *
     * @return list<string|null>
     */
    public static function texts(#[\SensitiveParameter] string|array|self|false|null $secrets): array
    {
        $texts = [];
        foreach (\is_array($secrets) ? $secrets : [$secrets] as $secret) {
            $texts[] = match (true) {
                \is_string($secret) => $secret,
                $secret === null, $secret === false => null,
                $secret instanceof self => self::$texts[$secret] ?? throw WorkflowException::closed(),
                default => throw new \TypeError(
                    'secrets[' . \count($texts) . '] must be of type string|' . self::class . '|false|null, '
                    . \get_debug_type($secret) . ' given'
                ),
            };
        }
        return $texts;
    }
}
