<?php

declare(strict_types=1);

// Processes the events of the inbox, until SIGTERM: `php worker.php`. Start as many as you want.

use Visiono\Workflow\Event;
use Visiono\Workflow\Inbox\Item;

$inbox = require __DIR__ . '/inbox.php';
$inbox->migrate();
$inbox->purge();
$inbox->run(static function (Item $item): void {
    // Yours. If it throws, the event comes again later. If the worker is killed, it comes again too:
    // pass $item->dedupKey as the idempotency key of what must not happen twice.
    if ($item->event === Event::PhotoRequestSubmitted->value) {
        // A stranger chose the texts of an event. JSON has no line ends.
        echo 'all photos have arrived of ', json_encode($item->requestId), "\n";
    }
});
