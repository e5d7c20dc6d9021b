<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * The secret that signs links and returns, as Visiono shows it, judged when it is made.
 *
 * A {@see Workflow} takes it where it takes a string. Nothing shows the text: no dump, no export, no
 * trace.
 */
final class WorkflowSecret
{
    /**
     * @param string|false|null $text the secret; null or `getenv()`'s false is an absent one
     * @param string|null $library the path of the C library, if it isn't to be looked for
     *
     * @throws Exception\InvalidSecret if it can't be one: absent, too short, a `whsec_` secret, an API key
     * @throws Exception\InvalidArgument
     * @throws LibraryException
     */
    public function __construct(#[\SensitiveParameter] string|false|null $text, ?string $library = null)
    {
        // The library judges it.
        new Workflow($text, library: $library);
        Secrets::keep($this, (string) $text);
    }

    /** @return array<never> */
    public function __serialize(): array
    {
        throw new \LogicException('a secret is not serialized: read it from where it is kept');
    }

    /** @param array<mixed> $data */
    public function __unserialize(array $data): void
    {
        throw new \LogicException('a secret is not serialized: read it from where it is kept');
    }

    private function __clone()
    {
    }
}
