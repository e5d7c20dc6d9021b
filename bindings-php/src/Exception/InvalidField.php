<?php

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 101 `invalid_field`: a value can't be signed. */
final class InvalidField extends WorkflowException
{
}
