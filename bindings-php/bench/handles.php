<?php

declare(strict_types=1);

// Loads the package. Prints the memory that each of some handles takes, if there are any.

use Visiono\Workflow\Workflow;

require getenv('VISIONO_WORKFLOW_PACKAGE') . '/autoload.php';

const SECRET = '0123456789abcdef0123456789abcdef';

// The first one loads the library.
$handles = [new Workflow(SECRET)];
$memory = static fn (): int => (int) explode(' ', file_get_contents('/proc/self/statm'))[1] * 4096;
$count = (int) $argv[1];
if ($count > 0) {
    $before = $memory();
    for ($number = 0; $number < $count; $number++) {
        $handles[] = new Workflow(SECRET);
    }
    printf("PHP %s: %d bytes\n", PHP_VERSION, ($memory() - $before) / $count);
}
