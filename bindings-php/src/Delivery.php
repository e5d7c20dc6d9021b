<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * A webhook that passed every check. `Webhook::receive` makes it. It can be serialized, for a queue.
 *
 * A stranger chose its texts, even though they are signed: escape them when you print or log them,
 * with `htmlspecialchars` in a page and `json_encode` in a log.
 *
 * The types below are those that Visiono documents, in both of its styles: the guide's `photo_request`,
 * `submission` and `permanent_link_submission`, and the developer documentation's `id`, `type`,
 * `instructions` and `photos`. Each of them may be absent, and there may be others. Times are as in
 * RFC 3339.
 *
 * @phpstan-type PhotoRequest array{
 *     id?: ?string, unique_code?: ?string, custom_slug?: ?string, status?: ?string,
 *     recipient_email?: ?string, request_url?: ?string, expires_at?: ?string,
 *     submitted_at?: ?string, submissions_count?: ?int, metadata?: mixed, ...
 * }
 * @phpstan-type Submission array{
 *     id?: ?string, item_id?: ?string, file_size_kb?: int|float|null, mime_type?: ?string,
 *     has_gps_data?: ?bool, gps_latitude?: int|float|null, gps_longitude?: int|float|null,
 *     submitted_at?: ?string, ...
 * }
 * @phpstan-type PermanentLinkSubmission array{
 *     id?: ?string, unique_field_value?: ?string, external_source?: ?string,
 *     external_reference?: ?string, ...
 * }
 * @phpstan-type Photo array{
 *     id?: ?string, url?: ?string, slot_instructions?: ?string,
 *     metadata?: array{gps_lat?: int|float|null, gps_lng?: int|float|null, captured_at?: ?string, ...}|null,
 *     ...
 * }
 * @phpstan-type EventData array{
 *     photo_request?: ?PhotoRequest, submission?: ?Submission,
 *     permanent_link_submission?: ?PermanentLinkSubmission, id?: ?string, type?: ?string,
 *     instructions?: ?string, photos?: list<Photo>|null, ...
 * }
 */
final class Delivery
{
    /** The event, if it is a documented one. */
    public readonly ?Event $knownEvent;
    /**
     * The body's `data`; null if there is none.
     *
     * @var EventData|null for a documented event; for another one it may be anything
     */
    public readonly mixed $data;
    /** The event's name: `submission.created`, or one that is not documented. */
    public readonly string $event;
    /** The time of the event, in Unix seconds; null if it has no timestamp. */
    public readonly ?int $eventTime;
    /**
     * The hexadecimal SHA-256 of the body: the same for all deliveries of one event. Keep it to
     * recognize a duplicate: 24 hours if the event has a time, and otherwise as long as the
     * secret is in use.
     */
    public readonly string $dedupKey;
    /** The position of the secret that signed it, from 0. */
    public readonly int $secretIndex;
    /**
     * The ID by which the service's guide polls for the event: `photo_request.id`, else
     * `permanent_link_submission.id`, else `data.id`; null if none of them is text of 1 to 255
     * bytes without a control character.
     */
    public readonly ?string $requestId;
    /** The delivery's ID, for logs. It is not authenticated. */
    public readonly ?string $unauthenticatedDeliveryId;
    /** The tenant's ID, for logs. It is not authenticated. */
    public readonly ?string $unauthenticatedTenantId;
    /** True if the event is a test. */
    public readonly bool $isTest;
    /**
     * The link by which the person was sent, if this is a `submission.created` that has its three
     * texts in a form that a link can have.
     */
    public readonly ?DeliveredLink $link;
    /**
     * The whole body. Its objects are arrays, and whole numbers that PHP's integers can't hold
     * are strings.
     *
     * @var array<mixed>
     */
    public readonly array $body;
    /**
     * The body as it was received, in JSON. Store this: `json_encode` writes another text of
     * `$body`, with large numbers as strings and empty objects as lists.
     */
    public readonly string $rawBody;

    /**
     * @internal
     *
     * @param string $result of the library
     */
    public function __construct(string $result, string $body)
    {
        [
            $this->event, $this->isTest, $this->eventTime, $this->dedupKey, $this->secretIndex, $this->requestId,
            $this->unauthenticatedDeliveryId, $this->unauthenticatedTenantId, $link,
        ] = \json_decode($result, flags: \JSON_THROW_ON_ERROR);
        $this->link = $link === null ? null : new DeliveredLink(...$link);
        // It can't fail: the library has parsed the body, with a smaller depth.
        $this->body = \json_decode($body, true, flags: \JSON_BIGINT_AS_STRING | \JSON_THROW_ON_ERROR);
        $this->rawBody = $body;
        $this->knownEvent = Event::tryFrom($this->event);
        $this->data = $this->body['data'] ?? null;
    }
}
