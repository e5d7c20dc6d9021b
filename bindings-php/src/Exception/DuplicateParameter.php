<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 201 `duplicate_parameter`: a parameter is present twice, or under a doubtful name. */
final class DuplicateParameter extends WorkflowException
{
}
