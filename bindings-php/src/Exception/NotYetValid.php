<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 205 `not_yet_valid`: the message is from the future. */
final class NotYetValid extends WorkflowException
{
}
