<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * Signs and verifies links and returns.
 *
 * It holds one workflow secret, or several for rotation: the first one signs, and each one is tried
 * at verification. An application signs links and verifies returns. The other two methods do
 * Visiono's part, for tests and for a local stand-in of the service.
 *
 * A refused call throws the {@see WorkflowException} of its code. An argument of a wrong
 * type is PHP's own `TypeError`.
 *
 * @phpstan-import-type ExpectLink from VerifiedLink
 * @phpstan-import-type ExpectReturn from VerifiedReturn
 */
final class Workflow
{
    use Handle;

    /**
     * @param string|WorkflowSecret|list<string|WorkflowSecret|false|null>|false|null $secrets the
     *     workflow secret, or several, the one that signs first; a later one that is absent (null,
     *     or `getenv()`'s false) is skipped
     * @param int|null $maxAge the maximum age of a message, in seconds; 3600 unless given
     * @param int|null $leeway how far in the future a message may be dated, in seconds; 60 unless given
     * @param string|null $library the path of the C library; searched unless given
     *
     * @throws Exception\InvalidSecret with the position of the secret, from 0
     * @throws Exception\InvalidArgument
     * @throws LibraryException
     */
    public function __construct(
        #[\SensitiveParameter] string|array|WorkflowSecret|false|null $secrets,
        ?int $maxAge = null,
        ?int $leeway = null,
        ?string $library = null,
    ) {
        $this->open($library, WorkflowSecret::texts($secrets), "workflow\xFF$maxAge\xFF$leeway\xFF");
    }

    // cargo xtask generate: lines of link except Signature Timestamp
    //  * @param {string/int/int|null} ${camel} {doc}{/, at most 4294967295/; now unless given}
    //     {string/int/int} ${camel},
    /**
     * Signs a link, to send a person to Visiono. Give its slug or its URL, and name the arguments.
     *
     * @param string $uniqueValue the documented item: an order or a license plate
     * @param string $source the system that sends the person, such as `zendesk`
     * @param string $reference the record in that system, such as `ticket-456`
     * @param string|null $slug the end of the Smart Link: `damage-report`
     * @param string|null $link the whole Smart Link
     * @param int|null $timestamp in Unix seconds; now unless given
     *
     * @throws Exception\InvalidField naming the first field that can't be signed, or `slug`
     * @throws Exception\InvalidUrl
     * @throws Exception\InvalidArgument
     */
    public function signLink(
        string $uniqueValue,
        string $source,
        string $reference,
        ?string $slug = null,
        ?string $link = null,
        ?int $timestamp = null,
    ): SignedLink {
    // end generated
        $slugLength = $slug === null ? '' : \strlen($slug);
        $linkLength = $link === null ? '' : \strlen($link);
        // cargo xtask generate: link except Signature Timestamp
        // =$texts = "sign_link\xFF$slugLength\xFF$slug$linkLength\xFF$link{*${camel}\xFF*}";
        $texts = "sign_link\xFF$slugLength\xFF$slug$linkLength\xFF$link$uniqueValue\xFF$source\xFF$reference\xFF";
        // end generated
        return new SignedLink($this->call($texts, $timestamp ?? \time()));
    }

    /**
     * Verifies a link, as Visiono does.
     *
     * @param string|array<mixed>|object $input a URL, a query string, decoded parameters, or a
     *     request, as in {@see verifyReturn}; anything else has no parameters
     * @param int|null $now in Unix seconds; the system's time unless given
     * @param ExpectLink $expect the values that it must have
     *
     * @throws WorkflowException the first check that fails decides
     */
    public function verifyLink(
        string|array|object|int|float|bool|null $input,
        ?int $now = null,
        array $expect = [],
    ): VerifiedLink {
        $message = \is_string($input) ? "text\xFF$input" : Outside::message($input);
        $expected = $expect === [] ? '' : self::expected($expect);
        return new VerifiedLink($this->call("verify_link\xFF$expected$message", $now ?? \time()));
    }

