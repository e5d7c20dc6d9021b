<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

/** PHP's built-in server, as the README starts it. */
final class BuiltIn
{
    public readonly string $url;

    /** @var resource */
    private $process;
    private string $log;

    /**
     * @param list<string> $arguments the router, or `-t` and a folder
     * @param array<string, string> $environment
     * @param string $ffi PHP's setting ffi.enable
     */
    public function __construct(array $arguments, array $environment = [], string $ffi = '1')
    {
        $socket = stream_socket_server('tcp://127.0.0.1:0');
        $address = (string) stream_socket_get_name($socket, false);
        fclose($socket);
        $this->url = "http://$address";
        $this->log = temporary_folder() . '/log';
        $out = ['file', $this->log, 'w'];
        $this->process = proc_open(
            [PHP_BINARY, '-d', "ffi.enable=$ffi", '-d', 'error_reporting=-1', '-d', 'display_errors=1', '-S', $address, ...$arguments],
            [['null'], $out, $out],
            $pipes,
            null,
            $environment + getenv()
        );
        for ($i = 0; !@stream_socket_client("tcp://$address"); $i++) {
            if ($i === 200 || !proc_get_status($this->process)['running']) {
                throw new \LogicException("php -S does not serve:\n{$this->log()}");
            }
            usleep(50_000);
        }
    }

    public function log(): string
    {
        return (string) file_get_contents($this->log);
    }

    public function stop(): void
    {
        proc_terminate($this->process);
        proc_close($this->process);
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
