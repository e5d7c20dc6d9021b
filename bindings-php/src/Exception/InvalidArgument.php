<?php

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 301 `invalid_argument`: an argument is absent, contradicts another or is not UTF-8, or the object was closed. */
final class InvalidArgument extends WorkflowException
{
}
