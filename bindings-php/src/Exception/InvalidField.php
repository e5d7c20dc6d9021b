<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 101 `invalid_field`: a value cannot be signed or expected. */
final class InvalidField extends WorkflowException
{
}
