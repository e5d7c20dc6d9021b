<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 103 `invalid_template`: the text is not usable as a redirect template. */
final class InvalidTemplate extends WorkflowException
{
}
