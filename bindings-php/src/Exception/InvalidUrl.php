<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 102 `invalid_url`: the text is not usable as a link URL. */
final class InvalidUrl extends WorkflowException
{
}
