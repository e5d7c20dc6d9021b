<?php

declare(strict_types=1);

/**
 * Installs the archive of a release into an empty folder, and runs a first program without Rust and
 * without a library of the system: `php tests/archive.php ARCHIVE [composer|unzip]`.
 */

namespace Visiono\Workflow\Tests;

require_once __DIR__ . '/package.php';

const FIRST_PROGRAM = <<<'PHP'
    <?php
    require $argv[1];
    $workflow = new Visiono\Workflow\Workflow('0123456789abcdef0123456789abcdef');
    $link = $workflow->signLink('ABC123', 'zendesk', 'ticket-456', slug: 'damage-report');
    echo $workflow->verifyLink($link->url)->uniqueValue, ' ';
    try {
        $workflow->verifyReturn('/done?sub=pls_123', expect: ['reference' => 'ticket-456']);
    } catch (Visiono\Workflow\WorkflowException $refused) {
        echo $refused->reason->name, ' ';
    }
    $webhook = new Visiono\Workflow\Webhook('whsec_0123456789abcdef');
    $test = $webhook->testDelivery('submission.created', reference: 'ticket-456');
    echo $webhook->receive($test->body, $test->headers)->link->reference, ' ';
    if (PHP_OS_FAMILY === 'Linux') {
        // The library of the archive, for this system.
        $maps = file_get_contents('/proc/self/maps');
        preg_match('~/vendor/visiono/workflow/lib/libvisiono_workflow-(Linux-\S+)~', $maps, $match);
        $libc = str_contains($maps, '/ld-musl-') ? 'musl' : 'gnu';
        echo $match[1] === 'Linux-' . php_uname('m') . "-$libc.so" ? 'its own library' : $match[1];
    } else {
        echo 'its own library';
    }
    PHP;

function fail(string $sentence): never
{
    fwrite(STDERR, "$sentence\n");
    exit(1);
}

$archive = realpath($argv[1] ?? fail('usage: php archive.php ARCHIVE [composer|unzip]'));
$way = $argv[2] ?? 'composer';
$folder = temporary_folder();
chdir($folder);
file_put_contents('first.php', FIRST_PROGRAM);
if ($way === 'composer') {
    file_put_contents('composer.json', json_encode([
        'repositories' => [['type' => 'artifact', 'url' => dirname($archive)], ['packagist.org' => false]],
        'require' => ['visiono/workflow' => '*'],
    ]));
    putenv('COMPOSER_ALLOW_SUPERUSER=1');
    passthru('composer install --quiet --no-interaction', $status);
    $status === 0 || fail('composer failed');
    $autoload = 'vendor/autoload.php';
} else {
    mkdir('vendor/visiono/workflow', recursive: true);
    run(['unzip', '-q', $archive, '-d', 'vendor/visiono/workflow']);
    $autoload = 'vendor/visiono/workflow/autoload.php';
}
// Windows' libraries need the folder of the system.
$process = proc_open(
    [PHP_BINARY, '-d', 'ffi.enable=1', 'first.php', $autoload],
    [1 => ['pipe', 'w'], 2 => STDERR],
    $pipes,
    null,
    array_filter(['PATH' => "$folder/empty", 'SystemRoot' => getenv('SystemRoot')])
);
$printed = stream_get_contents($pipes[1]);
$status = proc_close($process);
chdir(__DIR__);
if ($status !== 0 || $printed !== 'ABC123 MissingParameter ticket-456 its own library') {
    fail("the first program printed: $printed");
}
echo "The archive works after $way with PHP ", PHP_VERSION, ' on ', PHP_OS_FAMILY, ', ', php_uname('m'), "\n";
