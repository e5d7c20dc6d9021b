<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;

/** The frameworks behind `php -S`. */
final class FrameworksTest extends TestCase
{
    use Frameworks;

    private static ?BuiltIn $server = null;

    public static function setUpBeforeClass(): void
    {
        self::$server = new BuiltIn([dirname(__DIR__) . '/web/front.php']);
    }

    public static function tearDownAfterClass(): void
    {
        self::$server?->stop();
    }

    private static function front(): string
    {
        return self::$server->url;
    }
}
