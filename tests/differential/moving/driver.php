<?php

declare(strict_types=1);

// Calls the functions that the documentation shows, in the file that is named.

require getenv('VISIONO_WORKFLOW_PACKAGE') . '/autoload.php';
require $argv[1];

use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\Workflow;

$workflow = new Workflow('0123456789abcdef0123456789abcdef');
$webhook = new Webhook('whsec_0123456789abcdef');

echo explode('&ts=', start($workflow, 'ABC123', 'ticket-456'))[0], "\n";
$template = new RedirectTemplate('https://your-system.com/done');
$url = $workflow->signReturn($template, 'pls_123', 'ABC123', 'ticket-456', 5)->url;
echo done($workflow, $url, 'ticket-456'), "\n";
echo done($workflow, $url, 'ticket-457'), "\n";
$body = json_encode(['event' => 'photo_request.submitted', 'timestamp' => gmdate('Y-m-d\TH:i:s\Z')]);
echo hook($webhook, $body, ['HTTP_X_VISIONO_SIGNATURE' => $webhook->sign($body)]), "\n";
echo hook($webhook, $body, []), "\n";
