<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 200 `missing_parameter`: a parameter is absent or empty. */
final class MissingParameter extends WorkflowException
{
}
