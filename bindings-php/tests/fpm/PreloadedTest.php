<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

require_once __DIR__ . '/FpmCases.php';
require_once __DIR__ . '/Server.php';

/** php.ini has the README's three lines. */
final class PreloadedTest extends FpmCases
{
    protected const PRELOADED = true;
}
