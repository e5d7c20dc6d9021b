<?php

declare(strict_types=1);

// A front controller: passes the request that a framework makes of PHP's own variables to the package,
// and answers in JSON. The header X-Framework names it.

use Visiono\Workflow\Webhook;
use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowException;

require getenv('VISIONO_WORKFLOW_PACKAGE') . '/autoload.php';
// Debian's frameworks may be older than this PHP.
error_reporting(E_ALL & ~E_DEPRECATED);
foreach (['Illuminate/Http', 'GuzzleHttp/Psr7', 'Nyholm/Psr7', 'Slim/Psr7'] as $folder) {
    require_once "/usr/share/php/$folder/autoload.php";
}

const TEMPLATE = 'https://app.example/front/tickets/{reference}/done?sub={submission_id}&uv={unique_value}'
    . '&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}';

/** Stands for WordPress, which Debian has only with a web server and a database. */
final class WP_REST_Request
{
    public function get_headers(): array
    {
        $headers = [];
        foreach (getallheaders() as $name => $value) {
            $headers[strtolower(strtr($name, '-', '_'))] = [$value];
        }
        return $headers;
    }

    public function get_body(): string
    {
        return (string) file_get_contents('php://input');
    }
}

$nyholm = static fn (): Nyholm\Psr7\ServerRequest => new Nyholm\Psr7\ServerRequest(
    $_SERVER['REQUEST_METHOD'],
    "http://{$_SERVER['HTTP_HOST']}{$_SERVER['REQUEST_URI']}",
    getallheaders(),
    (string) file_get_contents('php://input'),
    '1.1',
    $_SERVER
);
$laravel = static function (): Illuminate\Http\Request {
    // As Laravel's own middleware changes a request before a controller has it.
    foreach (['TransformsRequest', 'TrimStrings', 'ConvertEmptyStringsToNull'] as $class) {
        require_once "/usr/share/php/Illuminate/Foundation/Http/Middleware/$class.php";
    }
    $request = Illuminate\Http\Request::capture();
    $next = static fn ($request) => $request;
    $request = (new Illuminate\Foundation\Http\Middleware\TrimStrings())->handle($request, $next);
    return (new Illuminate\Foundation\Http\Middleware\ConvertEmptyStringsToNull())->handle($request, $next);
};
$requests = [
    '$_SERVER' => static fn () => $_SERVER,
    'Symfony' => static fn () => Symfony\Component\HttpFoundation\Request::createFromGlobals(),
    'Laravel' => $laravel,
    "Laravel's query()" => static fn () => $laravel()->query(),
    "Laravel's fullUrl()" => static fn () => $laravel()->fullUrl(),
    'Guzzle' => static fn () => GuzzleHttp\Psr7\ServerRequest::fromGlobals(),
    "Guzzle's getUri()" => static fn () => GuzzleHttp\Psr7\ServerRequest::fromGlobals()->getUri(),
    'Slim' => static fn () => Slim\Psr7\Factory\ServerRequestFactory::createFromGlobals(),
    "Slim's getQueryParams()" => static fn () => Slim\Psr7\Factory\ServerRequestFactory::createFromGlobals()->getQueryParams(),
    'Nyholm' => $nyholm,
    // As a router does that serves a part of the paths.
    'Nyholm without its first segment' => static fn () => $nyholm()->withUri(
        $nyholm()->getUri()->withPath((string) preg_replace('~^/[^/]*~', '', $nyholm()->getUri()->getPath()))
    ),
    'Nyholm, sent' => static fn () => new Nyholm\Psr7\Request('GET', $nyholm()->getUri(), $nyholm()->getHeaders(), $nyholm()->getBody()),
    'WordPress' => static fn () => new WP_REST_Request(),
];

header('Content-Type: application/json');
try {
    $request = $requests[$_SERVER['HTTP_X_FRAMEWORK']]();
    if ($_SERVER['REQUEST_METHOD'] === 'POST') {
        $body = $request === $_SERVER ? file_get_contents('php://input') : $request;
        $delivery = (new Webhook(getenv('VISIONO_WEBHOOK_SECRET')))->receive($body, $request);
        $answer = [$delivery->event, $delivery->dedupKey];
    } else {
        $template = str_starts_with($_SERVER['REQUEST_URI'], '/front/tickets/') ? TEMPLATE : null;
        $return = (new Workflow(getenv('VISIONO_WORKFLOW_SECRET')))->verifyReturn($request, $template);
        $answer = [$return->uniqueValue, $return->reference];
    }
} catch (WorkflowException $exception) {
    $answer = [$exception->reason->name(), ...$exception->parameters];
}
echo json_encode($answer, JSON_THROW_ON_ERROR);
