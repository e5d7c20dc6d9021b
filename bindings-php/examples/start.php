<?php

declare(strict_types=1);

// Starts a workflow: remembers what it is about, and sends the person to Visiono.
require (getenv('VISIONO_WORKFLOW_PACKAGE') ?: dirname(__DIR__)) . '/autoload.php';

use Visiono\Workflow\Workflow;

// The ticket that photos are needed for. Your application knows it; here it is a part of the page.
$ticket = ['plate' => 'ABC 123', 'id' => 'ticket-456'];

session_start();
$_SESSION['expect'] = ['uniqueValue' => $ticket['plate'], 'reference' => $ticket['id']];

$workflow = new Workflow(getenv('VISIONO_WORKFLOW_SECRET'));
$link = $workflow->signLink(
    slug: 'damage-report',
    uniqueValue: $ticket['plate'],
    source: 'zendesk',
    reference: $ticket['id'],
);
header("Location: $link", response_code: 302);
