<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

/** php-fpm and nginx on this machine's loopback address, with the pages of the tests. */
final class Server
{
    public readonly string $url;
    private string $folder;
    /** @var list<resource> */
    private array $processes = [];

    /** @param bool $preloaded true for the README's set-up, false for a library in the package's folder */
    public function __construct(bool $preloaded)
    {
        $this->folder = $at = temporary_folder();
        $package = (string) getenv('VISIONO_WORKFLOW_PACKAGE');
        // For php-fpm, which the README starts as root, and its pages a user of their own.
        $isRoot = posix_geteuid() === 0;
        run(['mkdir', '-p', "$at/pages", "$at/sessions", "$at/system", "$at/inbox"]);
        run(['cp', '-R', "$package/examples", dirname(__DIR__), (string) getenv('VECTORS'), "$at/pages"]);
        project("$at/pages/examples");
        // Stands for a library that is installed system-wide.
        run(['cp', "$package/lib/libvisiono_workflow.so", "$at/system/libvisiono_workflow.so.0"]);

        [$lines] = readme('ini');
        $ini = preg_grep($preloaded ? '/^(?!$)/' : '/^(?!ffi.preload|$)/', explode("\n", $lines));
        $ini = $isRoot ? $ini : preg_grep('/^opcache.preload_user/', $ini, PREG_GREP_INVERT);
        file_put_contents("$at/php.ini", str_replace('/path/to/vendor/visiono/workflow', $package, implode("\n", $ini)) . <<<INI

            ffi.enable=preload
            error_reporting=-1
            display_errors=1
            session.save_path=$at/sessions
            INI);
        $user = $isRoot ? "user = www-data\ngroup = www-data\nlisten.owner = www-data" : '';
        $variables = '';
        foreach (['VISIONO_WORKFLOW_PACKAGE', 'VISIONO_WORKFLOW_SECRET', 'VISIONO_WEBHOOK_SECRET'] as $name) {
            $variables .= "env[$name] = " . getenv($name) . "\n";
        }
        $vectors = basename((string) getenv('VECTORS'));
        file_put_contents("$at/fpm.conf", <<<CONF
            [global]
            error_log = $at/fpm.log
            daemonize = no
            [www]
            $user
            listen = $at/fpm.sock
            pm = static
            pm.max_children = 2
            catch_workers_output = yes
            env[VECTORS] = $at/pages/$vectors
            env[VISIONO_INBOX_DSN] = sqlite:$at/inbox/inbox.sqlite
            $variables
            CONF);
        // The example with other settings, which nginx sends with each request.
        $others = '';
        foreach ([
            'down' => ['VISIONO_INBOX_DSN', "pgsql:host=127.0.0.1;port=1;dbname=inbox"],
            'empty' => ['VISIONO_INBOX_DSN', "sqlite:$at/inbox/empty.sqlite"],
            'nowhere' => ['VISIONO_INBOX_DSN', "sqlite:$at/nowhere/inbox.sqlite"],
            'unset' => ['VISIONO_INBOX_DSN', ''],
            'secretless' => ['VISIONO_WEBHOOK_SECRET', ''],
        ] as $name => [$variable, $value]) {
            $others .= "location /$name/ { include /etc/nginx/fastcgi_params; fastcgi_pass unix:$at/fpm.sock;"
                . " fastcgi_param SCRIPT_FILENAME $at/pages/examples/webhook.php; fastcgi_param $variable '$value'; }\n";
        }
        $port = self::freePort();
        $this->url = "http://127.0.0.1:$port";
        $user = $isRoot ? 'user www-data;' : '';
        file_put_contents("$at/nginx.conf", <<<CONF
            $user daemon off; pid $at/nginx.pid; error_log $at/nginx.log;
            events {}
            http {
                access_log off; client_max_body_size 8m;
                client_body_temp_path $at/body; fastcgi_temp_path $at/fastcgi; proxy_temp_path $at/proxy;
                scgi_temp_path $at/scgi; uwsgi_temp_path $at/uwsgi;
                server {
                    listen 127.0.0.1:$port; root $at/pages;
                    $others
                    location /tickets/ {
                        include /etc/nginx/fastcgi_params; fastcgi_pass unix:$at/fpm.sock;
                        fastcgi_param SCRIPT_FILENAME $at/pages/examples/tickets.php;
                    }
                    location /front/ {
                        include /etc/nginx/fastcgi_params; fastcgi_pass unix:$at/fpm.sock;
                        fastcgi_param SCRIPT_FILENAME $at/pages/tests/web/front.php;
                    }
                    location ~ \\.php$ {
                        include /etc/nginx/fastcgi_params; fastcgi_read_timeout 120;
                        fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
                        fastcgi_pass unix:$at/fpm.sock;
                    }
                }
            }
            CONF);
        run(['chmod', '-R', 'a+rX', $at]);
        if ($isRoot) {
            run(['chown', '-R', 'www-data', $at]);
        }
        $this->start(
            [self::program('php-fpm'), '-F', '-c', "$at/php.ini", '-y', "$at/fpm.conf"],
            static fn (): bool => file_exists("$at/fpm.sock"),
            $preloaded ? ['LD_LIBRARY_PATH' => "$at/system"] : []
        );
        $this->start(
            [self::program('nginx'), '-c', "$at/nginx.conf"],
            static fn (): bool => @fsockopen('127.0.0.1', $port) !== false
        );
    }

    /** Ends both processes, which end their own when they are asked to. */
    public function stop(): void
    {
        foreach ($this->processes as $process) {
            proc_terminate($process);
            proc_close($process);
        }
        $this->processes = [];
    }

    /** Returns what the processes printed and logged. */
    public function log(): string
    {
        return implode(array_map(file_get_contents(...), glob("$this->folder/*.{log,out}", GLOB_BRACE) ?: []));
    }

    /**
     * Starts a process, and waits until it serves.
     *
     * @param list<string> $command
     * @param \Closure(): bool $serves
     * @param array<string, string> $environment
     */
    private function start(array $command, \Closure $serves, array $environment = []): void
    {
        $out = ['file', "$this->folder/" . basename($command[0]) . '.out', 'w'];
        $process = proc_open($command, [['null'], $out, $out], $pipes, null, $environment + getenv());
        $this->processes[] = $process;
        for ($i = 0; !$serves(); $i++) {
            if ($i === 1200 || !proc_get_status($process)['running']) {
                $this->stop();
                throw new \LogicException("$command[0] does not serve:\n{$this->log()}");
            }
            usleep(50_000);
        }
    }

    /** Finds a program, which some systems name for its version. */
    private static function program(string $name): string
    {
        foreach ([...explode(':', (string) getenv('PATH')), '/usr/sbin', '/usr/local/sbin'] as $folder) {
            foreach (glob("$folder/$name*") ?: [] as $file) {
                return $file;
            }
        }
        throw new \LogicException("$name is missing: install Debian's php-fpm and nginx-light");
    }

    private static function freePort(): int
    {
        $socket = stream_socket_server('tcp://127.0.0.1:0');
        return (int) substr(strrchr((string) stream_socket_get_name($socket, false), ':'), 1);
    }
}
