<?php

declare(strict_types=1);

// The inbox of this application, for its other programs. The folder of a SQLite file must be writable
// for all of them, and outside the web root.

use Visiono\Workflow\Inbox\Inbox;
use Visiono\Workflow\Inbox\PdoStore;

require_once __DIR__ . '/vendor/autoload.php';

// For example sqlite:/var/lib/tickets/inbox.sqlite, pgsql:host=localhost;dbname=tickets
// or mysql:host=localhost;dbname=tickets;charset=utf8mb4.
$dsn = getenv('VISIONO_INBOX_DSN') ?: throw new LogicException('set VISIONO_INBOX_DSN');

// A function, so that a database that can't be reached is a 503, and a worker can connect again.
return new Inbox(new PdoStore(static fn (): PDO => new PDO(
    $dsn,
    getenv('VISIONO_INBOX_USER') ?: null,
    getenv('VISIONO_INBOX_PASSWORD') ?: null,
    [PDO::ATTR_TIMEOUT => 5],
)));
