<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * Receives webhooks.
 *
 * It holds one webhook secret, or several for rotation: each one is tried at verification. The
 * signature covers the raw body, byte for byte as received: JSON that was parsed and written again
 * has other bytes.
 *
 * A refused call throws the {@see WorkflowException} of its code. An argument of a wrong
 * type is PHP's own `TypeError`.
 */
final class Webhook
{
    use Handle;

    /**
     * @param string|WebhookSecret|list<string|WebhookSecret|false|null>|false|null $secrets the
     *     webhook secret, or several, the one that signs first; a later one that is absent (null,
     *     or `getenv()`'s false) is skipped
     * @param int|null $maxAge the maximum age of an event, in seconds; 10800 unless given, because
     *     Visiono's last retry comes 2 h 36 min after the event
     * @param int|null $leeway how far in the future an event may be dated, in seconds; 60 unless given
     * @param bool $requireTimestamp true refuses an event without a `timestamp`, as Visiono's own
     *     example of `submission.created` is
     * @param string|null $library the path of the C library; searched unless given
     *
     * @throws Exception\InvalidSecret with the position of the secret, from 0
     * @throws Exception\InvalidArgument
     * @throws LibraryException
     */
    public function __construct(
        #[\SensitiveParameter] string|array|WebhookSecret|false|null $secrets,
        ?int $maxAge = null,
        ?int $leeway = null,
        bool $requireTimestamp = false,
        ?string $library = null,
    ) {
        $texts = "webhook\xFF$maxAge\xFF$leeway\xFF$requireTimestamp\xFF";
        $this->open($library, WebhookSecret::texts($secrets), $texts);
    }

    /**
     * Receives a webhook: verifies the signature headers, checks that a dated event is recent, and
     * reads it.
     *
     * @param string|object|false|null $body the raw body: `file_get_contents('php://input')`, or
     *     the request that has it, of PSR-7, Symfony, Laravel or WordPress
     * @param array<mixed>|object $headers `$_SERVER`, `getallheaders()`, a request of PSR-7,
     *     Symfony or Laravel, or its headers; a header is a string or a list of strings, and the
     *     headers of others are ignored
     * @param int|null $now in Unix seconds; the system's time unless given
     *
     * @throws WorkflowException the first check that fails decides
     */
    public function receive(
        string|array|object|int|float|bool|null $body,
        array|object|string|int|float|bool|null $headers,
        ?int $now = null,
    ): Delivery {
        $body = Outside::body($body);
        $headers = Outside::headers($headers);
        return new Delivery($this->call("receive\xFF$headers$body", $now ?? \time()), $body);
    }

    /**
     * Verifies the signature alone, not that the event is recent.
     *
     * @param string|false|null $body the raw body, as received
     * @param string|list<string>|null $header the value of `X-Visiono-Signature` or
     *     `X-Webhook-Signature`, as received; null or an empty list if there was none
     *
     * @throws Exception\MissingParameter without a header
     * @throws Exception\InvalidSignature
     * @throws Exception\MalformedParameter if the body is larger than 1 MiB
     * @throws Exception\InvalidArgument
     */
    public function verify(
        string|array|object|int|float|bool|null $body,
        string|array|object|int|float|bool|null $header,
    ): VerifiedWebhook {
        $body = Outside::body($body);
        $headers = Outside::headers(['X-Visiono-Signature' => $header]);
        $result = $this->call("verify\xFF$headers$body");
        return new VerifiedWebhook(...\json_decode($result, flags: \JSON_THROW_ON_ERROR));
    }

    /**
     * Signs a body, as Visiono does. Returns the value of the header: `sha256=` and 64 digits. It
     * is for tests.
     *
     * @throws Exception\InvalidArgument
     */
    public function sign(string $body): string
    {
        return $this->call("sign\xFF$body");
    }

    /**
     * Makes a delivery of an event, signed as Visiono does, to test a receiver with.
     *
     * @param string|Event $event `submission.created`, or another that is documented
     * @param string|null $id the ID of the event's own object; `test` unless given
     * @param string|null $submissionId `pls_test` unless given
     * @param string|null $uniqueValue `ABC123` unless given
     * @param string|null $source `zendesk` unless given
     * @param string|null $reference `ticket-456` unless given
     * @param string|null $style one of the documented styles, `guide` or `developer`; `guide` unless
     *     given
     * @param bool $timestamp false leaves out the body's `timestamp`, as Visiono's own example does
     * @param int|null $now in Unix seconds; the system's time unless given
     *
     * @throws Exception\InvalidArgument if the event or the style is not known
     */
    public function testDelivery(
        string|Event $event,
        ?string $id = null,
        ?string $submissionId = null,
        ?string $uniqueValue = null,
        ?string $source = null,
        ?string $reference = null,
        ?string $style = null,
        bool $timestamp = true,
        ?int $now = null,
    ): TestDelivery {
        $event = $event instanceof Event ? $event->value : $event;
        $texts = \serialize([$event, $style, $id, $submissionId, $uniqueValue, $source, $reference]);
        return new TestDelivery($this->call("test_delivery\xFF$timestamp\xFF$texts", $now ?? \time()));
    }
}
