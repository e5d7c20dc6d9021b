<?php

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** 300 `buffer_too_small`: a buffer is too small. It never comes to PHP, where buffers grow. */
final class BufferTooSmall extends WorkflowException
{
}
