<?php

declare(strict_types=1);

/**
 * Installs the archive of a release with Composer into an empty folder, and runs a first program
 * without Rust and without a library of the system: `php tests/archive.php ARCHIVE`.
 */

namespace Visiono\Workflow\Tests;

require_once __DIR__ . '/package.php';

const FIRST_PROGRAM = <<<'PHP'
    <?php
    require 'vendor/autoload.php';
    $workflow = new Visiono\Workflow\Workflow('0123456789abcdef0123456789abcdef');
    $link = $workflow->signLink('ABC123', 'zendesk', 'ticket-456', slug: 'damage-report');
    echo $workflow->verifyLink($link->url)->uniqueValue, "\n";
    try {
        $workflow->verifyReturn('/done?sub=pls_123', expect: ['reference' => 'ticket-456']);
    } catch (Visiono\Workflow\WorkflowException $refused) {
        echo $refused->reason->name, "\n";
    }
    $webhook = new Visiono\Workflow\Webhook('whsec_0123456789abcdef');
    $test = $webhook->testDelivery('submission.created', reference: 'ticket-456');
    echo $webhook->receive($test->body, $test->headers)->link->reference, "\n";
    if (PHP_OS_FAMILY === 'Linux') {
        preg_match('~/vendor/visiono/workflow/lib/(libvisiono_workflow-Linux-\S+)~', file_get_contents('/proc/self/maps'), $match);
        fwrite(STDERR, 'It ran with ' . ($match[1] ?? throw new LogicException("a library that isn't the archive's")) . "\n");
    }
    PHP;

$archive = realpath($argv[1] ?? exit("usage: php archive.php ARCHIVE\n"));
$folder = temporary_folder();
file_put_contents("$folder/first.php", FIRST_PROGRAM);
file_put_contents("$folder/composer.json", json_encode([
    'repositories' => [['type' => 'artifact', 'url' => dirname($archive)], ['packagist.org' => false]],
    'require' => ['visiono/workflow' => '*'],
]));
chdir($folder);
passthru('composer install --no-interaction --no-progress', $status);
$status === 0 || exit("composer failed\n");
// Windows' libraries need the folder of the system.
$process = proc_open(
    [PHP_BINARY, '-d', 'ffi.enable=1', 'first.php'],
    [1 => ['pipe', 'w'], 2 => STDERR],
    $pipes,
    null,
    array_filter(['PATH' => "$folder/empty", 'SystemRoot' => getenv('SystemRoot')])
);
$printed = stream_get_contents($pipes[1]);
$status = proc_close($process);
chdir(__DIR__);
if ($status !== 0 || $printed !== "ABC123\nMissingParameter\nticket-456\n") {
    exit("The first program printed:\n$printed");
}
echo "The archive works with PHP ", PHP_VERSION, ' on ', PHP_OS_FAMILY, ', ', php_uname('m'), "\n";
