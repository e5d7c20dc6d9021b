<?php

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 399 `panic`: a bug in the library, stopped at its boundary: please report how it came. */
final class Panic extends WorkflowException
{
}
