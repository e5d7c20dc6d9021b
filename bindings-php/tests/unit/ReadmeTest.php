<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;

final class ReadmeTest extends TestCase
{
    private const PRINTED = [
        'links and returns' => ['https://visiono.io/s/damage-report?uv=ABC123', 'This address is not valid.'],
        'a template' => ['unique_value, photo_count, timestamp', 'pls_123'],
        'webhooks' => ['missing_parameter'],
        'a test delivery' => ['ticket-456'],
    ];

    public static function blocks(): iterable
    {
        $blocks = readme('php');
        self::assertSameSize(self::PRINTED, $blocks, 'the README has other code than this test knows');
        foreach (self::PRINTED as $name => $printed) {
            yield $name => [array_shift($blocks), $printed];
        }
    }

    /** @dataProvider blocks */
    public function testItsCodeRuns(string $code, array $wanted): void
    {
        $lines = explode("\n", $code);
        $uses = preg_grep('/^use /', $lines);
        $code = "declare(strict_types=1);\n" . implode("\n", $uses)
            . "\nrequire getenv('VISIONO_WORKFLOW_PACKAGE') . '/autoload.php';\n\$_SERVER['REQUEST_URI'] = '/';\n"
            . implode("\n", array_diff_key($lines, $uses));
        $process = proc_open(
            [PHP_BINARY, '-d', 'error_reporting=-1', '-d', 'display_errors=1', '-r', $code],
            [1 => ['pipe', 'w'], 2 => ['pipe', 'w']],
            $pipes
        );
        $printed = (string) stream_get_contents($pipes[1]);
        $this->assertSame(0, proc_close($process), $printed);
        foreach ($wanted as $text) {
            $this->assertStringContainsString($text, $printed);
        }
        $this->assertStringNotContainsString('Warning', $printed);
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
