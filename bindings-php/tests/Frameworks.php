<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use Visiono\Workflow\Webhook;
use Visiono\Workflow\Workflow;

/** Tests real frameworks' requests, made by `web/front.php` of what a real server gives to PHP. */
trait Frameworks
{
    private const TEMPLATE = 'https://app.example/front/tickets/{reference}/done?sub={submission_id}&uv={unique_value}'
        . '&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}';
    private const WITH_URL = [
        '$_SERVER', 'Symfony', 'Laravel', 'Guzzle', "Guzzle's getUri()", 'Slim', 'Nyholm',
        'Nyholm without its first segment', 'Nyholm, sent',
    ];
    private const DECODED = ["Laravel's query()", "Slim's getQueryParams()"];

    /** @before */
    public function requireFrameworks(): void
    {
        foreach (['Illuminate/Foundation/Http/Middleware', 'GuzzleHttp/Psr7', 'Nyholm/Psr7', 'Slim/Psr7'] as $folder) {
            is_dir("/usr/share/php/$folder") || throw new \LogicException(
                "/usr/share/php/$folder is missing: install Debian's php-laravel-framework php-guzzlehttp-psr7 "
                . 'php-nyholm-psr7 php-slim-psr7'
            );
        }
    }

    abstract private static function front(): string;

    private static function ask(string $framework, string $path, array $headers = [], ?string $body = null): array
    {
        $headers[] = "X-Framework: $framework";
        $headers[] = 'Content-Type: application/json';
        ['body' => $body] = BuiltIn::request(self::front() . $path, $headers, $body);
        return json_decode($body, true) ?? throw new \LogicException("not JSON: $body");
    }

    /** Returns the path and query of a return. */
    private static function path(string $template, string $uniqueValue, string $reference): string
    {
        $url = (new Workflow(getenv('VISIONO_WORKFLOW_SECRET')))
            ->signReturn($template, 'pls_123', $uniqueValue, $reference, 5)->url;
        return substr($url, strlen('https://app.example'));
    }

    public function testEveryFrameworksRequestIsReadByItsUrl(): void
    {
        $path = self::path('https://app.example/front/done', 'A+b ä', '50% & 2024/0815');
        $others = '&utm_source=&utm_medium&tag[]=a&tag[]=b&n=5&filter[a][b]=c&broken=%zz%FF';
        foreach (self::WITH_URL as $framework) {
            $this->assertSame(['A+b ä', '50% & 2024/0815'], self::ask($framework, $path), $framework);
            $this->assertSame(['A+b ä', '50% & 2024/0815'], self::ask($framework, $path . $others), $framework);
            foreach (['&ref=ticket-999', '&ref[]=ticket-999', '&Ref=x', '&%20ref=x', '&ref='] as $more) {
                $this->assertSame(['duplicate_parameter', 'ref'], self::ask($framework, $path . $more), "$framework: $more");
            }
            $this->assertSame(
                ['missing_parameter', 'sub', 'uv', 'ref', 'cnt', 'ts', 'sig'],
                self::ask($framework, '/front/done'),
                $framework
            );
        }
    }

    /** Decoded parameters lack the first of two with one name. */
    public function testDecodedParametersOfOthersAreIgnored(): void
    {
        $path = self::path('https://app.example/front/done', 'ABC123', 'ticket-456');
        $others = '&utm_source=&utm_medium&tag[]=a&tag[]=b&tag[][]=c&n=5&filter[a][b]=c';
        foreach (self::DECODED as $framework) {
            $this->assertSame(['ABC123', 'ticket-456'], self::ask($framework, $path . $others), $framework);
            $this->assertSame(['duplicate_parameter', 'ref'], self::ask($framework, "$path&Ref=x"), $framework);
            $this->assertSame(['malformed_parameter', 'ref'], self::ask($framework, "$path&ref[a]=x"), $framework);
        }
        // Laravel's middleware makes null of an empty parameter.
        $this->assertSame(['missing_parameter', 'ref'], self::ask("Laravel's query()", "$path&ref="));
        // Why the README says not to pass it.
        $first = '/front/done?ref=x&' . substr($path, strlen('/front/done?'));
        $this->assertSame(['ABC123', 'ticket-456'], self::ask("Laravel's fullUrl()", $first));
        $this->assertSame(['duplicate_parameter', 'ref'], self::ask('Laravel', $first));
        $trimmed = self::path('https://app.example/front/done', 'ABC123 ', 'ticket-456');
        $this->assertSame(['invalid_signature'], self::ask("Laravel's query()", $trimmed));
        $this->assertSame(['ABC123 ', 'ticket-456'], self::ask('Laravel', $trimmed));
    }

    public function testATemplateWithAPathReadsItAsTheBrowserRequestedIt(): void
    {
        foreach (['ticket-456', '2024/0815', '50%', '50%25', 'a+b c', 'ä', '..a', '%2F'] as $reference) {
            $path = self::path(self::TEMPLATE, 'ABC123', $reference);
            foreach (self::WITH_URL as $framework) {
                $this->assertSame(['ABC123', $reference], self::ask($framework, $path), "$framework: $reference");
            }
        }
        // Another ticket's address.
        $path = self::path(self::TEMPLATE, 'ABC123', 'ticket-456');
        $other = str_replace('/tickets/ticket-456/', '/tickets/ticket-457/', $path);
        foreach (self::WITH_URL as $framework) {
            $this->assertSame(['duplicate_parameter', 'ref'], self::ask($framework, $other), $framework);
        }
    }

    public function testEveryFrameworksRequestIsAWebhook(): void
    {
        $webhook = new Webhook(getenv('VISIONO_WEBHOOK_SECRET'));
        $body = " {\"event\": \"coffee.ready\",\r\n \"data\": {\"n\": 12345678901234567890}}\n";
        $signed = ['X-Visiono-Signature: ' . $webhook->sign($body)];
        $with = array_diff(self::WITH_URL, ["Guzzle's getUri()"]);
        foreach ([...$with, 'WordPress'] as $framework) {
            $this->assertSame(
                ['coffee.ready', hash('sha256', $body)],
                self::ask($framework, '/front/webhook', $signed, $body),
                $framework
            );
            $this->assertSame(['invalid_signature'], self::ask($framework, '/front/webhook', $signed, "$body "), $framework);
            $this->assertSame(['missing_parameter', 'sig'], self::ask($framework, '/front/webhook', [], $body), $framework);
            $this->assertSame(
                ['invalid_signature'],
                self::ask($framework, '/front/webhook', [...$signed, 'X-Webhook-Signature: sha256='], $body),
                $framework
            );
            // Anybody can send nothing.
            $this->assertSame(['invalid_signature'], self::ask($framework, '/front/webhook', $signed, ''), $framework);
        }
    }
}
