<?php

declare(strict_types=1);

namespace Visiono\Workflow;

use FFI;
use FFI\CData;

/**
 * The URL that a browser is sent back to, with placeholders for the fields of the return:
 * `https://a.example/done?ref={reference}&sig={signature}`. One without a placeholder gets the six
 * standard parameters appended.
 */
final class RedirectTemplate implements \Stringable
{
    /** @internal */
    public readonly Library $library;
    /** @internal */
    public readonly CData $handle;
    private readonly string $text;

    /**
     * Reads a template.
     *
     * @param string $text
     * @param string|null $library the path of the C library, if it isn't to be looked for
     *
     * @throws Exception\InvalidTemplate with the byte of a misplaced brace in `$position`
     * @throws Exception\InvalidArgument
     * @throws LibraryException
     */
    public function __construct(mixed $text, mixed $library = null)
    {
        if (!\is_string($text)) {
            throw Library::notStrings(['text' => $text]);
        }
        $this->library = Library::load($library);
        $this->text = $text;
        $ffi = $this->library->ffi;
        $str = $ffi->new('visiono_str_t');
        $memory = $this->library->copy($text);
        $str->data = $ffi->cast('char *', FFI::addr($memory));
        $str->len = \strlen($text);
        $handle = $ffi->new('visiono_redirect_template_t *');
        $code = $ffi->visiono_redirect_template_new($str, FFI::addr($handle), $this->library->error);
        if ($code !== 0) {
            throw $this->library->exception($this->library->error);
        }
        $this->handle = $handle;
    }

    public function __destruct()
    {
        if (isset($this->handle)) {
            $this->library->ffi->visiono_redirect_template_free($this->handle);
        }
    }

    /**
     * The fields that a return made from this template won't carry to a server, by the names that
     * placeholders have. A return can still be verified by a caller that expects their values.
     *
     * @return list<string>
     */
    public function missing(): array
    {
        $missing = [];
        do {
            $name = Library::text(
                $this->library->ffi->visiono_redirect_template_missing($this->handle, \count($missing))
            );
        } while ($name !== '' && $missing[] = $name);
        return $missing;
    }

    /**
     * Checks that a return made from this template can be read back by verification.
     *
     * @throws Exception\InvalidTemplate if not
     */
    public function checkExtractable(): void
    {
        $code = $this->library->ffi->visiono_redirect_template_check_extractable(
            $this->handle,
            $this->library->error
        );
        if ($code !== 0) {
            throw $this->library->exception($this->library->error);
        }
    }

    /** The template as it was written. */
    public function __toString(): string
    {
        return $this->text;
    }

    /** @return array<string, string> */
    public function __debugInfo(): array
    {
        return ['text' => $this->text];
    }

    public function __serialize(): array
    {
        throw new \LogicException('a RedirectTemplate is not serialized: keep its text');
    }

    private function __clone()
    {
    }
}
