<?php

declare(strict_types=1);

namespace Visiono\Workflow\Inbox;

use Visiono\Workflow\Outside;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\WorkflowException;

/**
 * Answers the requests of Visiono's webhooks: reads the raw body, verifies it, and stores the event in
 * the inbox before it answers.
 *
 * | status | when | Visiono |
 * |---|---|---|
 * | 204 | the event is stored, or was already | is done |
 * | 401, 405, 413 | the message is refused, with the code in the body | sends it again for a while |
 * | 503 | the database can't store it now | sends it again |
 * | 500 | a mistake of your own, such as a secret that isn't set | sends it again |
 */
final class Receiver
{
    // cargo xtask generate: limits
    // private const {name} = {number};
    private const MAX_WEBHOOK_BODY = 1048576;
    // end generated
    /** The seconds after which a sender may try again. */
    private const RETRY_AFTER = '60';

    private readonly Log $log;

    /**
     * @param Webhook $webhook with the webhook secrets
     * @param Inbox $inbox made with a function that connects: then a database that can't be reached
     *     is a 503
     * @param float $deadline the seconds after which it gives up storing and answers 503; see
     *     `Inbox::accept`
     * @param (callable(string): mixed)|null $log gets a line of JSON for each request, without the
     *     body; `error_log` unless given
     * @param object|null $responses makes the responses to requests of a framework: a response factory
     *     of PSR-17, or a function `(int $status, array $headers, string $body)`
     */
    public function __construct(
        private readonly Webhook $webhook,
        private readonly Inbox $inbox,
        private readonly float $deadline = 10,
        ?callable $log = null,
        private readonly ?object $responses = null,
    ) {
        $this->log = new Log($log);
    }

    /**
     * Handles a request. It throws nothing.
     *
     * @param object|null $request a request of PSR-7, Symfony or Laravel; unless given, the request
     *     that PHP is at, which it answers
     *
     * @return object|null the response to `$request`
     */
    public function handle(?object $request = null): ?object
    {
        if ($request !== null) {
            return $this->response(...$this->answer($request));
        }
        // If PHP stops in the middle, without memory or time, the event comes again.
        \http_response_code(500);
        [$status, $headers, $body] = $this->answer(null);
        \http_response_code($status);
        foreach ($headers as $name => $value) {
            \header("$name: $value");
        }
        echo $body;
        return null;
    }

    /**
     * Handles a request as PSR-15's middleware does: a POST is a webhook, and the rest is left to the
     * next handler.
     */
    public function process(object $request, object $handler): object
    {
        return self::method($request) === 'POST' ? $this->handle($request) : $handler->handle($request);
    }

    /** @return array{int, array<string, string>, string} the status, headers and body */
    private function answer(?object $request): array
    {
        $entry = [];
        try {
            [$status, $headers, $body] = $this->receive($request, $entry);
        } catch (WorkflowException $refused) {
            $status = $refused->isRefusal() ? 401 : 500;
            [$headers, $body] = [[], $refused->reason->name()];
            $entry['code'] = $body;
            $entry['message'] = $refused->getMessage();
        } catch (InboxException $exception) {
            $isLater = \in_array($exception->reason, [Code::Unavailable, Code::OutdatedSchema], true);
            $status = $isLater ? 503 : 500;
            [$headers, $body] = [$isLater ? ['Retry-After' => self::RETRY_AFTER] : [], $exception->reason->value];
            $entry['code'] = $body;
            $entry['message'] = $exception->getMessage();
        } catch (\Throwable $error) {
            // Yours, so its message may hold anything.
            [$status, $headers, $body] = [500, [], 'error'];
            $entry['error'] = \get_debug_type($error) . ' in ' . $error->getFile() . ':' . $error->getLine();
        }
        $this->log->add(['webhook' => $status] + $entry);
        return [$status, $headers + ($body === '' ? [] : ['Content-Type' => 'text/plain']), $body === '' ? '' : "$body\n"];
    }

    /**
     * @param array<string, string|int|null> $entry the entry of the log
     *
     * @return array{int, array<string, string>, string}
     */
    private function receive(?object $request, array &$entry): array
    {
        if (self::method($request) !== 'POST') {
            return [405, ['Allow' => 'POST'], 'method_not_allowed'];
        }
        $body = self::body($request);
        if (\strlen($body) > self::MAX_WEBHOOK_BODY) {
            return [413, [], 'too_large'];
        }
        $delivery = $this->webhook->receive($body, $request ?? $_SERVER);
        $entry['event'] = $delivery->event;
        $entry['dedup_key'] = $delivery->dedupKey;
        $entry['unauthenticated_delivery_id'] = $delivery->unauthenticatedDeliveryId;
        $entry['result'] = $this->inbox->accept($delivery, $this->deadline)->value;
        return [204, [], ''];
    }

    private static function method(?object $request): string
    {
        // Symfony's and Laravel's getMethod() can be changed by a header.
        return match (true) {
            $request === null => $_SERVER['REQUEST_METHOD'] ?? '',
            \method_exists($request, 'getRealMethod') => $request->getRealMethod(),
            default => $request->getMethod(),
        };
    }

    /** Reads a body, but not much more of it than the limit. */
    private static function body(?object $request): string
    {
        $limit = self::MAX_WEBHOOK_BODY + 1;
        if ($request === null) {
            return (string) \file_get_contents('php://input', length: $limit);
        }
        $stream = \method_exists($request, 'getBody') ? $request->getBody() : null;
        if (!\is_object($stream) || !\method_exists($stream, 'read')) {
            return Outside::body($request);
        }
        if ($stream->isSeekable()) {
            $stream->rewind();
        }
        $body = '';
        while (\strlen($body) < $limit && !$stream->eof()) {
            $body .= $stream->read($limit - \strlen($body));
        }
        return $body;
    }

    /** @param array<string, string> $headers */
    private function response(int $status, array $headers, string $body): object
    {
        if ($this->responses instanceof \Closure) {
            return ($this->responses)($status, $headers, $body);
        }
        if ($this->responses === null) {
            throw new \LogicException('a request of a framework needs $responses, which makes the response');
        }
        $response = $this->responses->createResponse($status);
        foreach ($headers as $name => $value) {
            $response = $response->withHeader($name, $value);
        }
        $response->getBody()->write($body);
        return $response;
    }
}
