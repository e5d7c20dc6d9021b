<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\DeliveredLink;
use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\WebhookSecret;
use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowSecret;

/** Holds the native types and names of parameters to section 9 of the specification. */
final class TypesTest extends TestCase
{
    /** The type of input from outside: anything but a resource, which nobody outside can send. */
    private const OUTSIDE = 'array|bool|float|int|null|object|string';
    private const SPEC = [
        Workflow::class => [
            '__construct' => [
                'secrets' => 'array|false|null|string|Visiono\Workflow\WorkflowSecret',
                'maxAge' => '?int = null',
                'leeway' => '?int = null',
                'library' => '?string = null',
            ],
            // PHP wants what may be absent, `slug` or `link`, after what has to be there.
            'signLink' => [
                'uniqueValue' => 'string',
                'source' => 'string',
                'reference' => 'string',
                'slug' => '?string = null',
                'link' => '?string = null',
                'timestamp' => '?int = null',
            ],
            'verifyLink' => [
                'input' => self::OUTSIDE,
                'now' => '?int = null',
                'expect' => 'array = []',
            ],
            'signReturn' => [
                'template' => 'string|Visiono\Workflow\RedirectTemplate',
                'submissionId' => 'string',
                'uniqueValue' => 'string',
                'reference' => 'string',
                'photoCount' => 'int',
                'timestamp' => '?int = null',
            ],
            'verifyReturn' => [
                'input' => self::OUTSIDE,
                'template' => 'null|string|Visiono\Workflow\RedirectTemplate = null',
                'now' => '?int = null',
                'expect' => 'array = []',
            ],
        ],
        RedirectTemplate::class => [
            '__construct' => ['text' => 'string', 'library' => '?string = null'],
            'placeholders' => [],
            'missing' => [],
            'expand' => [
                'submissionId' => 'string',
                'uniqueValue' => 'string',
                'reference' => 'string',
                'photoCount' => 'int',
                'timestamp' => 'int',
                'signature' => 'string',
            ],
            'checkExtractable' => [],
        ],
        Webhook::class => [
            '__construct' => [
                'secrets' => 'array|false|null|string|Visiono\Workflow\WebhookSecret',
                'maxAge' => '?int = null',
                'leeway' => '?int = null',
                'requireTimestamp' => 'bool = false',
                'library' => '?string = null',
            ],
            'receive' => ['body' => self::OUTSIDE, 'headers' => self::OUTSIDE, 'now' => '?int = null'],
            'verify' => ['body' => self::OUTSIDE, 'header' => self::OUTSIDE],
            'sign' => ['body' => 'string'],
            'testDelivery' => [
                'event' => 'string|Visiono\Workflow\Event',
                'id' => '?string = null',
                'submissionId' => '?string = null',
                'uniqueValue' => '?string = null',
                'source' => '?string = null',
                'reference' => '?string = null',
                'style' => '?string = null',
                'timestamp' => 'bool = true',
                'now' => '?int = null',
            ],
        ],
        WorkflowSecret::class => ['__construct' => ['text' => 'false|null|string', 'library' => '?string = null']],
        WebhookSecret::class => ['__construct' => ['text' => 'false|null|string', 'library' => '?string = null']],
        DeliveredLink::class => ['matches' => ['return' => 'Visiono\Workflow\VerifiedReturn']],
    ];

    public static function methods(): iterable
    {
        foreach (self::SPEC as $class => $methods) {
            foreach ($methods as $method => $parameters) {
                yield "$class::$method" => [$class, $method, $parameters];
            }
        }
    }

    /** @dataProvider methods */
    public function testAMethodHasTheNamesAndNativeTypesOfTheSpecification(
        string $class,
        string $method,
        array $parameters,
    ): void {
        $found = [];
        foreach ((new \ReflectionMethod($class, $method))->getParameters() as $parameter) {
            $found[$parameter->name] = self::type($parameter->getType());
            if ($parameter->isDefaultValueAvailable()) {
                $found[$parameter->name] .= ' = ' . strtolower((string) json_encode($parameter->getDefaultValue()));
            }
        }
        $this->assertSame($parameters, $found);
    }

    public function testEveryPublicParameterAndResultHasANativeType(): void
    {
        $package = getenv('VISIONO_WORKFLOW_PACKAGE');
        $seen = 0;
        foreach (glob("$package/src/{,Exception/,Inbox/}*.php", GLOB_BRACE) as $file) {
            $name = strtr(substr($file, strlen("$package/src/"), -4), '/', '\\');
            $class = new \ReflectionClass("Visiono\\Workflow\\$name");
            foreach ($class->getMethods() as $method) {
                if (!str_starts_with((string) $method->getFileName(), $package)) {
                    continue;
                }
                foreach ($method->getParameters() as $parameter) {
                    // A resource has no native type.
                    if ($class->getShortName() === 'Keeper' && $parameter->name === 'socket') {
                        continue;
                    }
                    // An internal helper for the name of a pair may get any key of an iterator.
                    if ($class->getShortName() === 'Outside' && $method->isPrivate()) {
                        continue;
                    }
                    $this->assertNotContains(
                        (string) $parameter->getType(),
                        ['', 'mixed'],
                        "$name::$method->name($parameter->name)"
                    );
                    $seen++;
                }
                if (!in_array($method->name, ['__construct', '__destruct', '__clone'], true)) {
                    $this->assertTrue($method->hasReturnType(), "$name::$method->name");
                }
            }
        }
        $this->assertGreaterThan(80, $seen);
    }

    private static function type(?\ReflectionType $type): string
    {
        if (!$type instanceof \ReflectionUnionType) {
            return (string) $type;
        }
        $names = array_map(strval(...), $type->getTypes());
        sort($names, SORT_FLAG_CASE | SORT_STRING);
        return implode('|', $names);
    }
}
