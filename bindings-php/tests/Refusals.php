<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use Visiono\Workflow\Code;
use Visiono\Workflow\WorkflowException;

/** Asserts refusals. */
trait Refusals
{
    private function assertRefused(
        Code $code,
        array $parameters,
        \Closure $call,
        bool $anyNames = false,
    ): WorkflowException {
        try {
            $call();
        } catch (WorkflowException $exception) {
            $this->assertSame($code, $exception->reason, $exception->getMessage());
            $this->assertSame($code->value, $exception->getCode());
            $anyNames || $this->assertSame($parameters, $exception->parameters);
            $this->assertInstanceOf(WorkflowException::of($code), $exception);
            $this->assertNotSame('', $exception->getMessage());
            return $exception;
        }
        $this->fail('nothing was refused');
    }

    private function assertTypeError(\Closure $call): \TypeError
    {
        try {
            $call();
        } catch (\TypeError $error) {
            $this->assertNotSame('', $error->getMessage());
            return $error;
        }
        $this->fail('it was taken');
    }
}
