<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * The URL that a browser is sent back to, with placeholders for the fields of the return:
 * `https://a.example/done?ref={reference}&sig={signature}`. One without a placeholder gets the six
 * standard parameters appended.
 */
final class RedirectTemplate implements \Stringable
{
    use NotCopied;

    // The text alone: an object that holds no memory of the library's can't outlive it.
    private ?string $text = null;
    private ?Library $library = null;
    /** @var list<string> */
    private array $placeholders = [];
    /** @var list<string> */
    private array $missing = [];

    /**
     * Reads a template.
     *
     * @param string|null $library the path of the C library, if it isn't to be looked for
     *
     * @throws Exception\InvalidTemplate with the byte of a misplaced brace in `$position`
     * @throws Exception\InvalidArgument
     * @throws LibraryException
     */
    public function __construct(string $text, ?string $library = null)
    {
        $library = Library::load($library);
        [$this->placeholders, $this->missing] = \array_map(
            static fn (string $names): array => $names === '' ? [] : \explode(',', $names),
            \explode("\xFF", $library->call("template\xFF$text"))
        );
        $this->library = $library;
        $this->text = $text;
    }

    /**
     * The fields that the template has placeholders for, by the names that these have:
     * `unique_value`.
     *
     * @return list<string>
     */
    public function placeholders(): array
    {
        $this->opened();
        return $this->placeholders;
    }

    /**
     * The fields that a return made from this template won't carry to a server, by the names that
     * placeholders have. A return can still be verified by a caller that expects their values.
     *
     * @return list<string>
     */
    public function missing(): array
    {
        $this->opened();
        return $this->missing;
    }

    /**
     * Makes the URL of a return with this signature, which is not looked at. `Workflow::signReturn`
     * makes the signature too.
     *
     * @param string $submissionId Visiono's name of the submission, such as `pls_123`
     * @param string $uniqueValue what was documented, as the link had it
     * @param string $reference the record in the system that sent the person
     * @param int $photoCount how many photos were uploaded
     * @param int $timestamp in Unix seconds
     * @param string $signature 64 lower-case hexadecimal digits
     *
     * @throws Exception\InvalidField naming the first field that can't be signed, or that climbs
     * @throws Exception\InvalidArgument
     */
    public function expand(
        string $submissionId,
        string $uniqueValue,
        string $reference,
        int $photoCount,
        int $timestamp,
        string $signature,
    ): SignedReturn {
        $length = \strlen($template = (string) $this);
        $result = $this->opened()->call(
            "expand\xFF$length\xFF$template$submissionId\xFF$uniqueValue\xFF$reference\xFF$photoCount\xFF$signature\xFF",
            $timestamp
        );
        return new SignedReturn($result);
    }

    /**
     * Checks that a return made from this template can be read back by verification.
     *
     * @throws Exception\InvalidTemplate if not
     * @throws Exception\InvalidArgument
     */
    public function checkExtractable(): void
    {
        $this->opened()->call("check_extractable\xFF$this->text");
    }

    /**
     * The template as it was written.
     *
     * @throws Exception\InvalidArgument if it was made without its constructor
     */
    public function __toString(): string
    {
        return $this->text ?? throw Library::closed();
    }

    /** @return array<string, string|null> */
    public function __debugInfo(): array
    {
        return ['text' => $this->text];
    }

    private function opened(): Library
    {
        return $this->library ?? throw Library::closed();
    }
}
