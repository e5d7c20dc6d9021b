<?php

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 203 `invalid_signature`: the message is not signed by any of the secrets. */
final class InvalidSignature extends WorkflowException
{
}
