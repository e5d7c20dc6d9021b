<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\WebhookSecret;
use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowException;
use Visiono\Workflow\WorkflowSecret;

final class SecrecyTest extends TestCase
{
    private const SECRET = 'a-secret-that-must-not-be-seen';

    private function assertHidden(string $shown): void
    {
        $this->assertStringNotContainsString('must-not-be-seen', $shown);
        $this->assertStringNotContainsString(hash_hmac('sha256', 'pls_1|A|r|1|1', self::SECRET), $shown);
    }

    public function testWhatShowsAnObjectShowsNoSecret(): void
    {
        foreach (self::objects() as $object) {
            $this->assertHidden(print_r($object, true));
            $this->assertHidden(var_export($object, true));
            $this->assertHidden((string) json_encode($object));
            $this->assertHidden(print_r((array) $object, true));
            $this->assertHidden(print_r(get_mangled_object_vars($object), true));
            ob_start();
            var_dump($object);
            $this->assertHidden((string) ob_get_clean());
        }
    }

    /** @return list<object> all that hold secrets, or did */
    private static function objects(): array
    {
        return [
            new Workflow([self::SECRET, self::SECRET . '-2']),
            new Workflow(new WorkflowSecret(self::SECRET)),
            new WorkflowSecret(self::SECRET),
            new Webhook([self::SECRET, new WebhookSecret(self::SECRET . '-2')]),
            new WebhookSecret(self::SECRET),
        ];
    }

    public function testObjectsAreNeitherSerializedNorCloned(): void
    {
        foreach ([...self::objects(), new RedirectTemplate('https://a.example/')] as $object) {
            try {
                serialize($object);
                $this->fail('it was serialized');
            } catch (\LogicException $exception) {
                $this->assertHidden((string) $exception);
            }
            try {
                clone $object;
                $this->fail('it was cloned');
            } catch (\Error $error) {
                $this->assertStringContainsString('__clone', $error->getMessage());
            }
        }
    }

    public function testExceptionsAndTracesShowNoSecret(): void
    {
        $this->assertSame('0', ini_get('zend.exception_ignore_args'), 'traces have to have arguments');
        $workflow = new Workflow(self::SECRET);
        $webhook = new Webhook(new WebhookSecret(self::SECRET));
        $calls = [
            fn () => new Workflow(self::SECRET . "\n"),
            fn () => new Workflow([self::SECRET, self::SECRET . "\xFF"]),
            fn () => new Workflow([null, self::SECRET]),
            fn () => new Workflow([self::SECRET, 5]),
            fn () => new Workflow([self::SECRET, [self::SECRET]]),
            fn () => new Workflow(self::SECRET, maxAge: -1),
            fn () => new Workflow(self::SECRET, maxAge: 'a'),
            fn () => new Workflow(self::SECRET, library: "a\0"),
            fn () => new WorkflowSecret('whsec_' . self::SECRET),
            fn () => new WebhookSecret('vsk_' . self::SECRET),
            fn () => new WebhookSecret([self::SECRET]),
            fn () => new Webhook(self::SECRET . "\n"),
            fn () => new Webhook([new WebhookSecret(self::SECRET), self::SECRET . "\xFF"]),
            fn () => new Webhook([self::SECRET, new WorkflowSecret(self::SECRET)]),
            fn () => new Webhook([[self::SECRET]]),
            fn () => new Webhook(self::SECRET, leeway: -1),
            fn () => new Webhook(self::SECRET, requireTimestamp: 1),
            fn () => (new Workflow(self::SECRET))->__construct(self::SECRET),
            fn () => $webhook->verify('a', 'sha256=' . str_repeat('0', 64)),
            fn () => $webhook->receive('a', []),
            fn () => $workflow->verifyReturn('sub=pls_1&uv=A&ref=r&cnt=1&ts=1&sig=' . str_repeat('0', 64)),
        ];
        foreach ($calls as $call) {
            try {
                $call();
                $this->fail('nothing was refused');
            } catch (WorkflowException | \TypeError | \LogicException $exception) {
                $this->assertHidden((string) $exception);
                // The arguments of this test's own closures aside.
                $trace = array_filter(
                    $exception->getTrace(),
                    static fn (array $frame) => str_starts_with($frame['class'] ?? '', 'Visiono\Workflow\\')
                        && !str_starts_with($frame['class'], __NAMESPACE__)
                );
                $this->assertNotSame([], $trace);
                $this->assertHidden(print_r(array_column($trace, 'args'), true));
            }
        }
    }
}
