<?php

declare(strict_types=1);

// The package as it is installed, wherever that is: not the source folder.
$package = getenv('VISIONO_WORKFLOW_PACKAGE')
    ?: throw new LogicException('set VISIONO_WORKFLOW_PACKAGE, or run `cargo xtask test php`');
require_once "$package/autoload.php";
require_once __DIR__ . '/Refusals.php';
require_once __DIR__ . '/Runner.php';
