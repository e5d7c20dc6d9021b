<?php

// Uses Visiono's REST API with PHP's streams.
//
//   php rest.php COMMAND ARGUMENT...
//
// VISIONO_API_KEY has the key. VISIONO_API may have the base URL of a local stand-in.

declare(strict_types=1);

// ANCHOR: call
/** An error of the API. */
final class Problem extends RuntimeException
{
    public readonly array $details;

    public function __construct(int $status, array $error)
    {
        parent::__construct("$status {$error['code']}: {$error['message']}");
        $this->details = $error['details'] ?? [];
    }
}

/** Sends a request, and returns the answer. Waits if the key has sent too many. */
function call(string $method, string $path, ?array $body = null, array $query = []): ?array
{
    $base = getenv('VISIONO_API') ?: 'https://www.visiono.io/api/v1';
    $url = $base . $path . '?' . http_build_query($query);
    $header = ['X-API-Key: ' . getenv('VISIONO_API_KEY'), 'Content-Type: application/json'];
    $http = ['method' => $method, 'header' => $header, 'timeout' => 30, 'ignore_errors' => true];
    if ($body !== null) {
        $http['content'] = json_encode($body, JSON_THROW_ON_ERROR);
    }
    for ($attempt = 0; $attempt < 6; $attempt++) {
        $answer = fopen($url, 'r', false, stream_context_create(['http' => $http]));
        if ($answer === false) {
            throw new RuntimeException('no answer');
        }
        $headers = stream_get_meta_data($answer)['wrapper_data'];
        $text = stream_get_contents($answer);
        $status = (int) explode(' ', $headers[0])[1];
        if ($status !== 429) {
            break;
        }
        $after = preg_grep('/^retry-after:/i', $headers);
        $wait = $after ? (int) explode(':', current($after))[1] : 2 ** $attempt;
        fwrite(STDERR, "too many requests: waiting $wait s\n");
        sleep($wait);
    }
    if ($status === 204) {
        return null;
    }
    $answer = json_decode($text, true, flags: JSON_THROW_ON_ERROR);
    if ($status >= 400) {
        throw new Problem($status, $answer['error']);
    }
    return $answer;
}
// ANCHOR_END: call

// ANCHOR: create
/** Requests photos, and returns the message for the customer. */
function create(): string
{
    $body = ['instructions' => 'Photograph the parcel from every side.', 'expires_in_hours' => 24];
    ['data' => $asked] = call('POST', '/photo-requests', $body);
    return "Please take your photos here: {$asked['request_url']}\n"
        . "Or enter {$asked['numeric_code']} at {$asked['code_entry_url']}";
}
// ANCHOR_END: create

/** Returns required items. */
function items(string ...$texts): array
{
    return array_map(fn ($text) => ['instructions' => $text, 'is_required' => true], $texts);
}

// ANCHOR: items
/** Requests two photos, and lets Visiono send the link. */
function create_with_items(): array
{
    return call('POST', '/photo-requests', [
        'instructions' => 'Photograph your identity card.',
        'recipient_email' => 'customer@example.com',
        'send_email' => true,
        'expires_in_hours' => 48,
        'require_gps' => false,
        'allow_submitter_notes' => true,
        'internal_notes' => 'Ticket 123',
        'metadata' => ['ticket_id' => '12345'],
        'items' => [
            ['instructions' => 'Front of the card', 'is_required' => true],
            ['instructions' => 'Back of the card', 'is_required' => true],
        ],
    ])['data'];
}
// ANCHOR_END: items

/** Requests two photos under the other name of items, which the page on keys uses. */
function create_with_slots(): array
{
    $body = ['instructions' => 'Send photos of the car.', 'photo_slots' => items('Front view', 'Rear view')];
    return call('POST', '/photo-requests', $body)['data'];
}

/** Creates the requests that the guide recommends for four kinds of work. */
function use_cases(): array
{
    $card = items('Front of the card', 'Back of the card', 'Yourself');
    $requests = [
        ['instructions' => 'Prove who you are.', 'expires_in_hours' => 24, 'items' => $card],
        [
            'instructions' => 'Show us the defect.',
            'expires_in_hours' => 72,
            'items' => items('The product', 'The defect', 'The receipt'),
        ],
    ];
    $links = [
        ['instructions' => 'Photograph the vehicle.', 'unique_field_label' => 'Plate', 'require_gps' => true],
        ['instructions' => 'Photograph the rooms.', 'show_full_name_field' => true, 'require_gps' => true],
    ];
    $make = fn (string $path) => fn (array $body) => call('POST', $path, $body)['data'];
    return [...array_map($make('/photo-requests'), $requests), ...array_map($make('/smart-links'), $links)];
}

