<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * The secret that signs links and returns, as Visiono shows it, checked when it is made.
 *
 * A {@see Workflow} takes it in place of a string. Nothing shows the text: no dump, no export, no trace.
 */
final class WorkflowSecret
{
    use Secret;

    private const HOLDER = Workflow::class;
}
