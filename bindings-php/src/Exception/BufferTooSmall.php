<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 300 `buffer_too_small`: the caller's buffer is too small; the required length is reported. */
final class BufferTooSmall extends WorkflowException
{
}
