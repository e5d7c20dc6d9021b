<?php

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 201 `duplicate_parameter`: a parameter is present twice. */
final class DuplicateParameter extends WorkflowException
{
}
