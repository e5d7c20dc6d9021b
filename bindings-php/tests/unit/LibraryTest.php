<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Exception\InvalidArgument;
use Visiono\Workflow\LibraryException;
use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\Workflow;

final class LibraryTest extends TestCase
{
    private const SECRET = '0123456789abcdef0123456789abcdef';

    /** Makes a workflow in another process, and returns what that prints. */
    private static function elsewhere(array $environment, string $arguments = '', array $settings = []): string
    {
        $code = 'require getenv("VISIONO_WORKFLOW_PACKAGE") . "/autoload.php"; try { '
            . '$w = new Visiono\Workflow\Workflow("' . self::SECRET . '"' . $arguments . '); '
            . 'echo "made ", $w->signLink("a", "b", "c", slug: "d")->signature === "" ? "" : "signed"; } '
            . 'catch (Visiono\Workflow\LibraryException $e) { echo $e->getMessage(); }';
        $command = [PHP_BINARY];
        foreach ($settings as $setting) {
            array_push($command, '-d', $setting);
        }
        $process = proc_open(
            [...$command, '-r', $code],
            [1 => ['pipe', 'w'], 2 => ['redirect', 1]],
            $pipes,
            null,
            $environment + ['VISIONO_WORKFLOW_PACKAGE' => getenv('VISIONO_WORKFLOW_PACKAGE'), 'PATH' => getenv('PATH')]
        );
        $printed = (string) stream_get_contents($pipes[1]);
        proc_close($process);
        return $printed;
    }

    public function testTheLibraryIsFoundInThePackage(): void
    {
        $this->assertSame('made signed', self::elsewhere([]));
    }

    public function testAnArgumentAndTheVariableNameTheLibrary(): void
    {
        $library = getenv('VISIONO_WORKFLOW_PACKAGE') . '/lib/libvisiono_workflow.so';
        $this->assertFileExists($library);
        $this->assertSame('made signed', self::elsewhere(['VISIONO_WORKFLOW_LIBRARY' => $library]));
        $this->assertSame(
            'made signed',
            self::elsewhere(['VISIONO_WORKFLOW_LIBRARY' => '/nowhere'], ", library: '$library'")
        );
    }

    public function testTheErrorSaysWhereItLooked(): void
    {
        $printed = self::elsewhere(['VISIONO_WORKFLOW_LIBRARY' => '/nowhere/lib.so']);
        $this->assertStringContainsString('/nowhere/lib.so (VISIONO_WORKFLOW_LIBRARY): no such file', $printed);
        $printed = self::elsewhere([], ", library: '/nowhere/lib.so'");
        $this->assertStringContainsString('/nowhere/lib.so (the argument): no such file', $printed);
        $printed = self::elsewhere([], ", library: '" . __FILE__ . "'");
        $this->assertStringContainsString(__FILE__ . ' (the argument): Failed loading', $printed);
    }

    public function testAForeignVersionIsRefused(): void
    {
        // It exports all that the header names.
        $header = (string) file_get_contents(getenv('VISIONO_WORKFLOW_PACKAGE') . '/src/visiono_workflow.h');
        preg_match_all('/\b(visiono_\w+)\(/', $header, $match);
        $code = 'const char *visiono_version(void) { return "99.0.0"; }';
        foreach (array_diff($match[1], ['visiono_version']) as $name) {
            $code .= "void $name(void) {}";
        }
        $folder = temporary_folder();
        file_put_contents("$folder/other.c", $code);
        run(['gcc', '-shared', '-fPIC', '-o', "$folder/other.so", "$folder/other.c"]);
        $printed = self::elsewhere(['VISIONO_WORKFLOW_LIBRARY' => "$folder/other.so"]);
        $this->assertStringContainsString('the library is of version 99.0.0, but this package of 0.1.0', $printed);
    }

    public function testFfiThatIsOffIsExplained(): void
    {
        $printed = self::elsewhere([], '', ['ffi.enable=0']);
        $this->assertStringContainsString('restricted by "ffi.enable"', $printed);
        $this->assertStringContainsString('opcache.preload', $printed);
    }

    public function testPreloadingLoadsTheLibraryItself(): void
    {
        $package = getenv('VISIONO_WORKFLOW_PACKAGE');
        $settings = [
            'ffi.enable=preload',
            'opcache.enable_cli=1',
            "opcache.preload=$package/preload.php",
        ];
        // PHP doesn't let what root preloads load libraries.
        $command = posix_geteuid() === 0 ? ['setpriv', '--reuid=nobody', '--clear-groups', PHP_BINARY] : [PHP_BINARY];
        foreach ($settings as $setting) {
            array_push($command, '-d', $setting);
        }
        $code = 'echo (new Visiono\Workflow\Workflow("' . self::SECRET . '"))'
            . '->signLink("a", "b", "c", slug: "d") != "" ? "signed" : "", '
            . 'Visiono\Workflow\Library::load(null)->preloaded ? " preloaded" : "";';
        $process = proc_open([...$command, '-r', $code], [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes);
        $this->assertSame('signed preloaded', stream_get_contents($pipes[1]));
        proc_close($process);
    }

    public function testAPathHasToBeOne(): void
    {
        foreach (['', "a\0b"] as $path) {
            try {
                new Workflow(self::SECRET, library: $path);
                $this->fail('it was taken');
            } catch (InvalidArgument $exception) {
                $this->assertStringContainsString('path of the library', $exception->getMessage());
            }
        }
        $this->expectException(LibraryException::class);
        new RedirectTemplate('https://a.example/', '/nowhere');
    }

    public function testATemplateOfAnotherLibraryIsItsText(): void
    {
        $library = getenv('VISIONO_WORKFLOW_PACKAGE') . '/lib/libvisiono_workflow.so';
        $template = new RedirectTemplate('https://a.example/', $library);
        $workflow = new Workflow(self::SECRET);
        $signed = $workflow->signReturn($template, 'a', 'b', 'c', 1);
        $this->assertSame(1, $workflow->verifyReturn($signed, $template)->photoCount);
    }
}
