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
        run(['mkdir', '-p', "$at/pages", "$at/sessions", "$at/system", "$at/inbox"]);
        run(['cp', '-R', "$package/examples", dirname(__DIR__), (string) getenv('VECTORS'), "$at/pages"]);
        project("$at/pages/examples");
        // Stands for a library that is installed system-wide.
        run(['cp', "$package/lib/libvisiono_workflow.so", "$at/system/libvisiono_workflow.so.0"]);

        [$ini] = str_replace('/path/to/vendor/visiono/workflow', $package, readme('ini'));
        $ini = $preloaded ? $ini : preg_replace('/^ffi\.preload=.*/m', '', $ini);
        file_put_contents("$at/php.ini", "$ini\nffi.enable=preload\n");
        $address = Process::freeAddress();
        $this->url = "http://$address";
        $values = ['{folder}' => $at, '{address}' => $address, '{secret}' => getenv('VISIONO_WEBHOOK_SECRET')];
        foreach (['fpm.conf', 'nginx.conf'] as $name) {
            file_put_contents("$at/$name", strtr((string) file_get_contents(__DIR__ . "/$name"), $values));
        }
        // The pages run as another user if root starts php-fpm.
        run(['chmod', '-R', 'a+rwX', $at]);
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
        $folders = strtr((string) getenv('PATH'), ':', ',') . ',/usr/sbin,/usr/local/sbin';
        [$file] = glob("{{$folders}}/$name*", GLOB_BRACE)
            ?: throw new \LogicException("$name is missing: install Debian's php-fpm and nginx-light");
        $this->processes[] = new Process([$file, ...$arguments], "$this->folder/$name.out", $serves, $environment);
    }
}
