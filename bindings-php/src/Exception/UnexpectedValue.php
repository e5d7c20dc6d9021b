<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 206 `unexpected_value`: the message is authentic, but not what the caller expects. */
final class UnexpectedValue extends WorkflowException
{
}
