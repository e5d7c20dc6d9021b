<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** A signed link, to send a person to. As a string it is the URL. */
final class SignedLink implements \Stringable
{
    use Signed;
}
