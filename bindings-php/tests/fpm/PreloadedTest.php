<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

/** php.ini has the README's three lines. */
final class PreloadedTest extends FpmCases
{
    protected const PRELOADED = true;
}
