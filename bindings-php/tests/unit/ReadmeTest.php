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

    /** The programs of the section about the inbox, which are examples. */
    private const INBOX = ['inbox.php', 'webhook.php', 'worker.php', 'events.php', 'photos.php'];

    private static string $project;
    private static ?BuiltIn $server = null;

    /** Saves the README's files in a project, and starts its server, as the README says. */
    public static function setUpBeforeClass(): void
    {
        self::$project = project();
        $names = ['index.php', ...self::INBOX, 'test.php'];
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

    public function testTheExamplesAreTheReadmesPrograms(): void
    {
        foreach (['tickets.php', ...self::INBOX] as $number => $name) {
            $this->assertSame((string) file_get_contents(dirname(__DIR__, 2) . "/examples/$name"), readme('php')[$number]);
        }
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

    public function testTheProgramsOfTheInbox(): void
    {
        $environment = ['VISIONO_INBOX_DSN' => 'sqlite:' . self::$project . '/inbox.sqlite'] + getenv();
        $run = static function (string $name) use ($environment): array {
            $command = [PHP_BINARY, '-d', 'display_errors=stderr', self::$project . "/$name"];
            $process = proc_open($command, [['null'], ['pipe', 'w'], ['pipe', 'w']], $pipes, null, $environment);
            return [$process, $pipes];
        };
        [$worker, [1 => $printed, 2 => $log]] = $run('worker.php');
        $server = new BuiltIn(['-t', self::$project], $environment);
        $post = static function (string $body, array $headers) use ($server): array {
            ['status' => $status, 'body' => $answer] =
                BuiltIn::request("$server->url/webhook.php", ['Content-Type: application/json', ...$headers], $body);
            return [$status, $answer];
        };
        try {
            $test = (new Webhook(getenv('VISIONO_WEBHOOK_SECRET')))->testDelivery('photo_request.submitted');
            $headers = [];
            foreach ($test->headers as $name => $value) {
                $headers[] = "$name: $value";
            }
            // The worker makes the tables.
            for ($i = 0; $post($test->body, $headers)[0] === 503 && $i < 100; $i++) {
                usleep(50_000);
            }
            $this->assertSame([204, ''], $post($test->body, $headers));
            $this->assertSame("all photos have arrived of \"pr_test\"\n", fgets($printed));
            $this->assertSame([401, "invalid_signature\n"], $post("$test->body ", $headers));
            $this->assertSame([401, "missing_parameter\n"], $post('', []));
            $key = hash('sha256', $test->body);
            $events = json_decode(BuiltIn::request("$server->url/events.php?request_id=pr_test")['body'], true);
            $this->assertSame([[$key, 'photo_request.submitted']], array_map(
                static fn (array $event): array => [$event['dedup_key'], $event['event']],
                $events
            ));
            $this->assertSame([], json_decode(BuiltIn::request("$server->url/events.php?request_id=x")['body'], true));
            proc_terminate($worker);
            $this->assertSame('', stream_get_contents($printed));
            preg_match_all('/\{.*\}/', (string) stream_get_contents($log), $lines);
            $line = json_decode($lines[0][0] ?? '', true);
            $this->assertSame(['done', $key, 1], [$line['inbox'], $line['dedup_key'], $line['attempts']]);
            $this->assertCount(1, $lines[0]);
            $this->assertSame(0, proc_close($worker));

            $this->assertSame(204, $post($other = str_replace('pr_test', 'pr_2', $test->body), [
                'X-Visiono-Signature: ' . (new Webhook(getenv('VISIONO_WEBHOOK_SECRET')))->sign($other),
            ])[0]);
            [$process, [1 => $printed]] = $run('photos.php');
            $this->assertSame("{\"waiting\":0,\"claimed\":0,\"done\":2,\"dead\":0}\n", stream_get_contents($printed));
            $this->assertSame(0, proc_close($process));
            $photos = new \PDO($environment['VISIONO_INBOX_DSN']);
            $this->assertSame([['pr_2', 'photo_request.submitted']], $photos->query('SELECT * FROM photos')->fetchAll(\PDO::FETCH_NUM));
        } finally {
            $server->stop();
            if (is_resource($worker)) {
                proc_terminate($worker, 9);
            }
        }
    }

    public function testTheProgramForTestsPrintsWhatItsCommentsSay(): void
    {
        exec(escapeshellarg(PHP_BINARY) . ' ' . escapeshellarg(self::$project . '/test.php') . ' 2>&1', $printed, $status);
        preg_match_all('~; // (.+)$~m', readme('php')[6], $comments);
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
