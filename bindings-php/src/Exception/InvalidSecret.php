<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 100 `invalid_secret`: the text is not usable as a secret. */
final class InvalidSecret extends WorkflowException
{
}
