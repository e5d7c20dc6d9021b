<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 301 `invalid_argument`: an argument is missing, contradictory, out of range, null, closed, or not UTF-8. */
final class InvalidArgument extends WorkflowException
{
}
