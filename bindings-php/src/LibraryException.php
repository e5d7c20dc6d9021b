<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** The C library can't be loaded. The message says where it was searched, and what to do. */
final class LibraryException extends \RuntimeException
{
}
