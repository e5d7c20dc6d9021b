<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * The secret that signs webhooks, as Visiono shows it, checked when it is made.
 *
 * A {@see Webhook} takes it in place of a string. Nothing shows the text: no dump, no export, no trace.
 */
final class WebhookSecret
{
    use Secret;

    private const HOLDER = Webhook::class;
}
