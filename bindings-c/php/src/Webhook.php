<?php

declare(strict_types=1);

namespace Visiono\Workflow;

use FFI;
use FFI\CData;

/**
 * Receives webhooks.
 *
 * It holds one webhook secret, or several for rotation: each one is tried at verification. The
 * signature is over the raw body, byte for byte as it came: JSON that was parsed and written again
 * has other bytes.
 *
 * A call that is refused throws the {@see WorkflowException} of its code. Arguments have no types
 * of PHP's, so that a value of a wrong type is an {@see Exception\InvalidArgument} too.
 */
final class Webhook
{
    private readonly Library $library;
    private readonly FFI $ffi;
    private readonly CData $handle;

    /**
     * @param string|WebhookSecret|list<string|WebhookSecret> $secrets the webhook secret, or several,
     *     the one that signs first
     * @param int|null $maxAge how old an event may be, in seconds; 10800 unless given, because
     *     Visiono's last retry comes 2 h 36 min after the event
     * @param int|null $leeway how far in the future it may be dated, in seconds; 60 unless given
     * @param bool $freshness whether an event has to be recent; without it, who has recorded a
     *     webhook can send it again at any later time, so duplicates have to be recognised for as
     *     long
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
        mixed $freshness = true,
        mixed $library = null,
    ) {
        if (!\is_bool($freshness)) {
            throw Library::invalidArgument('freshness has to be true or false');
        }
        $this->library = Library::load($library);
        $this->ffi = $this->library->ffi;
        $this->handle = Secrets::open(
            $this->library,
            $secrets,
            WebhookSecret::class,
            Library::seconds('maxAge', $maxAge),
            Library::seconds('leeway', $leeway),
            'visiono_webhook_t *',
            fn (CData $texts, int $count, ?CData $maxAge, ?CData $leeway, CData $handle): int =>
                $this->ffi->visiono_webhook_new(
                    $texts,
                    $count,
                    $maxAge,
                    $leeway,
                    $freshness,
                    $handle,
                    $this->library->error
                ),
        );
    }

    public function __destruct()
    {
        if (isset($this->handle)) {
            $this->ffi->visiono_webhook_free($this->handle);
        }
    }

    /**
     * Receives a webhook: verifies the signature headers and that the event is recent, and reads it.
     *
     * @param string $body the raw body: `file_get_contents('php://input')`, or of a framework
     *     `(string) $request->getBody()` (PSR-7) or `$request->getContent()` (Symfony, Laravel)
     * @param array<string, mixed> $headers `$_SERVER`, `getallheaders()`, or a framework's, such as
     *     `$request->getHeaders()` (PSR-7) or `$request->headers->all()` (Symfony, Laravel); a header
     *     is a string or a list of strings, and others than Visiono's are ignored
     * @param int|null $now in Unix seconds; the system's time unless given
     *
     * @throws WorkflowException the first check that fails decides
     */
    public function receive(mixed $body, mixed $headers, mixed $now = null): Delivery
    {
        $body = self::raw($body);
        // The list is kept while the library reads it.
        $list = $this->pairs($headers);
        $now = Library::seconds('now', $now) ?? \time();
        $ffi = $this->ffi;
        $handle = $ffi->new('visiono_delivery_t *');
        $code = $ffi->visiono_webhook_receive(
            $this->handle,
            $body,
            \strlen($body),
            $list['pairs'],
            $list['count'],
            $now,
            FFI::addr($handle),
            $this->library->error
        );
        if ($code !== 0) {
            throw $this->library->exception($this->library->error);
        }
        try {
            return $this->delivery($handle, $body);
        } finally {
            $ffi->visiono_delivery_free($handle);
        }
    }

    /**
     * Verifies the signature alone: whether the event is recent is not known then.
     *
     * @param string $body the raw body, as it came
     * @param string|null $header the value of `X-Visiono-Signature` or `X-Webhook-Signature`, as it
     *     came; null if there was none
     *
     * @throws Exception\MissingParameter without a header
     * @throws Exception\InvalidSignature
     * @throws Exception\MalformedParameter if the body is larger than 1 MiB
     * @throws Exception\InvalidArgument
     */
    public function verify(mixed $body, mixed $header): VerifiedWebhook
    {
        $body = self::raw($body);
        $ffi = $this->ffi;
        $text = $ffi->new('visiono_str_t');
        if ($header !== null) {
            if (!\is_string($header)) {
                throw Library::notStrings(['?header' => $header]);
            }
            $copy = $this->library->copy($header);
            $text->data = $ffi->cast('char *', FFI::addr($copy));
            $text->len = \strlen($header);
        }
        $verified = $ffi->new('visiono_verified_webhook_t');
        $code = $ffi->visiono_webhook_verify(
            $this->handle,
            $body,
            \strlen($body),
            $text,
            FFI::addr($verified),
            $this->library->error
        );
        if ($code !== 0) {
            throw $this->library->exception($this->library->error);
        }
        return new VerifiedWebhook($verified->secret_index, FFI::string($verified->dedup_key));
    }

