<?php

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 206 `unexpected_value`: the message is authentic, but not the one that was expected. */
final class UnexpectedValue extends WorkflowException
{
}
