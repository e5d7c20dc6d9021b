<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Inbox\PdoStore;

/** The inbox on SQLite. The test suite `inbox` has the other databases. */
final class InboxTest extends TestCase
{
    use InboxCases;
    use Scenarios;

    public static function databases(): array
    {
        return ['sqlite'];
    }

    public function testEveryScenario(): void
    {
        $this->assertSame(16, $this->runScenarios(static fn (): PdoStore => Stores::open(Stores::place('sqlite'))));
    }
}
