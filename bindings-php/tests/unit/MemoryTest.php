<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Exception\InvalidTemplate;
use Visiono\Workflow\Exception\MissingParameter;
use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\WebhookSecret;
use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowSecret;

final class MemoryTest extends TestCase
{
    private const SECRET = '0123456789abcdef0123456789abcdef';

    /** The process's memory in bytes, PHP's own and the library's. */
    private static function resident(): int
    {
        preg_match('/^VmRSS:\s+(\d+) kB/m', (string) file_get_contents('/proc/self/status'), $match);
        return 1024 * (int) $match[1];
    }

    private function assertFlat(int $times, \Closure $call): void
    {
        for ($i = 0; $i < 1000; $i++) {
            $call();
        }
        gc_collect_cycles();
        $resident = self::resident();
        $used = memory_get_usage();
        for ($i = 0; $i < $times; $i++) {
            $call();
        }
        gc_collect_cycles();
        $this->assertLessThan(1024, memory_get_usage() - $used);
        $this->assertLessThan(1 << 20, self::resident() - $resident);
    }

    public function testCallsLeaveMemoryFlat(): void
    {
        $workflow = new Workflow(self::SECRET);
        $this->assertFlat(100_000, function () use ($workflow): void {
            $link = $workflow->signLink('ABC123', 'zendesk', 'ticket-456', slug: 'damage-report');
            $workflow->verifyLink($link->url, expect: ['reference' => 'ticket-456']);
        });
    }

    public function testDecodedPairsLeaveMemoryFlat(): void
    {
        $workflow = new Workflow(self::SECRET);
        parse_str((string) parse_url($workflow->signReturn('https://a.example/', 'pls_1', 'A', 'r', 1)->url, PHP_URL_QUERY), $get);
        $this->assertFlat(20_000, function () use ($workflow, $get): void {
            $workflow->verifyReturn($get + ['other' => ['a', 'b'], 'map' => ['a' => 'b']], expect: ['reference' => 'r']);
        });
    }

    public function testErrorsLeaveMemoryFlat(): void
    {
        $workflow = new Workflow(self::SECRET);
        $this->assertFlat(20_000, function () use ($workflow): void {
            try {
                $workflow->verifyReturn('uv=A');
            } catch (MissingParameter) {
                return;
            }
            throw new \LogicException('nothing was refused');
        });
    }

    public function testObjectsLeaveMemoryFlat(): void
    {
        $this->assertFlat(10_000, function (): void {
            new Workflow([self::SECRET, self::SECRET . '2'], maxAge: 60);
            $template = new RedirectTemplate('https://a.example/{reference}');
            $template->checkExtractable();
            $template->expand('a', 'b', 'c', 1, 1, str_repeat('0', 64));
            try {
                new RedirectTemplate('');
            } catch (InvalidTemplate) {
            }
            new Webhook([new WebhookSecret(self::SECRET), self::SECRET . '2'], leeway: 0);
            new Workflow(new WorkflowSecret(self::SECRET));
        });
    }

    public function testWebhooksLeaveMemoryFlat(): void
    {
        $webhook = new Webhook(self::SECRET);
        $body = '{"event":"submission.created","data":{"permanent_link_submission":{"unique_field_value":"A",'
            . '"external_source":"b","external_reference":"c"},"more":"' . str_repeat('a', 10_000) . '"}}';
        $header = $webhook->sign($body);
        $this->assertFlat(20_000, function () use ($webhook, $body, $header): void {
            $webhook->receive($body, ['X-Visiono-Signature' => $header, 'X-Visiono-Delivery' => ['d-1']]);
            $webhook->verify($body, $header);
            try {
                $webhook->receive($body, $_SERVER);
            } catch (MissingParameter) {
                return;
            }
            throw new \LogicException('nothing was refused');
        });
    }
}
