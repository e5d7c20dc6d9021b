<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

/** php-fpm and nginx on this machine's loopback address, with the pages of the tests. */
final class Server
{
    public readonly string $url;
    private string $folder;
    /** @var list<Process> */
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
            clear_env = no
            CONF);
        $address = Process::freeAddress();
        $this->url = "http://$address";
        $secret = getenv('VISIONO_WEBHOOK_SECRET');
        $user = $isRoot ? 'user www-data;' : '';
        // Some folders have the example of a receiver with other settings.
        file_put_contents("$at/nginx.conf", <<<CONF
            $user daemon off; pid $at/nginx.pid; error_log $at/nginx.log;
            events {}
            http {
                access_log off; client_max_body_size 8m;
                client_body_temp_path $at/body; fastcgi_temp_path $at/fastcgi; proxy_temp_path $at/proxy;
                scgi_temp_path $at/scgi; uwsgi_temp_path $at/uwsgi;
                map \$uri \$page {
                    default \$uri;
                    ~^/tickets/ /examples/tickets.php;
                    ~^/front/ /tests/web/front.php;
                    ~^/(down|empty|nowhere|unset|secretless)/ /examples/webhook.php;
                }
                map \$uri \$dsn {
                    default sqlite:$at/inbox/inbox.sqlite;
                    ~^/down/ 'pgsql:host=127.0.0.1;port=1;dbname=inbox';
                    ~^/empty/ sqlite:$at/inbox/empty.sqlite;
                    ~^/nowhere/ sqlite:$at/nowhere/inbox.sqlite;
                    ~^/unset/ '';
                }
                map \$uri \$secret {
                    default $secret;
                    ~^/secretless/ '';
                }
                server {
                    listen $address;
                    include /etc/nginx/fastcgi_params; fastcgi_read_timeout 120;
                    fastcgi_param SCRIPT_FILENAME $at/pages\$page;
                    fastcgi_param VISIONO_INBOX_DSN \$dsn;
                    fastcgi_param VISIONO_WEBHOOK_SECRET \$secret;
                    location / { fastcgi_pass unix:$at/fpm.sock; }
                }
            }
            CONF);
        run(['chmod', '-R', 'a+rX', $at]);
        if ($isRoot) {
            run(['chown', '-R', 'www-data', $at]);
        }
        try {
            $this->start(
                'php-fpm',
                ['-F', '-c', "$at/php.ini", '-y', "$at/fpm.conf"],
                static fn (): bool => file_exists("$at/fpm.sock"),
                ['VECTORS' => "$at/pages/" . basename((string) getenv('VECTORS'))]
                    + ($preloaded ? ['LD_LIBRARY_PATH' => "$at/system"] : [])
            );
            $this->start('nginx', ['-c', "$at/nginx.conf"], static fn (): bool => Process::listens($address));
        } catch (\LogicException $exception) {
            $this->stop();
            throw $exception;
        }
    }

    public function stop(): void
    {
        foreach ($this->processes as $process) {
            $process->stop();
        }
    }

    /** Returns what the processes printed and logged. */
    public function log(): string
    {
        return implode(array_map(file_get_contents(...), glob("$this->folder/*.{log,out}", GLOB_BRACE) ?: []));
    }

    /**
     * Starts a program, which some systems name for its version.
     *
     * @param list<string> $arguments
     * @param \Closure(): bool $serves
     * @param array<string, string> $environment
     */
    private function start(string $name, array $arguments, \Closure $serves, array $environment = []): void
    {
        foreach ([...explode(':', (string) getenv('PATH')), '/usr/sbin', '/usr/local/sbin'] as $folder) {
            foreach (glob("$folder/$name*") ?: [] as $file) {
                $this->processes[] = new Process([$file, ...$arguments], "$this->folder/$name.out", $serves, $environment);
                return;
            }
        }
        throw new \LogicException("$name is missing: install Debian's php-fpm and nginx-light");
    }
}
