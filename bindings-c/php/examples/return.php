<?php

declare(strict_types=1);

// Receives the return: Visiono sends the browser here when the photos are uploaded.
require (getenv('VISIONO_WORKFLOW_PACKAGE') ?: dirname(__DIR__)) . '/autoload.php';

use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowException;

session_start();
header('Content-Type: text/plain; charset=utf-8');
if (!isset($_SESSION['expect'])) {
    http_response_code(400);
    exit("Nothing was started in this browser.\n");
}

$workflow = new Workflow(getenv('VISIONO_WORKFLOW_SECRET') ?: exit('set VISIONO_WORKFLOW_SECRET'));
try {
    $return = $workflow->verifyReturn($_SERVER['QUERY_STRING'], expect: $_SESSION['expect']);
} catch (WorkflowException $refused) {
    // The sentence is for you, the code for the page.
    error_log($refused->getMessage());
    http_response_code($refused->reason->isRefusal() ? 400 : 500);
    exit("This return was refused: {$refused->reason->name()}\n");
}
unset($_SESSION['expect']);
echo "Thank you: $return->photoCount photos for $return->reference, submission $return->submissionId.\n";
