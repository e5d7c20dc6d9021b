<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 202 `malformed_parameter`: a parameter has the wrong form. */
final class MalformedParameter extends WorkflowException
{
}
