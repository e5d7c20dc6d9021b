<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 399 `panic`: a bug in the library, stopped at the boundary to another language. */
final class Panic extends WorkflowException
{
}
