<?php

declare(strict_types=1);

namespace Visiono\Workflow;

use FFI;
use FFI\CData;

/**
 * Signs and verifies links and returns.
 *
 * It holds one workflow secret, or several for rotation: the first one signs, each one is tried at
 * verification. An application signs links and verifies returns; the other two methods do
 * Visiono's part, for tests and for a local stand-in of the service.
 *
 * A call that is refused throws the {@see WorkflowException} of its code. Arguments have no types
 * of PHP's, so that a value of a wrong type is an {@see Exception\InvalidArgument} too.
 */
final class Workflow
{
    /** What may be expected of a link and of a return, in the library's order. */
    private const LINK = ['uniqueValue', 'source', 'reference', 'timestamp'];
    private const RETURN = ['submissionId', 'uniqueValue', 'reference', 'photoCount', 'timestamp'];

    private readonly Library $library;
    private readonly FFI $ffi;
    private readonly CData $handle;

    /**
     * @param string|WorkflowSecret|list<string|WorkflowSecret> $secrets the workflow secret, or
     *     several, the one that signs first
     * @param int|null $maxAge how old a message may be, in seconds; 3600 unless given
     * @param int|null $leeway how far in the future it may be dated, in seconds; 60 unless given
     * @param string|null $library the path of the C library, if it isn't to be looked for
     *
     * @throws Exception\InvalidSecret
     * @throws Exception\InvalidArgument
     * @throws LibraryException
     */
    public function __construct(
        #[\SensitiveParameter] mixed $secrets,
        mixed $maxAge = null,
        mixed $leeway = null,
        mixed $library = null,
    ) {
        $this->library = Library::load($library);
        $this->ffi = $this->library->ffi;
        $workflow = Secrets::open(
            $this->library,
            $secrets,
            WorkflowSecret::class,
            Library::seconds('maxAge', $maxAge),
            Library::seconds('leeway', $leeway),
            'visiono_workflow_t *',
            fn (CData $texts, int $count, ?CData $maxAge, ?CData $leeway, CData $handle): int =>
                $this->ffi->visiono_workflow_new(
                    $texts,
                    $count,
                    $maxAge,
                    $leeway,
                    $handle,
                    $this->library->error
                ),
        );
        $packed = $this->ffi->new('visiono_packed_t *');
        $this->ffi->visiono_packed_new($workflow, FFI::addr($packed), null);
        $this->ffi->visiono_workflow_free($workflow);
        $this->handle = $packed;
    }

    public function __destruct()
    {
        if (isset($this->handle)) {
            $this->ffi->visiono_packed_free($this->handle);
        }
    }

    /**
     * Signs a link, to send a person to Visiono. Give its slug or its URL.
     *
     * @param string $uniqueValue what is being documented, an order or a number plate
     * @param string $source the system that sends the person, such as `zendesk`
     * @param string $reference the record in that system, such as `ticket-456`
     * @param string|null $slug the end of the Smart Link: `damage-report`
     * @param string|null $url the whole Smart Link
     * @param int|null $timestamp in Unix seconds; now unless given
     *
     * @throws Exception\InvalidField naming the first field that can't be signed, or `slug`
     * @throws Exception\InvalidUrl
     * @throws Exception\InvalidArgument
     */
    public function signLink(
        mixed $uniqueValue,
        mixed $source,
        mixed $reference,
        mixed $slug = null,
        mixed $url = null,
        mixed $timestamp = null,
    ): SignedLink {
        if (!\is_string($uniqueValue) || !\is_string($source) || !\is_string($reference)
            || ($slug !== null && !\is_string($slug)) || ($url !== null && !\is_string($url))) {
            throw Library::notStrings([
                'uniqueValue' => $uniqueValue,
                'source' => $source,
                'reference' => $reference,
                '?slug' => $slug,
                '?url' => $url,
            ]);
        }
        $timestamp ??= \time();
        if (!\is_int($timestamp)) {
            throw Library::invalidArgument('timestamp has to be a number of seconds');
        }
        $slug = $slug === null ? '' : "\xFE$slug";
        $url = $url === null ? '' : "\xFE$url";
        $texts = "$uniqueValue\xFF$source\xFF$reference\xFF$slug\xFF$url";
        $result = $this->ffi->visiono_packed_sign_link(
            $this->handle,
            $texts,
            \strlen($texts),
            $timestamp
        );
        if ($result === null) {
            throw $this->library->exception($this->ffi->visiono_packed_error($this->handle));
        }
        return new SignedLink(\substr($result, 65), \substr($result, 0, 64));
    }

