<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

/** The library is in the package's folder, and no line of php.ini loads it. */
final class OwnLibraryTest extends FpmCases
{
    protected const PRELOADED = false;
}
