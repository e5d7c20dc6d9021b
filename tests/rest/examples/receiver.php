<?php

// Receives webhooks as in the guide, stores them by request, and serves them to pollers.
//
//   php -S 127.0.0.1:PORT receiver.php
//
// VISIONO_WEBHOOK_SECRET has the endpoint's secret, and KEPT a folder for the events. A real receiver
// uses the package and its inbox.

declare(strict_types=1);

const LATEST = 50;
const DAY = 24 * 60 * 60;

/** Returns the file of a request's events. */
function file_of(string $request): string
{
    return getenv('KEPT') . '/' . preg_replace('/\W/', '', $request) . '.json';
}

function events_of(string $request): array
{
    return is_file(file_of($request)) ? json_decode(file_get_contents(file_of($request)), true) : [];
}

function keep(array $event, string $delivery): void
{
    $about = $event['data']['photo_request']['id'] ?? '';
    // Stored per request: in a common list, one request would displace the events of another.
    $events = array_filter(events_of($about), fn ($one) => $one['received_at'] > time() - DAY);
    if (!in_array($delivery, array_column($events, 'delivery'), true)) {
        $events[] = [...$event, 'delivery' => $delivery, 'received_at' => time()];
    }
    file_put_contents(file_of($about), json_encode(array_slice($events, -LATEST)));
}

if ($_SERVER['REQUEST_METHOD'] === 'GET') {
    // Returns the events of a request: `/events/pr_…`.
    header('Content-Type: application/json');
    echo json_encode(events_of(basename($_SERVER['REQUEST_URI'])));
    return;
}
$body = file_get_contents('php://input');
$expected = 'sha256=' . hash_hmac('sha256', $body, getenv('VISIONO_WEBHOOK_SECRET'));
if (!hash_equals($expected, $_SERVER['HTTP_X_VISIONO_SIGNATURE'] ?? '')) {
    http_response_code(401);
    return;
}
keep(json_decode($body, true, flags: JSON_THROW_ON_ERROR), $_SERVER['HTTP_X_VISIONO_DELIVERY'] ?? '');
http_response_code(204);
