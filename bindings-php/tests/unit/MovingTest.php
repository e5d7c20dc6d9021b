<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\Workflow;

/** The code that replaces the documented snippet works as docs/moving.md says. */
final class MovingTest extends TestCase
{
    public function testTheReplacementOfTheSnippet(): void
    {
        $page = (string) file_get_contents(dirname(__DIR__, 3) . '/docs/moving.md');
        preg_match_all('/^```php\n(.*?)^```$/ms', $page, $blocks);
        // The snippet comes first, then its replacement.
        [, $replacement] = $blocks[1];
        eval("namespace Moving;\n$replacement");
        $workflow = new Workflow('0123456789abcdef0123456789abcdef');
        $webhook = new Webhook('whsec_0123456789abcdef');

        [$link] = explode('&ts=', \Moving\start($workflow, 'ABC123', 'ticket-456'));
        $this->assertSame('https://visiono.io/s/damage-report?uv=ABC123&src=zendesk&ref=ticket-456', $link);
        $template = new RedirectTemplate('https://app.example/done');
        $url = $workflow->signReturn($template, 'pls_123', 'ABC123', 'ticket-456', 5)->url;
        $this->assertSame('5 photos', \Moving\done($workflow, $url, 'ticket-456'));
        $this->assertSame('unexpected_value', \Moving\done($workflow, $url, 'ticket-457'));
        $body = json_encode(['event' => 'photo_request.submitted', 'timestamp' => gmdate('Y-m-d\TH:i:s\Z')]);
        $headers = ['HTTP_X_VISIONO_SIGNATURE' => $webhook->sign($body)];
        $this->assertSame('photo_request.submitted', \Moving\hook($webhook, $body, $headers));
        $this->assertSame('missing_parameter', \Moving\hook($webhook, $body, []));
    }
}
