<?php

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 100 `invalid_secret`: the secret can't be one. */
final class InvalidSecret extends WorkflowException
{
}
