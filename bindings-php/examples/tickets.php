<?php

declare(strict_types=1);

use Visiono\Workflow\Code;
use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowException;

require __DIR__ . '/vendor/autoload.php';

// The redirect URL that is set at Visiono, with your own host in place of app.example.
const TEMPLATE = 'https://app.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}'
    . '&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}';
// The Smart Link, or the sandbox's: http://localhost:4700/s/damage-report
$smartLink = getenv('VISIONO_LINK') ?: 'https://visiono.io/s/damage-report';

// Your application's login belongs here, and the tickets that this person may see. These have a
// license plate each. Visiono sends the browser back from another site, so the cookie can't be Strict.
session_start(['cookie_samesite' => 'Lax', 'cookie_httponly' => true]);
$tickets = ['ticket-456' => 'ABC 123', '2024/0815' => 'XYZ 789'];

// /tickets/{reference}/{action}, from the URL as the browser requested it.
$segments = explode('/', explode('?', $_SERVER['REQUEST_URI'])[0]);
$reference = rawurldecode($segments[2] ?? '');
$action = $_SERVER['REQUEST_METHOD'] . ' ' . ($segments[3] ?? '');
$plate = $tickets[$reference] ?? exit(page(404, 'There is no such ticket.'));
$ticket = '/tickets/' . rawurlencode($reference);
// A ticket has its own entry, because two can be open at once. Use a database.
$photos = &$_SESSION['photos'][$reference];

try {
    $workflow = new Workflow([getenv('VISIONO_WORKFLOW_SECRET'), getenv('VISIONO_WORKFLOW_SECRET_OTHER')]);
    if ($action === 'POST start') {
        // Signed when the person clicks, because a link is valid for an hour.
        $link = $workflow->signLink(link: $smartLink, uniqueValue: $plate, source: 'zendesk', reference: $reference);
        header("Location: $link", response_code: 303);
    } elseif ($action === 'GET done') {
        $expect = ['uniqueValue' => $plate, 'reference' => $reference];
        $return = $workflow->verifyReturn($_SERVER['REQUEST_URI'], template: TEMPLATE, expect: $expect);
        // Stored, because this address is refused when it is loaded again after an hour.
        $photos = "$return->photoCount photos, submission $return->submissionId.";
        header("Location: $ticket", response_code: 303);
    } elseif ($action !== 'GET ') {
        echo page(404, 'There is no such page.');
    } else {
        echo page(200, "Ticket $reference: " . ($photos ?? 'no photos yet.'));
        echo "<form method=\"post\" action=\"$ticket/start\"><button>Send photos</button></form>\n";
    }
} catch (WorkflowException $refused) {
    // The sentence is for you. It holds nothing of the message.
    error_log($refused->getMessage());
    echo match (true) {
        !$refused->isRefusal() => page(500, 'Something went wrong on our side. Please try again later.'),
        $refused->reason === Code::Expired => page(400, 'This address has expired. ' . ($photos ?? 'Please start again.')),
        default => page(400, 'This address is not valid. ' . ($photos ?? 'Please start again from your ticket.')),
    };
}

/** Returns a page for the person. A verified value is still a text that somebody chose, so it is escaped. */
function page(int $status, string $text): string
{
    http_response_code($status);
    return "<!DOCTYPE html>\n<title>Photos</title>\n<p>" . htmlspecialchars($text) . "</p>\n";
}
