<?php

declare(strict_types=1);

// Answers your own pages, which poll it: /events.php?request_id=pr_123&after=1705500000.123

$inbox = require __DIR__ . '/inbox.php';
// Your login belongs here, and the check that this person may see this request.
$requestId = $_GET['request_id'] ?? null;
$after = filter_var($_GET['after'] ?? '0', FILTER_VALIDATE_FLOAT, ['options' => ['min_range' => 0, 'max_range' => 1e12]]);
if (!is_string($requestId) || $after === false) {
    http_response_code(400);
    exit("request_id or after is wrong\n");
}
// Of this request alone, and not before the time: another request's event, or one of last week, is no
// answer. Pass the last received_at as the next `after`, and skip the keys that you have.
$events = [];
foreach ($inbox->events($requestId, $after) as $item) {
    $events[] = [
        'dedup_key' => $item->dedupKey,
        'event' => $item->event,
        'received_at' => $item->receivedAt,
        'data' => $item->body['data'] ?? null,
    ];
}
header('Content-Type: application/json');
header('Cache-Control: no-store');
echo json_encode($events, JSON_THROW_ON_ERROR);