    /**
     * Verifies a link, as Visiono does.
     *
     * @param string|array<string, mixed> $message a URL, a query string, or decoded parameters
     * @param array<string, string|int> $expect what is known of it, of `uniqueValue`, `source`,
     *     `reference` and `timestamp`
     * @param int|null $now in Unix seconds; the system's time unless given
     *
     * @throws WorkflowException the first check that fails decides
     */
    public function verifyLink(mixed $message, mixed $expect = [], mixed $now = null): VerifiedLink
    {
        $texts = \is_string($message) ? $message : self::query($message);
        $texts = $expect === [] ? "$texts\xFF\xFF\xFF\xFF" : self::expecting($texts, $expect, self::LINK);
        $now ??= \time();
        if (!\is_int($now)) {
            throw Library::invalidArgument('now has to be a number of seconds');
        }
        $result = $this->ffi->visiono_packed_verify_link(
            $this->handle,
            $texts,
            \strlen($texts),
            $now
        );
        if ($result === null) {
            throw $this->library->exception($this->ffi->visiono_packed_error($this->handle));
        }
        [$uniqueValue, $source, $reference, $timestamp, $secretIndex] =
            \explode("\xFF", $result);
        return new VerifiedLink($uniqueValue, $source, $reference, (int) $timestamp, (int) $secretIndex);
    }

    /**
     * Signs a return, as Visiono does.
     *
     * @param string $submissionId Visiono's name of the submission, such as `pls_123`
     * @param string $uniqueValue what was documented, as the link had it
     * @param string $reference the record in the system that sent the person
     * @param int $photoCount how many photos were uploaded
     * @param int|null $timestamp in Unix seconds; now unless given
     *
     * @throws Exception\InvalidTemplate
     * @throws Exception\InvalidField naming the first field that can't be signed
     * @throws Exception\InvalidArgument
     */
    public function signReturn(
        mixed $template,
        mixed $submissionId,
        mixed $uniqueValue,
        mixed $reference,
        mixed $photoCount,
        mixed $timestamp = null,
    ): SignedReturn {
        if (!\is_string($submissionId) || !\is_string($uniqueValue) || !\is_string($reference)) {
            throw Library::notStrings([
                'submissionId' => $submissionId,
                'uniqueValue' => $uniqueValue,
                'reference' => $reference,
            ]);
        }
        $timestamp ??= \time();
        if (!\is_int($photoCount) || !\is_int($timestamp)) {
            throw Library::invalidArgument('photoCount and timestamp have to be whole numbers');
        }
        // The template itself is kept, because it frees its handle when it goes.
        $handle = $this->templateHandle($template);
        $texts = "$submissionId\xFF$uniqueValue\xFF$reference";
        $result = $this->ffi->visiono_packed_sign_return(
            $this->handle,
            $handle,
            $texts,
            \strlen($texts),
            $photoCount,
            $timestamp
        );
        if ($result === null) {
            throw $this->library->exception($this->ffi->visiono_packed_error($this->handle));
        }
        return new SignedReturn(\substr($result, 65), \substr($result, 0, 64));
    }

