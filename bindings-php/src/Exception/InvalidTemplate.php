<?php

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 103 `invalid_template`: the redirect template can't be one. */
final class InvalidTemplate extends WorkflowException
{
}
