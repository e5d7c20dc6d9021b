<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 204 `expired`: the message is older than its maximum age. */
final class Expired extends WorkflowException
{
}