    /**
     * Verifies a return, when the browser comes back.
     *
     * Prefer `$_SERVER['QUERY_STRING']`, or the URL, to `$_GET`: where a parameter came twice,
     * PHP has dropped one of the two from `$_GET`, and the other may be the wrong one.
     *
     * @param string|array<string, mixed> $message a URL, a query string, or decoded parameters
     * @param array<string, string|int> $expect what is known of it, of `submissionId`,
     *     `uniqueValue`, `reference`, `photoCount` and `timestamp`: this is what stops a genuine
     *     return for one ticket from being used on another
     * @param RedirectTemplate|null $template what the return was made from, if it isn't carried by
     *     the six standard parameters
     * @param int|null $now in Unix seconds; the system's time unless given
     *
     * @throws WorkflowException the first check that fails decides
     */
    public function verifyReturn(
        mixed $message,
        mixed $expect = [],
        mixed $template = null,
        mixed $now = null,
    ): VerifiedReturn {
        $texts = \is_string($message) ? $message : self::query($message);
        $texts = $expect === []
            ? "$texts\xFF\xFF\xFF\xFF\xFF"
            : self::expecting($texts, $expect, self::RETURN);
        $now ??= \time();
        if (!\is_int($now)) {
            throw Library::invalidArgument('now has to be a number of seconds');
        }
        $handle = $template === null ? null : $this->templateHandle($template);
        $result = $this->ffi->visiono_packed_verify_return(
            $this->handle,
            $handle,
            $texts,
            \strlen($texts),
            $now
        );
        if ($result === null) {
            throw $this->library->exception($this->ffi->visiono_packed_error($this->handle));
        }
        [$submissionId, $uniqueValue, $reference, $photoCount, $timestamp, $secretIndex] =
            \explode("\xFF", $result);
        return new VerifiedReturn(
            $submissionId,
            $uniqueValue,
            $reference,
            (int) $photoCount,
            (int) $timestamp,
            (int) $secretIndex
        );
    }

    /** Nothing of the secrets, nor of where they are. */
    public function __debugInfo(): array
    {
        return [];
    }

    public function __serialize(): array
    {
        throw new \LogicException('a Workflow is not serialized, because it holds secrets: make it anew');
    }

    private function __clone()
    {
    }

    private function templateHandle(mixed $template): CData
    {
        if (!$template instanceof RedirectTemplate) {
            throw Library::invalidArgument('template has to be a RedirectTemplate');
        }
        if ($template->library !== $this->library) {
            throw Library::invalidArgument('the template and the workflow have to use the same library');
        }
        return $template->handle;
    }

    /** Decoded parameters, encoded again for the library to judge. */
    private static function query(mixed $message): string
    {
        if (!\is_array($message)) {
            throw Library::invalidArgument('a message has to be a string, or an array of strings');
        }
        $query = '';
        foreach ($message as $name => $value) {
            if (\is_string($value)) {
                continue;
            }
            if (!\is_array($value)) {
                $type = \get_debug_type($value);
                throw Library::invalidArgument("each parameter has to be a string, and one is $type");
            }
            // PHP makes an array of `ref[]=1`: a parameter that can have any number of values.
            $name = \rawurlencode((string) $name);
            $query .= "$name&$name&";
            unset($message[$name]);
        }
        return $query . \http_build_query($message, '', '&', \PHP_QUERY_RFC3986);
    }

    /**
     * Adds to the texts what is expected, for the library to judge.
     *
     * @param list<string> $names what may be expected
     */
    private static function expecting(string $texts, mixed $expect, array $names): string
    {
        if (!\is_array($expect)) {
            throw Library::invalidArgument('expect has to be an array');
        }
        $given = 0;
        foreach ($names as $name) {
            $texts .= "\xFF";
            if (isset($expect[$name])) {
                $value = $expect[$name];
                if (!\is_string($value)
                    && !(\is_int($value) && ($name === 'photoCount' || $name === 'timestamp'))) {
                    throw Library::notStrings(["expect.$name" => $value]);
                }
                $texts .= "\xFE$value";
                $given++;
            }
        }
        if ($given !== \count($expect)) {
            // A value that isn't known has to be left out: null may be a mistake.
            throw Library::invalidArgument(
                'expect has a name that it may not have, or null: it may have ' . \implode(', ', $names)
            );
        }
        return $texts;
    }
}