    /**
     * Signs a body, as Visiono does, into the value of the header: `sha256=` and 64 digits. It is
     * there for tests.
     *
     * @param string $body
     *
     * @throws Exception\InvalidArgument
     */
    public function sign(mixed $body): string
    {
        $body = self::raw($body);
        $ffi = $this->ffi;
        $header = $ffi->new('visiono_buffer_t');
        $memory = $ffi->new('char[128]');
        $header->data = $ffi->cast('char *', FFI::addr($memory));
        $header->capacity = FFI::sizeof($memory);
        $code = $ffi->visiono_webhook_sign(
            $this->handle,
            $body,
            \strlen($body),
            FFI::addr($header),
            $this->library->error
        );
        if ($code !== 0) {
            throw $this->library->exception($this->library->error);
        }
        return FFI::string($memory, $header->len);
    }

    /** Nothing of the secrets, nor of where they are. */
    public function __debugInfo(): array
    {
        return [];
    }

    public function __serialize(): array
    {
        throw new \LogicException('a Webhook is not serialized, because it holds secrets: make it anew');
    }

    private function __clone()
    {
    }

    private static function raw(mixed $body): string
    {
        if (!\is_string($body)) {
            throw Library::invalidArgument(
                'body has to be the raw body as it came, a string, not ' . \get_debug_type($body)
                . ": keep it, with file_get_contents('php://input'), (string) \$request->getBody() of"
                . ' PSR-7, or $request->getContent() of Symfony and Laravel'
            );
        }
        return $body;
    }

    /**
     * The headers as the library takes them, and the memory that they are in.
     *
     * @return array{pairs: CData, count: int, memory: CData}
     */
    private function pairs(mixed $headers): array
    {
        if (!\is_array($headers)) {
            throw Library::invalidArgument(
                'headers have to be an array, such as $_SERVER, getallheaders(), $request->getHeaders()'
                . ' of PSR-7, or $request->headers->all() of Symfony and Laravel'
            );
        }
        $texts = [];
        foreach ($headers as $name => $values) {
            foreach (\is_array($values) ? $values : [$values] as $value) {
                if (\is_string($value)) {
                    \array_push($texts, (string) $name, $value);
                } elseif ($value !== null && !\is_scalar($value)) {
                    // $_SERVER has numbers beside its headers, and a framework has null for none.
                    throw Library::invalidArgument(
                        'a header has to be a string or a list of strings, and one is '
                        . \get_debug_type($value)
                    );
                }
            }
        }
        $count = \intdiv(\count($texts), 2);
        $memory = $this->library->copy(\implode('', $texts));
        $next = $this->ffi->cast('char *', FFI::addr($memory));
        // C has no array of no elements.
        $pairs = $this->ffi->new('visiono_pair_t[' . ($count + 1) . ']');
        foreach ($texts as $index => $text) {
            $pair = $pairs[\intdiv($index, 2)];
            $part = $index % 2 === 0 ? $pair->name : $pair->value;
            $part->data = $next;
            $part->len = \strlen($text);
            $next += \strlen($text);
        }
        return ['pairs' => $pairs, 'count' => $count, 'memory' => $memory];
    }

    private function delivery(CData $handle, string $body): Delivery
    {
        $ffi = $this->ffi;
        $optional = static fn (CData $text): ?string =>
            $text->data === null ? null : Library::text($text);
        $uniqueValue = $optional($ffi->visiono_delivery_link_unique_value($handle));
        $seconds = $ffi->new('int64_t');
        $isKnown = $ffi->visiono_delivery_event_time($handle, FFI::addr($seconds));
        return new Delivery(
            event: Library::text($ffi->visiono_delivery_event_name($handle)),
            eventTime: $isKnown ? $seconds->cdata : null,
            dedupKey: Library::text($ffi->visiono_delivery_dedup_key($handle)),
            secretIndex: $ffi->visiono_delivery_secret_index($handle),
            unauthenticatedDeliveryId: $optional($ffi->visiono_delivery_unauthenticated_delivery_id($handle)),
            unauthenticatedTenantId: $optional($ffi->visiono_delivery_unauthenticated_tenant_id($handle)),
            isTest: $ffi->visiono_delivery_is_test($handle),
            link: $uniqueValue === null ? null : new DeliveredLink(
                $optional($ffi->visiono_delivery_link_submission_id($handle)),
                $uniqueValue,
                Library::text($ffi->visiono_delivery_link_source($handle)),
                Library::text($ffi->visiono_delivery_link_reference($handle)),
            ),
            // The library has read it, at a smaller depth, so that there is no error.
            body: \json_decode($body, true, flags: \JSON_BIGINT_AS_STRING | \JSON_THROW_ON_ERROR),
        );
    }
}