// ANCHOR: batch
/** Requests photos from several people, and returns each one's link. */
function batch(string ...$emails): array
{
    $ask = fn ($to) => ['instructions' => 'Photograph your meter.', 'recipient_email' => $to];
    ['data' => $made] = call('POST', '/photo-requests/batch', ['requests' => array_map($ask, $emails)]);
    return array_column($made, 'request_url', 'recipient_email');
}
// ANCHOR_END: batch

// ANCHOR: list
/** Returns the IDs of the requests in a period, from all pages. */
function find(string $status, string $after, string $before): array
{
    $found = [];
    $query = ['status' => $status, 'created_after' => $after, 'created_before' => $before, 'per_page' => 2];
    for ($page = $last = 1; $page <= $last; $page++) {
        ['data' => $asked, 'meta' => $meta] = call('GET', '/photo-requests', null, [...$query, 'page' => $page]);
        array_push($found, ...array_column($asked, 'id'));
        $last = $meta['last_page'];
    }
    return $found;
}
// ANCHOR_END: list

// ANCHOR: wait
/** Polls the status until it is final. */
function wait(string $request): string
{
    $status = null;
    while (!in_array($status, ['submitted', 'expired', 'canceled'], true)) {
        if ($status !== null) {
            sleep(2);
        }
        $before = $status;
        $status = call('GET', "/photo-requests/$request")['data']['status'];
        if ($status !== $before) {
            fwrite(STDERR, "$status\n");
        }
    }
    return $status;
}
// ANCHOR_END: wait

/** Cancels a request. */
function cancel(string $request): string
{
    return call('DELETE', "/photo-requests/$request")['data']['status'];
}

/** Returns the item of each photo, and its size. */
function submissions(string $request): array
{
    $asked = call('GET', "/photo-requests/$request")['data'];
    $texts = array_column($asked['items'], 'instructions', 'id');
    $photos = call('GET', "/photo-requests/$request/submissions")['data'];
    return array_map(fn ($photo) => [$texts[$photo['item_id']], $photo['file_size_kb']], $photos);
}

// ANCHOR: download
function kind_of(string $owner): string
{
    return str_starts_with($owner, 'sl_') ? 'smart-links' : 'photo-requests';
}

/** Saves the photos of a request or a Smart Link, and returns where each was taken. */
function download(string $owner, string $folder): array
{
    $told = [];
    $path = '/' . kind_of($owner) . "/$owner/download-urls";
    foreach (call('GET', $path)['data']['submissions'] as $photo) {
        $ending = basename($photo['mime_type']);
        foreach (['' => $photo['download_url'], '_thumb' => $photo['thumbnail_url']] as $name => $url) {
            // The URL is signed, so the key is not sent.
            $picture = file_get_contents($url);
            if ($picture === false) {
                throw new RuntimeException('no photo');
            }
            file_put_contents("$folder/{$photo['id']}$name.$ending", $picture);
        }
        $place = $photo['has_gps_data'] ? "{$photo['gps_latitude']}, {$photo['gps_longitude']}" : 'no position';
        $told[] = "{$photo['id']}: $place";
    }
    return $told;
}
// ANCHOR_END: download

// ANCHOR: qrcode
/** Returns an element with the QR code of a request or a Smart Link. */
function qrcode(string $owner): string
{
    $url = call('GET', '/' . kind_of($owner) . "/$owner/qrcode")['data']['qrcode_url'];
    return "<img src=\"$url\" alt=\"Scan this to send photos\" width=\"200\" height=\"200\">";
}
// ANCHOR_END: qrcode

