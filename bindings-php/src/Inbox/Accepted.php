<?php

declare(strict_types=1);

namespace Visiono\Workflow\Inbox;

/** The result of `Inbox::accept`. After both the event is durable. */
enum Accepted: string
{
    case New = 'new';
    /** The event is in the inbox already, in whatever state. */
    case Duplicate = 'duplicate';
}
