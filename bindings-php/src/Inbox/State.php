<?php

declare(strict_types=1);

namespace Visiono\Workflow\Inbox;

/** The state of an item. */
enum State: string
{
    /** Not yet processed, or given back. */
    case Waiting = 'waiting';
    /** A worker has it until its lease runs out. */
    case Claimed = 'claimed';
    /** Processed. */
    case Done = 'done';
    /** Failed for the last time; kept, and retried by hand. */
    case Dead = 'dead';
}
