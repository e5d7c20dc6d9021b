<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * The secret that signs webhooks, as Visiono shows it, judged when it is made.
 *
 * A {@see Webhook} takes it where it takes a string. Nothing shows the text: no dump, no export, no
 * trace.
 */
final class WebhookSecret
{
    /**
     * @param string $text
     * @param string|null $library the path of the C library, if it isn't to be looked for
     *
     * @throws Exception\InvalidSecret if it can't be one: too short, an API key
     * @throws Exception\InvalidArgument
     * @throws LibraryException
     */
    public function __construct(#[\SensitiveParameter] mixed $text, mixed $library = null)
    {
        Secrets::keep($this, $text);
        // The library judges it.
        new Webhook($this, library: $library);
    }

    public function __serialize(): array
    {
        throw new \LogicException('a secret is not serialized: read it from where it is kept');
    }

    private function __clone()
    {
    }
}
