<?php

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 202 `malformed_parameter`: a parameter is not of its form. */
final class MalformedParameter extends WorkflowException
{
}
