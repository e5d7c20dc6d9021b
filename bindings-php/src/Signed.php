<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * A signed URL.
 *
 * @internal
 */
trait Signed
{
    /** The URL. */
    public readonly string $url;
    /** The signature by itself: 64 lower-case hexadecimal digits. */
    public readonly string $signature;

    /**
     * @internal
     *
     * @param string $result of the library: the signature and the URL
     */
    public function __construct(string $result)
    {
        $this->url = \substr($result, 65);
        $this->signature = \substr($result, 0, 64);
    }

    public function __toString(): string
    {
        return $this->url;
    }
}
