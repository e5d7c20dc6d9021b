<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** A signed return, to send the browser back to. As a string it is the URL. */
final class SignedReturn implements \Stringable
{
    use Signed;
}
