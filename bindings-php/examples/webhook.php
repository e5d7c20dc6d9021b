<?php

declare(strict_types=1);

// Receives webhooks: answers at once, so that Visiono does not retry, and works afterwards.

use Visiono\Workflow\Delivery;
use Visiono\Workflow\Event;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\WorkflowException;

require __DIR__ . '/vendor/autoload.php';

// A folder outside the web root, which PHP may write: one file an event, named for its dedup key.
$folder = getenv('VISIONO_WEBHOOK_FOLDER') ?: throw new LogicException('set VISIONO_WEBHOOK_FOLDER');
$webhook = new Webhook(getenv('VISIONO_WEBHOOK_SECRET'));

// The raw body. The library refuses one of more than 1 MiB, so no more is read.
$body = file_get_contents('php://input', length: (1 << 20) + 1);
try {
    $delivery = $webhook->receive($body, $_SERVER);
} catch (WorkflowException $refused) {
    // The sentence is for you, the code for the sender.
    error_log($refused->getMessage());
    http_response_code($refused->isRefusal() ? 401 : 500);
    exit("{$refused->reason->name()}\n");
}

$isNew = keep($folder, $delivery);
http_response_code(204);
if (function_exists('fastcgi_finish_request')) {
    fastcgi_finish_request();
}
if ($isNew) {
    process($delivery, $folder);
    forget($folder);
}

/** Keeps an event, so that it can be processed again if that fails. False if it is there: a duplicate. */
function keep(string $folder, Delivery $delivery): bool
{
    // Without an event time it is as fresh as ever, so its key is kept for good.
    $kind = $delivery->eventTime === null ? 'undated' : 'dated';
    $file = "$folder/$delivery->dedupKey.$kind.json";
    // A link is made whole or not at all, and only once.
    $temporary = (string) tempnam($folder, 'new');
    $isKept = file_put_contents($temporary, $delivery->rawBody) === strlen($delivery->rawBody);
    $isNew = $isKept && @link($temporary, $file);
    unlink($temporary);
    if (!$isNew && !is_file($file)) {
        http_response_code(500);
        exit("the event can't be kept\n");
    }
    return $isNew;
}

/** Yours: here one line a webhook. What a stranger wrote is logged as JSON, which has no line ends. */
function process(Delivery $delivery, string $folder): void
{
    $line = json_encode([
        'event' => $delivery->event,
        'about' => match ($delivery->knownEvent) {
            Event::SubmissionCreated => [$delivery->link?->uniqueValue, $delivery->link?->reference],
            Event::PhotoRequestSubmitted => $delivery->data['photo_request']['id'] ?? null,
            default => null,
        },
    ], JSON_THROW_ON_ERROR);
    // The one control character that JSON leaves as it is.
    $line = strtr($line, ["\x7F" => '\u007f']);
    file_put_contents("$folder/log.txt", "$line\n", FILE_APPEND | LOCK_EX);
}

/** Forgets the dated events of more than a day ago: Visiono's last retry comes 2 h 36 min after the event. */
function forget(string $folder): void
{
    foreach (glob("$folder/*.dated.json") ?: [] as $file) {
        if (filemtime($file) < time() - 86400) {
            unlink($file);
        }
    }
}
