<?php

declare(strict_types=1);

// Receives webhooks: stores the event, then answers. worker.php processes it.

use Visiono\Workflow\Inbox\Receiver;
use Visiono\Workflow\Webhook;

// If anything fails before the event is stored, Visiono must send it again.
http_response_code(500);
$inbox = require __DIR__ . '/inbox.php';
$webhook = new Webhook([getenv('VISIONO_WEBHOOK_SECRET'), getenv('VISIONO_WEBHOOK_SECRET_OTHER')]);
(new Receiver($webhook, $inbox))->handle();
