<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

/** PHP's built-in server, as the README starts it. */
final class BuiltIn
{
    public readonly string $url;

    private Process $process;

    /**
     * @param list<string> $arguments the router, or `-t` and a folder
     * @param array<string, string> $environment
     * @param string $ffi PHP's setting ffi.enable
     */
    public function __construct(array $arguments, array $environment = [], string $ffi = '1')
    {
        $address = Process::freeAddress();
        $this->url = "http://$address";
        $this->process = new Process(
            [PHP_BINARY, '-d', "ffi.enable=$ffi", '-d', 'error_reporting=-1', '-d', 'display_errors=1', '-S', $address, ...$arguments],
            temporary_folder() . '/log',
            static fn (): bool => Process::listens($address),
            $environment
        );
    }

    public function stop(): void
    {
        $this->process->stop();
    }

    /**
     * Sends a request. An empty body is one.
     *
     * @param list<string> $headers
     *
     * @return array{status: int, headers: string, body: string}
     */
    public static function request(string $url, array $headers = [], ?string $body = null): array
    {
        $context = stream_context_create(['http' => [
            'method' => $body === null ? 'GET' : 'POST',
            'content' => (string) $body,
            'header' => $headers,
            'ignore_errors' => true,
            'follow_location' => 0,
            'timeout' => 60,
        ]]);
        $answer = (string) file_get_contents($url, false, $context);
        $headers = implode("\n", $http_response_header);
        preg_match('/^HTTP\S+ (\d+)/', $headers, $match);
        return ['status' => (int) $match[1], 'headers' => $headers, 'body' => $answer];
    }
}
