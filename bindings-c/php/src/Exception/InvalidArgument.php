<?php

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 301 `invalid_argument`: an argument of a wrong type, or text that is not UTF-8. */
final class InvalidArgument extends WorkflowException
{
}