    // cargo xtask generate: lines of return except Signature
    //  * @param {string/int/int|null} ${camel} {doc}{/, at most 4294967295/; now unless given}
    //     {string/int/?int} ${camel}{// = null},
    /**
     * Signs a return, as Visiono does.
     *
     * @param string|RedirectTemplate $template the URL that the browser is sent back to
     * @param string $submissionId the ID of the submission at Visiono, such as `pls_123`
     * @param string $uniqueValue the documented item: an order or a license plate
     * @param string $reference the record in that system, such as `ticket-456`
     * @param int $photoCount the number of uploaded photos, at most 4294967295
     * @param int|null $timestamp the time of signing, in Unix seconds; now unless given
     *
     * @throws Exception\InvalidTemplate
     * @throws Exception\InvalidField naming the first field that can't be signed, or that climbs
     * @throws Exception\InvalidArgument
     */
    public function signReturn(
        string|RedirectTemplate $template,
        string $submissionId,
        string $uniqueValue,
        string $reference,
        int $photoCount,
        ?int $timestamp = null,
    ): SignedReturn {
    // end generated
        $length = \strlen($template = (string) $template);
        // cargo xtask generate: return except Signature Timestamp
        // =$texts = "sign_return\xFF$length\xFF$template{*${camel}\xFF*}";
        $texts = "sign_return\xFF$length\xFF$template$submissionId\xFF$uniqueValue\xFF$reference\xFF$photoCount\xFF";
        // end generated
        return new SignedReturn($this->call($texts, $timestamp ?? \time()));
    }

    /**
     * Verifies a return, when the browser comes back.
     *
     * Pass `$_SERVER['REQUEST_URI']`, `$_SERVER`, or the request of a framework, of which the URL
     * is read as the browser requested it. `$_GET` lacks the first of two parameters of the same
     * name, and the path, in which a template may have placeholders.
     *
     * @param string|array<mixed>|object $input a URL, a query string, decoded parameters such as
     *     `$_GET`, `$_SERVER`, or a request; anything else, such as null, has no parameters
     * @param string|RedirectTemplate|null $template the template of the return, unless the
     *     six standard parameters carry it
     * @param int|null $now in Unix seconds; the system's time unless given
     * @param ExpectReturn $expect the values that it must have: they stop a genuine return for one
     *     ticket from being used for another
     *
     * @throws WorkflowException the first check that fails decides
     */
    public function verifyReturn(
        string|array|object|int|float|bool|null $input,
        string|RedirectTemplate|null $template = null,
        ?int $now = null,
        array $expect = [],
    ): VerifiedReturn {
        $message = \is_string($input) ? "text\xFF$input" : Outside::message($input);
        $length = $template === null ? '' : \strlen($template = (string) $template);
        $expected = $expect === [] ? '' : self::expected($expect);
        return new VerifiedReturn($this->call("verify_return\xFF$length\xFF$template$expected$message", $now ?? \time()));
    }

    /**
     * Serializes expected values. The library checks their names.
     *
     * @param array<mixed> $expect
     */
    private static function expected(array $expect): string
    {
        $values = [];
        foreach ($expect as $name => $value) {
            // cargo xtask generate: fields: text
            // =$isText = \is_int($value) && \in_array($name, [{*'{camel}'{, |, |}*}], true);
            $isText = \is_int($value) && \in_array($name, ['submissionId', 'uniqueValue', 'source', 'reference', 'signature'], true);
            // end generated
            if ($isText || !\is_int($value) && !\is_string($value) && $value !== null) {
                throw new \TypeError(
                    'expect takes text, and an integer for a number, not ' . \get_debug_type($value) . ': pass one of these'
                );
            }
            // Without references, of which \serialize would write numbers.
            $values[$name] = $value;
        }
        return \serialize($values);
    }
}
