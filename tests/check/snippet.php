<?php

// The documented snippets for PHP, in its own server: 204 if they return true, 401 if false, and
// 500 if they throw.

require dirname(__DIR__) . '/differential/snippets/snippets.php';

// Undefined keys only cause warnings, as in production.
error_reporting(0);

try {
    $accepted = match (explode('?', $_SERVER['REQUEST_URI'])[0]) {
        '/done' => verify_return(getenv('VISIONO_WORKFLOW_SECRET')),
        '/hook' => verify_webhook(file_get_contents('php://input'), getenv('VISIONO_WEBHOOK_SECRET')),
        default => null,
    };
    http_response_code(match ($accepted) { true => 204, false => 401, null => 404 });
} catch (Throwable) {
    http_response_code(500);
}
