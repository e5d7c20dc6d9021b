<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * A secret, checked when it is made. Nothing shows the text: no dump, no export, no trace.
 *
 * @internal
 */
trait Secret
{
    use NotCopied;

    /**
     * @param string|false|null $text the secret; null or `getenv()`'s false is an absent one
     * @param string|null $library the path of the C library; looked for unless given
     *
     * @throws Exception\InvalidSecret if it is absent, too short, an API key or of the other kind
     * @throws Exception\InvalidArgument
     * @throws LibraryException
     */
    public function __construct(#[\SensitiveParameter] string|false|null $text, ?string $library = null)
    {
        // The library checks it.
        new (self::HOLDER)($text, library: $library);
        Secrets::keep($this, (string) $text);
    }
}