// ANCHOR: smart-link
/** Creates a link for a fleet, finds it by its tags, and changes it. */
function smart_link(string $slug): array
{
    ['data' => $made] = call('POST', '/smart-links', [
        'instructions' => 'Photograph the vehicle.',
        'custom_slug' => $slug,
        'unique_field_label' => 'License plate',
        'show_full_name_field' => true,
        'full_name_required' => true,
        'require_gps' => true,
        'tags' => ['fleet', 'inspection'],
        'items' => [
            ['instructions' => 'Front view', 'is_required' => true],
            ['instructions' => 'Damage, if any', 'is_required' => false],
        ],
    ]);
    $query = ['is_active' => 'true', 'tags' => 'fleet,inspection'];
    ['data' => $found] = call('GET', '/smart-links', null, $query);
    $path = "/smart-links/{$made['id']}";
    $change = ['instructions' => 'Photograph the car.', 'tags' => ['fleet']];
    ['data' => $changed] = call('PUT', $path, $change);
    if (call('GET', $path)['data'] !== $changed) {
        throw new RuntimeException('the change is lost');
    }
    return ['made' => $made, 'found' => array_column($found, 'id'), 'changed' => $changed];
}
// ANCHOR_END: smart-link

/** Returns the people who sent photos through a link, and the number of their photos. */
function link_submissions(string $link): array
{
    $names = ['unique_field_value', 'external_source', 'external_reference', 'photo_count'];
    $sent = call('GET', "/smart-links/$link/submissions")['data'];
    return array_map(fn ($one) => array_map(fn ($name) => $one[$name], $names), $sent);
}

/** Archives a link, and returns the active ones. */
function archive(string $link): array
{
    call('DELETE', "/smart-links/$link");
    return array_column(call('GET', '/smart-links', null, ['is_active' => 'true'])['data'], 'id');
}

// ANCHOR: workflow
/** Creates a link in Workflow Mode. Only this answer shows its secret. */
function workflow(string $slug, string $redirect): array
{
    ['data' => $made] = call('POST', '/smart-links', [
        'instructions' => 'Photograph the damage.',
        'custom_slug' => $slug,
        'workflow_mode' => true,
        'workflow_redirect_url' => $redirect,
    ]);
    return ['id' => $made['id'], 'url' => $made['request_url'], 'secret' => $made['workflow_secret']];
}
// ANCHOR_END: workflow

// ANCHOR: webhook
/** Creates an endpoint for two events. Only this answer shows its secret. */
function webhook(string $url): array
{
    $events = ['photo_submission.created', 'photo_request.submitted'];
    return call('POST', '/webhooks', ['url' => $url, 'events' => $events])['data'];
}

/** Sends a test event to an endpoint. */
function test_webhook(string $endpoint): array
{
    return call('POST', "/webhooks/$endpoint/test", ['event' => 'photo_request.submitted'])['data'];
}
// ANCHOR_END: webhook

/** Lists endpoints and events, then changes and deletes an endpoint. */
function webhooks(string $endpoint): array
{
    $known = array_column(call('GET', '/webhooks/events')['data'], 'name');
    $path = "/webhooks/$endpoint";
    ['data' => $before] = call('GET', $path);
    if (!in_array($before, call('GET', '/webhooks')['data'], true)) {
        throw new RuntimeException('the list lacks it');
    }
    $change = ['is_active' => false, 'events' => ['photo_request.expired']];
    ['data' => $changed] = call('PATCH', $path, $change);
    $gone = call('DELETE', $path);
    $left = array_column(call('GET', '/webhooks')['data'], 'id');
    return ['events' => $known, 'before' => $before, 'changed' => $changed, 'gone' => $gone, 'left' => $left];
}

// ANCHOR: problems
/** Returns the messages of an error, field by field. */
function problems(): array
{
    $bad = ['instructions' => '', 'expires_in_hours' => 'soon', 'items' => [['is_required' => true]]];
    try {
        return call('POST', '/photo-requests', $bad);
    } catch (Problem $problem) {
        return ['error' => $problem->getMessage(), 'details' => $problem->details];
    }
}
// ANCHOR_END: problems

/** Checks the key, and returns the error if it is invalid. */
function status(): array|string
{
    try {
        return call('GET', '/status')['data'];
    } catch (Problem $problem) {
        return $problem->getMessage();
    }
}

/** Returns the error for a key that may only read. */
function write_without_scope(): array
{
    try {
        return [create()];
    } catch (Problem $problem) {
        return ['error' => $problem->getMessage(), 'details' => $problem->details];
    }
}

/** Returns a request, or the error. */
function read(string $request): array|string
{
    try {
        return call('GET', "/photo-requests/$request")['data'];
    } catch (Problem $problem) {
        return $problem->getMessage();
    }
}

[, $command] = $argv;
echo json_encode($command(...array_slice($argv, 2)), JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION), "\n";
