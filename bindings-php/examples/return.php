<?php

declare(strict_types=1);

// Receives the return: Visiono sends the browser here when the photos are uploaded.
require (getenv('VISIONO_WORKFLOW_PACKAGE') ?: dirname(__DIR__)) . '/autoload.php';

use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowException;

session_start();
if (!isset($_SESSION['expect'])) {
    http_response_code(400);
    exit(page('Nothing was started in this browser.'));
}

$workflow = new Workflow(getenv('VISIONO_WORKFLOW_SECRET'));
try {
    $return = $workflow->verifyReturn($_SERVER['REQUEST_URI'], expect: $_SESSION['expect']);
} catch (WorkflowException $refused) {
    // The sentence is for you, the code for the page. It holds nothing of the message.
    error_log($refused->getMessage());
    http_response_code($refused->isRefusal() ? 400 : 500);
    exit(page("This return was refused: {$refused->reason->name()}"));
}
unset($_SESSION['expect']);
echo page("Thank you: $return->photoCount photos for $return->reference, submission $return->submissionId.");

/** A page that says this. A signed value is still text that somebody chose, so it is escaped. */
function page(string $text): string
{
    return "<!DOCTYPE html>\n<title>Photos</title>\n<p>" . htmlspecialchars($text) . "</p>\n";
}
