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
    private static function elsewhere(array $environment, string $arguments = '', array $settings = [], array $options = []): string
    {
        $code = 'require getenv("VISIONO_WORKFLOW_PACKAGE") . "/autoload.php"; try { '
            . '$w = new Visiono\Workflow\Workflow("' . self::SECRET . '"' . $arguments . '); '
            . 'echo "made ", $w->signLink("a", "b", "c", slug: "d")->signature === "" ? "" : "signed"; } '
            . 'catch (Visiono\Workflow\LibraryException $e) { echo $e->getMessage(); }';
        $command = [PHP_BINARY, ...$options];
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

    public function testTheErrorStartsWithTheCause(): void
    {
        $install = '. Install it, or set VISIONO_WORKFLOW_LIBRARY to its path';
        $this->assertSame(
            "libvisiono_workflow was not found: /nowhere/lib.so (VISIONO_WORKFLOW_LIBRARY)$install",
            self::elsewhere(['VISIONO_WORKFLOW_LIBRARY' => '/nowhere/lib.so'])
        );
        $this->assertSame(
            "libvisiono_workflow was not found: /nowhere/lib.so (the argument)$install",
            self::elsewhere([], ", library: '/nowhere/lib.so'")
        );
        $package = self::withoutLibrary();
        $this->assertSame(
            "libvisiono_workflow was not found: $package/lib/libvisiono_workflow.so (the package's folder), "
            . "libvisiono_workflow.so.0 (the system)$install",
            self::elsewhere(['VISIONO_WORKFLOW_PACKAGE' => $package])
        );
        $file = __FILE__;
        $this->assertStringStartsWith(
            "libvisiono_workflow can't be loaded: $file (the argument): $file: ",
            self::elsewhere([], ", library: '$file'")
        );
    }

    public function testALibraryOfAnotherProcessorIsCalledThat(): void
    {
        $package = self::withoutLibrary();
        $library = (string) file_get_contents(getenv('VISIONO_WORKFLOW_PACKAGE') . '/lib/libvisiono_workflow.so');
        // The ELF header's processor, byte 18: none that exists.
        file_put_contents("$package/lib/libvisiono_workflow.so", substr_replace($library, "\xFE\xFE", 18, 2));
        $platform = PHP_OS_FAMILY . '-' . php_uname('m');
        $this->assertMatchesRegularExpression(
            "~^libvisiono_workflow can't be loaded: $package/lib/libvisiono_workflow\\.so \\(the package's folder\\): "
            . ".+\\. Install the one for this PHP, $platform, of version 0\\.1\\.0\$~D",
            self::elsewhere(['VISIONO_WORKFLOW_PACKAGE' => $package])
        );
    }

    /** @return string the installed package without a library */
    private static function withoutLibrary(): string
    {
        $package = temporary_folder();
        run(['cp', '-R', getenv('VISIONO_WORKFLOW_PACKAGE') . '/.', $package]);
        run(['rm', '-r', "$package/lib"]);
        mkdir("$package/lib");
        return $package;
    }

    public function testAReleaseHasALibraryForEachSystem(): void
    {
        $package = self::withoutLibrary();
        $library = getenv('VISIONO_WORKFLOW_PACKAGE') . '/lib/libvisiono_workflow.so';
        $platform = PHP_OS_FAMILY . '-' . php_uname('m');
        $found = static fn (): string => self::elsewhere(['VISIONO_WORKFLOW_PACKAGE' => $package]);
        // Those of others are not even tried.
        foreach (["{$platform}x-gnu.so", 'Plan9-' . php_uname('m') . '.so'] as $other) {
            file_put_contents("$package/lib/libvisiono_workflow-$other", 'x');
        }
        $this->assertStringStartsWith('libvisiono_workflow was not found: ', $found());
        // musl's goes first, and can't be loaded here; then glibc's.
        file_put_contents("$package/lib/libvisiono_workflow-$platform-musl.so", 'not for this system');
        $this->assertStringStartsWith(
            "libvisiono_workflow can't be loaded: $package/lib/libvisiono_workflow-$platform-musl.so (the package's release): ",
            $found()
        );
        copy($library, "$package/lib/libvisiono_workflow-$platform-gnu.so");
        $this->assertSame('made signed', $found());
        // One that was built here goes before all.
        file_put_contents("$package/lib/libvisiono_workflow-$platform-gnu.so", 'not for this system');
        copy($library, "$package/lib/libvisiono_workflow.so");
        $this->assertSame('made signed', $found());
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

    public function testFfiThatIsOffIsTheCause(): void
    {
        $this->assertSame(
            'ffi.enable=0 does not let this code use FFI: start PHP with php -d ffi.enable=1',
            self::elsewhere([], '', ['ffi.enable=0'])
        );
        // Not the library, which isn't there either.
        $this->assertStringStartsWith(
            'ffi.enable=0 does not let this code use FFI: ',
            self::elsewhere(['VISIONO_WORKFLOW_PACKAGE' => self::withoutLibrary()], '', ['ffi.enable=0'])
        );
    }

    public function testTheBuiltInServerSaysHowToStartIt(): void
    {
        $page = temporary_folder() . '/page.php';
        file_put_contents($page, '<?php require getenv("VISIONO_WORKFLOW_PACKAGE") . "/autoload.php";
            try { new Visiono\Workflow\Workflow("' . self::SECRET . '"); echo "made"; }
            catch (Visiono\Workflow\LibraryException $exception) { echo $exception->getMessage(); }');
        foreach ([
            'preload' => 'ffi.enable=preload does not let this code use FFI: start the built-in server with '
                . 'php -d ffi.enable=1 -S',
            '1' => 'made',
        ] as $ffi => $answer) {
            $server = new BuiltIn([$page], ffi: (string) $ffi);
            $this->assertSame($answer, BuiltIn::request($server->url)['body']);
            $server->stop();
        }
    }

    public function testAMissingExtensionIsTheCause(): void
    {
        // -n: no php.ini. Debian has FFI as a file of its own, other systems in PHP itself.
        $modules = (string) shell_exec(escapeshellarg(PHP_BINARY) . ' -n -m');
        $this->assertStringNotContainsString('FFI', $modules, 'this PHP has FFI built in, so this test needs another');
        $this->assertStringStartsWith(
            "PHP's extension FFI is missing: install it, or enable it with extension=ffi in php.ini; ",
            self::elsewhere([], '', [], ['-n'])
        );
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
