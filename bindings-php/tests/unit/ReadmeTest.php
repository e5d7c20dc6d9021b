<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\Workflow;

final class ReadmeTest extends TestCase
{
    private const TEMPLATE = 'https://app.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}'
        . '&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}';

    private static string $project;
    private static ?BuiltIn $server = null;

    /** Saves the README's files in a project, and starts its server, as the README says. */
    public static function setUpBeforeClass(): void
    {
        self::$project = project();
        $names = ['index.php', 'webhook.php', 'test.php'];
        self::assertSameSize($names, readme('php'), 'the README has other code than this test knows');
        foreach (array_combine($names, readme('php')) as $name => $code) {
            file_put_contents(self::$project . "/$name", $code);
        }
        self::assertStringContainsString("```sh\nphp -d ffi.enable=1 -S localhost:8000\n```", self::text());
        self::assertStringContainsString('start `php -d ffi.enable=1 -S localhost:8000 index.php`', self::text());
        self::$server = new BuiltIn([self::$project . '/index.php'], ['TMPDIR' => self::$project]);
    }

    public static function tearDownAfterClass(): void
    {
        self::$server?->stop();
    }

    private static function text(): string
    {
        return (string) file_get_contents(dirname(__DIR__, 2) . '/README.md');
    }

    /** Returns the path and query of a return to a ticket. */
    private static function back(string $uniqueValue, string $reference, int $age = 0): string
    {
        $workflow = new Workflow(getenv('VISIONO_WORKFLOW_SECRET'));
        $url = $workflow->signReturn(self::TEMPLATE, 'pls_<1>', $uniqueValue, $reference, 5, time() - $age)->url;
        return substr($url, strlen('https://app.example'));
    }

    /** @return array{int, string, string} the status, the page or the location, and the cookie */
    private static function get(string $path, string $cookie = '', ?string $body = null): array
    {
        ['status' => $status, 'headers' => $headers, 'body' => $page] =
            BuiltIn::request(self::$server->url . $path, ["Cookie: $cookie"], $body);
        preg_match('/^Set-Cookie: ([^;]+)/mi', $headers, $set);
        preg_match('/^Location: (.+)$/mi', $headers, $location);
        return [$status, $location[1] ?? $page, $set[1] ?? $cookie];
    }

    private static function page(string $text): string
    {
        return "<!DOCTYPE html>\n<title>Photos</title>\n<p>$text</p>\n";
    }

    public function testTheExampleIsTheReadmesApplication(): void
    {
        $this->assertSame(
            (string) file_get_contents(dirname(__DIR__, 2) . '/examples/tickets.php'),
            readme('php')[0]
        );
    }

    public function testTwoTicketsAtOnceBothReturn(): void
    {
        $button = static fn (string $ticket): string =>
            "<form method=\"post\" action=\"/tickets/$ticket/start\"><button>Send photos</button></form>\n";
        $plates = ['ticket-456' => 'ABC 123', '2024/0815' => 'XYZ 789'];
        $cookie = '';
        foreach ($plates as $reference => $plate) {
            $path = rawurlencode($reference);
            [$status, $page, $cookie] = self::get("/tickets/$path", $cookie);
            $this->assertSame([200, self::page("Ticket $reference: no photos yet.") . $button($path)], [$status, $page]);
            [$status, $link] = self::get("/tickets/$path/start", $cookie, '');
            $this->assertSame(303, $status);
            $signed = (new Workflow(getenv('VISIONO_WORKFLOW_SECRET')))->verifyLink($link);
            $this->assertSame([$plate, 'zendesk', $reference], [$signed->uniqueValue, $signed->source, $signed->reference]);
        }
        foreach ($plates as $reference => $plate) {
            $path = rawurlencode($reference);
            $back = self::back($plate, $reference);
            $this->assertSame([303, "/tickets/$path", $cookie], self::get($back, $cookie));
            $stored = '5 photos, submission pls_&lt;1&gt;.';
            $this->assertSame(
                [200, self::page("Ticket $reference: $stored") . $button($path), $cookie],
                self::get("/tickets/$path", $cookie)
            );
            // An hour later, from the history.
            $this->assertSame(
                [400, self::page("This address has expired. $stored"), $cookie],
                self::get(self::back($plate, $reference, 3601), $cookie)
            );
        }
    }

