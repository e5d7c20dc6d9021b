<?php

declare(strict_types=1);

namespace Visiono\Workflow\Inbox;

/** The reason of an {@see InboxException}, by its name, which is the same in every language. */
enum Code: string
{
    /** The database didn't do it: it can't be reached, is busy, full or read-only. */
    case Unavailable = 'unavailable';
    /** The tables are missing or older than this version: call `migrate()`. */
    case OutdatedSchema = 'outdated_schema';
    /** The lease ran out and another worker took the item, or it is no longer claimed. */
    case LeaseLost = 'lease_lost';
    /** There is no item with this key in the state that the operation needs, or it was purged. */
    case UnknownItem = 'unknown_item';
    /** An argument can't be right, or the connection is in a state that can't be. */
    case InvalidArgument = 'invalid_argument';
}
