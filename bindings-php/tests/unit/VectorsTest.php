<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;

final class VectorsTest extends TestCase
{
    public static function files(): iterable
    {
        foreach (Runner::files() as $file) {
            yield basename($file) => [$file];
        }
    }

    /** @dataProvider files */
    public function testEveryVectorHasItsExactResult(string $file): void
    {
        ['group' => $group, 'cases' => $cases, 'ran' => $ran, 'failures' => $failures] = Runner::run($file);
        $this->assertSame([], $failures);
        $this->assertGreaterThan(0, $cases);
        fwrite(STDERR, "$group: $ran cases\n");
        $this->assertSame($cases, $ran);
    }
}