    public function testARefusalIsAPageForThePerson(): void
    {
        $invalid = [400, self::page('This address is not valid. Please start again from your ticket.')];
        $back = self::back('ABC 123', 'ticket-456');
        foreach ([
            '/tickets/ticket-456/done?x=1',
            '/tickets/ticket-456/done',
            "$back&ref=ticket-457",
            "$back&%20ref=x",
            str_replace('cnt=5', 'cnt=6', $back),
            // A genuine return for another ticket, at this one's address and at its own.
            str_replace('/ticket-456/', '/2024%2F0815/', $back),
            self::back('OTHER 1', 'ticket-456'),
        ] as $path) {
            $this->assertSame($invalid, array_slice(self::get($path), 0, 2), $path);
        }
        $this->assertSame(
            [400, self::page('This address has expired. Please start again.')],
            array_slice(self::get(self::back('ABC 123', 'ticket-456', 3700)), 0, 2)
        );
        $missing = [404, self::page('There is no such ticket.')];
        foreach (['/', '/tickets', self::back('ABC 123', 'ticket-457')] as $path) {
            $this->assertSame($missing, array_slice(self::get($path), 0, 2), $path);
        }
        // Without a secret: the mistake is the program's.
        $server = new BuiltIn([self::$project . '/index.php'], ['VISIONO_WORKFLOW_SECRET' => '']);
        $answer = BuiltIn::request("$server->url$back");
        $server->stop();
        $this->assertSame(500, $answer['status']);
        $this->assertSame(self::page('Something went wrong on our side. Please try again later.'), $answer['body']);
    }

    public function testTheWebhookPage(): void
    {
        $server = new BuiltIn([self::$project . '/webhook.php'], ['TMPDIR' => self::$project]);
        $test = (new Webhook(getenv('VISIONO_WEBHOOK_SECRET')))->testDelivery('photo_request.submitted');
        $headers = [];
        foreach ($test->headers as $name => $value) {
            $headers[] = "$name: $value";
        }
        $post = static function (string $body, array $headers) use ($server): array {
            ['status' => $status, 'body' => $answer] =
                BuiltIn::request($server->url, ['Content-Type: application/json', ...$headers], $body);
            return [$status, $answer];
        };
        try {
            $this->assertSame([204, ''], $post($test->body, $headers));
            $this->assertSame([204, ''], $post($test->body, $headers));
            $this->assertSame(1, substr_count($server->log(), 'all photos have arrived of "pr_test"'), $server->log());
            $file = self::$project . '/' . hash('sha256', $test->body) . '.json';
            $this->assertSame($test->body, file_get_contents($file));
            $this->assertSame([401, "invalid_signature\n"], $post("$test->body ", $headers));
            $this->assertSame([401, "missing_parameter\n"], $post($test->body, []));
            $this->assertSame([401, "missing_parameter\n"], $post('', []));
        } finally {
            $server->stop();
        }
    }

    public function testTheProgramForTestsPrintsWhatItsCommentsSay(): void
    {
        exec(escapeshellarg(PHP_BINARY) . ' ' . escapeshellarg(self::$project . '/test.php') . ' 2>&1', $printed, $status);
        preg_match_all('~; // (.+)$~m', readme('php')[2], $comments);
        $this->assertSame([['unique_value, photo_count, timestamp', 'pls_123', 'ticket-456'], 0], [$printed, $status]);
        $this->assertSame($printed, $comments[1]);
    }

    public function testEveryFileOfTheFolderIsPhp(): void
    {
        $folder = dirname(__DIR__, 2);
        $files = new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator($folder, \FilesystemIterator::SKIP_DOTS));
        $checked = 0;
        foreach ($files as $file) {
            if ($file->getExtension() === 'php') {
                exec(escapeshellarg(PHP_BINARY) . ' -l ' . escapeshellarg($file->getPathname()) . ' 2>&1', $printed, $code);
                $this->assertSame(0, $code, implode("\n", $printed));
                $checked++;
            }
        }
        $this->assertGreaterThan(50, $checked);
    }
}
