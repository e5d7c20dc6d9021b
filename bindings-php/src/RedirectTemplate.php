<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * The URL that a browser is sent back to, with placeholders for the fields of the return:
 * `https://a.example/done?ref={reference}&sig={signature}`. A template without placeholders gets
 * the six standard parameters appended.
 *
 * With a placeholder in the path, verify the URL as the browser requested it: a value such as
 * `2024/0815` or `50%` is `2024%2F0815` or `50%25` there. If your server or router passes on a
 * decoded path alone, use no path placeholder for such values.
 */
final class RedirectTemplate implements \Stringable
{
    use NotCopied;

    // The text alone: an object without memory of the library can't outlive it.
    private ?string $text = null;
    /** @var list<list<string>> the placeholders, and what a return lacks */
    private array $names = [];

    /**
     * Parses a template.
     *
     * @param string|null $library the path of the C library; searched unless given
     *
     * @throws Exception\InvalidTemplate with the byte of a misplaced brace in `$position`
     * @throws Exception\InvalidArgument
     * @throws LibraryException
     */
    public function __construct(string $text, ?string $library = null)
    {
        $names = Library::load($library)->call("template\xFF$text");
        // With the flag, and everywhere else too, json_last_error() stays the caller's.
        $this->names = \json_decode($names, flags: \JSON_THROW_ON_ERROR);
        $this->text = $text;
    }

    /**
     * Returns the fields that the template has placeholders for, by the names of placeholders:
     * `unique_value`.
     *
     * @return list<string>
     */
    public function placeholders(): array
    {
        return $this->names[0] ?? throw WorkflowException::closed();
    }

    /**
     * Returns the fields that a return made from this template does not carry to a server, by the
     * names of placeholders. A return can still be verified by a caller that expects their values.
     *
     * @return list<string>
     */
    public function missing(): array
    {
        return $this->names[1] ?? throw WorkflowException::closed();
    }

    // cargo xtask generate: lines of return except Signature
    //  * @param {string/int/int} ${camel} {doc}{/, at most 4294967295/}
    //     {string/int/int} ${camel},
    /**
     * Makes the URL of a return with this signature, which is not checked. `Workflow::signReturn`
     * makes the signature too.
     *
     * @param string $submissionId the ID of the submission at Visiono, such as `pls_123`
     * @param string $uniqueValue the documented item: an order or a license plate
     * @param string $reference the record in that system, such as `ticket-456`
     * @param int $photoCount the number of uploaded photos, at most 4294967295
     * @param int $timestamp the time of signing, in Unix seconds
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
    // end generated
        $length = \strlen((string) $this);
        // cargo xtask generate: return except Signature Timestamp
        // =$texts = "expand\xFF$length\xFF$this->text$signature\xFF{*${camel}\xFF*}";
        $texts = "expand\xFF$length\xFF$this->text$signature\xFF$submissionId\xFF$uniqueValue\xFF$reference\xFF$photoCount\xFF";
        // end generated
        return new SignedReturn(Library::any()->call($texts, $timestamp));
    }

    /**
     * Checks that a return made from this template can be read back by verification.
     *
     * @throws Exception\InvalidTemplate if not
     * @throws Exception\InvalidArgument
     */
    public function checkExtractable(): void
    {
        Library::any()->call("check_extractable\xFF$this");
    }

    /**
     * Returns the template as it was written.
     *
     * @throws Exception\InvalidArgument if it was made without its constructor
     */
    public function __toString(): string
    {
        return $this->text ?? throw WorkflowException::closed();
    }

    /** @return array<string, string|null> */
    public function __debugInfo(): array
    {
        return ['text' => $this->text];
    }
}
