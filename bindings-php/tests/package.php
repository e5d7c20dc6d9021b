<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

/** The parts of this folder that a user gets. */
const SHIPPED = ['README.md', 'autoload.php', 'composer.json', 'examples', 'preload.php', 'src'];

/**
 * Installs the package into an empty folder, as a user has it, with the library in it: one that is
 * built now, or the released ones of a folder.
 *
 * `php tests/package.php FOLDER [LIBRARIES]` does the same.
 */
function install(string $folder, ?string $libraries = null): void
{
    $root = dirname(__DIR__, 2);
    $shipped = array_map(static fn (string $name): string => "$root/bindings-php/$name", SHIPPED);
    run(['mkdir', '-p', "$folder/lib"]);
    run(['cp', '-R', "$root/LICENSE-APACHE", "$root/LICENSE-MIT", ...$shipped, $folder]);
    if ($libraries !== null) {
        run(['cp', '-R', "$libraries/.", "$folder/lib"]);
    } else {
        $built = temporary_folder();
        run(["$root/bindings-c/build.sh", $built, '--release']);
        run(['cp', "$built/libvisiono_workflow.so", "$folder/lib"]);
    }
    // A web server's user reads it.
    run(['chmod', '-R', 'a+rX', $folder]);
}

/**
 * Runs a program, or says how it failed.
 *
 * @param list<string> $command
 */
function run(array $command, ?string $folder = null): void
{
    $process = proc_open($command, [2 => STDERR], $pipes, $folder);
    if ($process === false || proc_close($process) !== 0) {
        throw new \LogicException(implode(' ', $command) . ' failed');
    }
}

/** Makes a folder that is removed at the end. */
function temporary_folder(): string
{
    $folder = sys_get_temp_dir() . '/visiono-' . bin2hex(random_bytes(8));
    mkdir($folder, 0755);
    $process = getmypid();
    register_shutdown_function(static function () use ($folder, $process): void {
        // Not at the end of a fork.
        if (getmypid() === $process) {
            run(['rm', '-rf', $folder]);
        }
    });
    return $folder;
}

/** Makes a project that has the package as Composer installs it, and returns its folder. */
function project(?string $folder = null): string
{
    $folder ??= temporary_folder();
    mkdir("$folder/vendor");
    symlink(getenv('VISIONO_WORKFLOW_PACKAGE') . '/autoload.php', "$folder/vendor/autoload.php");
    return $folder;
}

/**
 * Returns the README's blocks of code in a language.
 *
 * @return list<string>
 */
function readme(string $language): array
{
    preg_match_all("/^```$language\n(.*?)^```$/ms", (string) file_get_contents(dirname(__DIR__) . '/README.md'), $match);
    return $match[1];
}

if (realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    install($argv[1] ?? exit("usage: php package.php FOLDER [LIBRARIES]\n"), $argv[2] ?? null);
}
