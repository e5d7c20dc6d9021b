<?php

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 102 `invalid_url`: the link URL can't be one. */
final class InvalidUrl extends WorkflowException
{
}
