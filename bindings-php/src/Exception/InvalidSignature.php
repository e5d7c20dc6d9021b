<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 203 `invalid_signature`: no configured secret signed the message. */
final class InvalidSignature extends WorkflowException
{
}
