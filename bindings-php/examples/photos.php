<?php

declare(strict_types=1);

// Processes what is due, each event in one transaction: `php photos.php`, from cron for example.

use Visiono\Workflow\Inbox\Inbox;
use Visiono\Workflow\Inbox\Item;
use Visiono\Workflow\Inbox\PdoStore;

require_once __DIR__ . '/vendor/autoload.php';

$pdo = new PDO(getenv('VISIONO_INBOX_DSN'), getenv('VISIONO_INBOX_USER') ?: null, getenv('VISIONO_INBOX_PASSWORD') ?: null);
$pdo->exec('CREATE TABLE IF NOT EXISTS photos (request_id VARCHAR(255), event VARCHAR(255))');
$inbox = new Inbox(new PdoStore($pdo));
$inbox->migrate();
// The handler's writes with this connection are committed together with the end of the event.
while ($inbox->process($pdo, static function (Item $item, PDO $pdo): void {
    $insert = $pdo->prepare('INSERT INTO photos (request_id, event) VALUES (?, ?)');
    $insert->execute([$item->requestId, $item->event]);
})) {
}
echo json_encode($inbox->counts()), "\n";
