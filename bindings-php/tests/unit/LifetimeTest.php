<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use PHPUnit\Framework\TestCase;
use Visiono\Workflow\Code;
use Visiono\Workflow\Exception\InvalidArgument;
use Visiono\Workflow\Library;
use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\WebhookSecret;
use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowException;
use Visiono\Workflow\WorkflowSecret;

/** Attack 6, use after free: an object whose memory is gone refuses, and nothing else happens. */
final class LifetimeTest extends TestCase
{
    use Refusals;

    private const SECRET = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
    private const NOW = 1705500100;
    private const QUERY = 'sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5&ts=1705500100'
        . '&sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5';
    /** The start of each script. */
    private const START = <<<'PHP'
        declare(strict_types=1);
        use Visiono\Workflow\{Library, RedirectTemplate, Webhook, WebhookSecret, Workflow, WorkflowSecret};
        use Visiono\Workflow\Exception\InvalidArgument;
        if (!class_exists(Library::class, false)) {
            require getenv('VISIONO_WORKFLOW_PACKAGE') . '/autoload.php';
        }
        const SECRET = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
        /** Calls every method, and returns the outcomes. */
        function used(Workflow|Webhook $object): string
        {
            $calls = $object instanceof Workflow ? [
                fn () => $object->verifyLink($object->signLink('a', 'b', 'c', slug: 'd')),
                fn () => $object->verifyReturn($object->signReturn('https://a.example/', 'a', 'b', 'c', 1)),
                fn () => $object->verifyReturn(''),
                fn () => $object->verifyLink([]),
            ] : [
                fn () => $object->verify('a', $object->sign('a')),
                fn () => $object->receive(...get_object_vars($object->testDelivery('submission.created'))),
                fn () => $object->receive('', []),
            ];
            $answers = [];
            foreach ($calls as $call) {
                try {
                    $call();
                    $answers['works'] = true;
                } catch (InvalidArgument $closed) {
                    $answers[str_contains($closed->getMessage(), 'closed') ? 'closed' : $closed->getMessage()] = true;
                } catch (Visiono\Workflow\Exception\MissingParameter) {
                    $answers['works'] = true;
                }
            }
            return implode(', ', array_keys($answers));
        }
        /** Uses its object when it is destroyed. */
        final class User
        {
            public function __construct(public ?object $used = null)
            {
            }
            public function __destruct()
            {
                echo used($this->used), "\n";
            }
        }
        final class Container
        {
            public static mixed $first = null;
            public static mixed $second = null;
        }

        PHP;

    /**
     * Runs a script in another process.
     *
     * @return array{int, string} its exit code, negative for a signal, and what it printed
     */
    private static function script(string $script, array $settings = []): array
    {
        $command = [PHP_BINARY];
        foreach (['error_reporting=-1', 'display_errors=1', ...$settings] as $setting) {
            array_push($command, '-d', $setting);
        }
        $file = tmpfile();
        fwrite($file, '<?php ' . self::START . $script);
        rewind($file);
        $process = proc_open($command, [0 => $file, 1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes);
        $printed = (string) stream_get_contents($pipes[1]);
        do {
            $status = proc_get_status($process);
        } while ($status['running'] && usleep(1000) === null);
        proc_close($process);
        return [$status['signaled'] ? -$status['termsig'] : $status['exitcode'], $printed];
    }

    private function assertPrints(string $wanted, string $script, array $settings = []): void
    {
        $this->assertSame([0, $wanted], self::script($script, $settings));
    }

    public function testAttack6AWorkflowInAStaticPropertyAndADestructorThatSigns(): void
    {
        $this->assertPrints("closed\n", 'Container::$first = new Workflow(SECRET); Container::$second = new User(Container::$first);');
        $this->assertPrints("closed\n", 'Container::$first = new Webhook(SECRET); Container::$second = new User(Container::$first);');
        // In the other order, it still works.
        $this->assertPrints(
            "works\n",
            'Container::$second = new User(); Container::$first = new Workflow(SECRET); Container::$second->used = Container::$first;'
        );
    }

    public function testAttack6ADestructorThatDoesNotCatchEndsWithTheException(): void
    {
        [$code, $printed] = self::script(<<<'PHP'
            final class Signer
            {
                public function __construct(private Workflow $workflow)
                {
                }
                public function __destruct()
                {
                    $this->workflow->signLink('a', 'b', 'c', slug: 'd');
                }
            }
            Container::$first = new Workflow(SECRET);
            Container::$second = new Signer(Container::$first);
            PHP);
        $this->assertSame(255, $code);
        $this->assertStringContainsString('Uncaught Visiono\Workflow\Exception\InvalidArgument: this object was closed', $printed);
    }

    public function testAttack6EveryMethodAfterTheDestructor(): void
    {
        $template = new RedirectTemplate('https://a.example/');
        foreach ([new Workflow(self::SECRET), (new \ReflectionClass(Workflow::class))->newInstanceWithoutConstructor()] as $workflow) {
            for ($i = 0; $i < 2; $i++) {
                $workflow->__destruct();
                foreach ([
                    fn () => $workflow->signLink('a', 'b', 'c', slug: 'd'),
                    fn () => $workflow->verifyLink(''),
                    fn () => $workflow->verifyLink(['uv' => 'a']),
                    fn () => $workflow->signReturn($template, 'a', 'b', 'c', 1),
                    fn () => $workflow->verifyReturn(self::QUERY, now: self::NOW),
                    fn () => $workflow->verifyReturn(self::QUERY, 'https://a.example/', self::NOW, ['reference' => 'ticket-456']),
                ] as $call) {
                    $this->assertClosed($call);
                }
            }
        }
        foreach ([new Webhook(self::SECRET), (new \ReflectionClass(Webhook::class))->newInstanceWithoutConstructor()] as $webhook) {
            for ($i = 0; $i < 2; $i++) {
                $webhook->__destruct();
                foreach ([
                    fn () => $webhook->receive('a', []),
                    fn () => $webhook->verify('a', null),
                    fn () => $webhook->sign('a'),
                    fn () => $webhook->testDelivery('submission.created'),
                ] as $call) {
                    $this->assertClosed($call);
                }
            }
        }
        $template = (new \ReflectionClass(RedirectTemplate::class))->newInstanceWithoutConstructor();
        foreach ([
            fn () => $template->missing(),
            fn () => $template->placeholders(),
            fn () => $template->checkExtractable(),
            fn () => $template->expand('a', 'b', 'c', 1, 1, 'd'),
            fn () => (string) $template,
            fn () => (new Workflow(self::SECRET))->signReturn($template, 'a', 'b', 'c', 1),
            // A template that isn't there is not no template.
            fn () => (new Workflow(self::SECRET))->verifyReturn(self::QUERY, $template, self::NOW),
        ] as $call) {
            $this->assertClosed($call);
        }
        foreach ([WorkflowSecret::class => Workflow::class, WebhookSecret::class => Webhook::class] as $secret => $class) {
            $secret = (new \ReflectionClass($secret))->newInstanceWithoutConstructor();
            $this->assertClosed(fn () => new $class($secret));
            $this->assertClosed(fn () => new $class([self::SECRET, $secret]));
        }
    }

    private function assertClosed(\Closure $call): void
    {
        $closed = $this->assertRefused(Code::InvalidArgument, [], $call);
        $this->assertStringContainsString('closed', $closed->getMessage());
    }

    public function testAttack6CopiesByReflectionCloneAndUnserialize(): void
    {
        foreach ([Workflow::class, Webhook::class] as $class) {
            $original = new $class(self::SECRET);
            $works = $original instanceof Workflow
                ? fn () => $this->assertSame(5, $original->verifyReturn(self::QUERY, now: self::NOW)->photoCount)
                : fn () => $this->assertSame(0, $original->verify('a', $original->sign('a'))->secretIndex);
            for ($i = 0; $i < 100; $i++) {
                try {
                    \Closure::bind(static fn () => clone $original, null, $class)();
                    $this->fail('it was cloned');
                } catch (\LogicException) {
                    $works();
                }
            }
            $name = strlen($class) . ":\"$class\"";
            $handle = "\0$class\0handle";
            foreach ([
                "O:$name:0:{}",
                "O:$name:1:{s:" . strlen($handle) . ":\"$handle\";N;}",
                "O:$name:1:{s:" . strlen($handle) . ":\"$handle\";i:1;}",
                "a:2:{i:0;O:$name:0:{}i:1;r:2;}",
            ] as $serialized) {
                try {
                    unserialize($serialized);
                    $this->fail('it was unserialized');
                } catch (\LogicException) {
                    $works();
                }
            }
            // The method that a clone calls closes this object, not the memory under another one.
            $shared = new \ReflectionProperty($class, 'handle');
            $thief = (new \ReflectionClass($class))->newInstanceWithoutConstructor();
            $shared->setValue($thief, $shared->getValue($original));
            (new \ReflectionProperty($class, 'ffi'))->setValue($thief, Library::load(null)->ffi);
            $thief->__destruct();
            $this->assertClosed($original instanceof Workflow ? fn () => $original->verifyLink('') : fn () => $original->sign(''));
            $other = new $class(self::SECRET);
            try {
                (new \ReflectionMethod($class, '__clone'))->invoke($other);
                $this->fail('it was cloned');
            } catch (\LogicException) {
                $this->assertClosed($other instanceof Workflow ? fn () => $other->verifyLink('') : fn () => $other->sign(''));
            }
        }
    }

    public function testAttack6AConstructorThatIsCalledAgainOrFails(): void
    {
        $workflow = new Workflow(self::SECRET);
        try {
            $workflow->__construct(self::SECRET . '2');
            $this->fail('it was made again');
        } catch (\LogicException) {
            $this->assertSame(5, $workflow->verifyReturn(self::QUERY, now: self::NOW)->photoCount);
        }
        $empty = (new \ReflectionClass(Workflow::class))->newInstanceWithoutConstructor();
        foreach ([fn () => $empty->__construct('short'), fn () => $empty->__construct(self::SECRET, -1)] as $call) {
            try {
                $call();
                $this->fail('it was made');
            } catch (WorkflowException) {
                $this->assertClosed(fn () => $empty->verifyReturn(self::QUERY));
            }
        }
        $empty->__construct(self::SECRET);
        $this->assertSame(5, $empty->verifyReturn(self::QUERY, now: self::NOW)->photoCount);
        $this->assertPrints("invalid_secret\nclosed\n", <<<'PHP'
            Container::$first = (new ReflectionClass(Workflow::class))->newInstanceWithoutConstructor();
            Container::$second = new User(Container::$first);
            try {
                Container::$first->__construct('short');
            } catch (Visiono\Workflow\WorkflowException $refused) {
                echo $refused->reason->name(), "\n";
            }
            PHP);
    }

    public static function ends(): iterable
    {
        $make = 'Container::$first = new Workflow(SECRET); Container::$second = new User(Container::$first); ';
        yield 'exit' => [$make . 'exit(0);', 0, "closed\n"];
        yield 'exit in a shutdown function' => [
            $make . 'register_shutdown_function(function () { echo used(Container::$first), "\n"; exit(0); });',
            0,
            "works\nclosed\n",
        ];
        yield 'exit in an error handler' => [
            $make . 'set_error_handler(function () { exit(0); }); echo $undefined;',
            0,
            "closed\n",
        ];
        yield 'exit in an exception handler' => [
            $make . 'set_exception_handler(function () { exit(3); }); throw new Exception();',
            3,
            "closed\n",
        ];
        yield 'exit in a destructor' => [
            $make . 'final class Leaver { public function __destruct() { echo used(Container::$first), "\n"; exit(4); } }'
                . ' $leaver = new Leaver(); unset($leaver);',
            4,
            "works\nclosed\n",
        ];
        yield 'exit in what is passed' => [
            $make . 'final class Leaver { public function __toString(): string { exit(5); } }'
                . ' Container::$first->verifyReturn(new Leaver());',
            5,
            "closed\n",
        ];
        yield 'exit in an output handler' => [$make . 'ob_start(fn ($text) => $text . used(Container::$first)); echo "-";', 0, "-(closed\n)?(works|closed)(closed\n)?"];
        yield 'a signal' => [
            $make . 'pcntl_async_signals(true); pcntl_signal(SIGUSR1, fn () => exit(6)); posix_kill(getmypid(), SIGUSR1);',
            6,
            "closed\n",
        ];
        yield 'a fatal error' => [
            $make . 'ini_set("display_errors", "0"); ini_set("memory_limit", "8M"); str_repeat("a", 1 << 30);',
            255,
            'PHP Fatal error:  Allowed memory size of .*\n',
        ];
    }

    /** @dataProvider ends */
    public function testAttack6EveryEndOfAScript(string $script, int $code, string $printed): void
    {
        [$found, $text] = self::script($script);
        $this->assertSame($code, $found, $text);
        $this->assertMatchesRegularExpression("/^$printed$/D", $text);
    }

    public function testAttack6Containers(): void
    {
        [$code, $printed] = self::script(<<<'PHP'
            // Each is older than what uses it, and is held until the end.
            Container::$first = [
                'object storage' => new SplObjectStorage(),
                'array object' => new ArrayObject(),
                'weak map' => new WeakMap(),
                'cycle' => new stdClass(),
            ];
            foreach (range(0, 3) as $number) {
                $workflows[] = $number % 2 ? new Webhook(SECRET) : new Workflow(SECRET);
            }
            Container::$first['object storage'][$workflows[0]] = new User($workflows[1]);
            Container::$first['array object'][] = new User($workflows[0]);
            Container::$first['weak map'][$workflows[2]] = new User($workflows[3]);
            Container::$first['cycle']->self = Container::$first['cycle'];
            Container::$first['cycle']->user = new User($workflows[2]);
            Container::$second = $workflows;
            PHP);
        $this->assertSame(0, $code, $printed);
        $this->assertMatchesRegularExpression('/^((works|closed)\n){4}$/D', $printed);
        $this->assertPrints("works\n", <<<'PHP'
            // The collector of cycles may run a destructor during any call.
            $workflow = new Workflow(SECRET);
            $cycle = new stdClass();
            $cycle->self = $cycle;
            $cycle->user = new User($workflow);
            unset($cycle);
            gc_collect_cycles();
            PHP);
    }

    public function testAttack6TheLibraryGoesFirst(): void
    {
        $this->assertPrints("works\nworks\nworks\n", <<<'PHP'
            $workflow = new Workflow(SECRET);
            $webhook = new Webhook(new WebhookSecret(SECRET));
            $template = new RedirectTemplate('https://a.example/{reference}');
            (new ReflectionProperty(Library::class, 'loaded'))->setValue(null, []);
            (new ReflectionProperty(WebhookSecret::class, 'texts'))->setValue(null, null);
            gc_collect_cycles();
            echo used($workflow), "\n", used($webhook), "\n";
            $template->checkExtractable();
            $other = new Workflow(SECRET);
            echo used($other), "\n";
            PHP);
        // Statics go after all destructors, so that an object made at the very end works too.
        $this->assertPrints("works\n", <<<'PHP'
            final class Late
            {
                public function __destruct()
                {
                    (new ReflectionProperty(Library::class, 'loaded'))->setValue(null, []);
                    $library = getenv('VISIONO_WORKFLOW_PACKAGE') . '/lib/libvisiono_workflow.so';
                    echo used(new Workflow(new WorkflowSecret(SECRET), library: $library)), "\n";
                }
            }
            Container::$first = new Late();
            PHP);
    }

    public function testAttack6AForkedProcess(): void
    {
        $this->assertPrints("child works\nchild closed\nparent works\nparent closed\n", <<<'PHP'
            final class Named
            {
                public static string $name = 'parent';
                public function __construct(private Workflow $workflow)
                {
                }
                public function __destruct()
                {
                    echo self::$name, ' ', used($this->workflow), "\n";
                }
            }
            Container::$first = new Workflow(SECRET);
            Container::$second = new Named(Container::$first);
            $child = pcntl_fork();
            if ($child === 0) {
                Named::$name = 'child';
                echo 'child ', used(Container::$first), "\n";
                exit(0);
            }
            pcntl_waitpid($child, $status);
            if (!pcntl_wifexited($status)) {
                echo 'the child was killed: ', pcntl_wtermsig($status), "\n";
            }
            echo 'parent ', used(Container::$first), "\n";
            PHP);
    }

    public function testAttack6ObjectsOfTheCallerThatCloseWhatTheyArePassedTo(): void
    {
        $make = static fn (): Workflow => new Workflow(self::SECRET);
        foreach ([
            'getRequestUri' => fn (Workflow $w) => $w->verifyReturn(self::caller($w, '?' . self::QUERY), now: self::NOW),
            'of a link' => fn (Workflow $w) => $w->verifyLink(self::caller($w, '?')),
            'an iterator' => fn (Workflow $w) => $w->verifyReturn((static function () use ($w): \Generator {
                yield 'uv' => 'a';
                $w->__destruct();
                yield 'ref' => 'a';
            })()),
        ] as $call) {
            $workflow = $make();
            $this->assertClosed(fn () => $call($workflow));
        }
        $webhook = new Webhook(self::SECRET);
        $this->assertClosed(fn () => $webhook->receive('a', (static function () use ($webhook): \Generator {
            $webhook->__destruct();
            yield 'X-Visiono-Signature' => 'a';
        })()));
        $webhook = new Webhook(self::SECRET);
        $this->assertClosed(fn () => $webhook->receive(self::caller($webhook, 'a'), []));
        $webhook = new Webhook(self::SECRET);
        $this->assertClosed(fn () => $webhook->verify(self::caller($webhook, 'a'), 'a'));
    }

    /** An object that closes another one when it is read. */
    private static function caller(Workflow|Webhook $closes, string $text): \Stringable
    {
        return new class ($closes, $text) implements \Stringable {
            public function __construct(private Workflow|Webhook $closes, private string $text)
            {
            }

            public function __toString(): string
            {
                $this->closes->__destruct();
                return $this->text;
            }
        };
    }

    public function testAttack6ObjectsOfTheCallerThatCallBackInOrThrow(): void
    {
        $workflow = new Workflow(self::SECRET);
        $nested = static function (int $depth) use (&$nested, $workflow): \Generator {
            // A call within a call, with another outcome.
            if ($depth > 0) {
                try {
                    $workflow->verifyReturn($nested($depth - 1), expect: ['uniqueValue' => 'other']);
                } catch (WorkflowException) {
                    $workflow->signLink('another', 'b', 'c', slug: 'd');
                }
            }
            parse_str(self::QUERY, $get);
            yield from $get;
        };
        $this->assertSame('ABC123', $workflow->verifyReturn($nested(20), now: self::NOW)->uniqueValue);
        $thrower = static function (): \Generator {
            yield 'uv' => 'a';
            throw new \DomainException('mine');
        };
        foreach ([$workflow->verifyReturn(...), $workflow->verifyLink(...)] as $verify) {
            try {
                $verify($thrower());
                $this->fail('it was taken');
            } catch (\DomainException $exception) {
                $this->assertSame('mine', $exception->getMessage());
            }
        }
        // A fibre that waits in the middle of a call while the object goes.
        $fiber = new \Fiber(fn () => $workflow->verifyReturn((static function (): \Generator {
            \Fiber::suspend();
            yield 'uv' => 'a';
        })()));
        $fiber->start();
        $workflow->__destruct();
        $this->assertClosed(fn () => $fiber->resume());
    }

    public function testAttack6SignalsThatCloseAtAnyPlaceOfACall(): void
    {
        $this->assertPrints("300 closed\n", <<<'PHP'
            $closed = 0;
            $current = null;
            pcntl_async_signals(true);
            pcntl_signal(SIGUSR1, function () use (&$current): void {
                $current?->__destruct();
            });
            $parent = getmypid();
            $child = pcntl_fork();
            if ($child === 0) {
                // Not faster than objects are made.
                while (posix_getppid() === $parent && posix_kill($parent, SIGUSR1)) {
                    usleep(random_int(50, 500));
                }
                posix_kill(getmypid(), SIGKILL);
            }
            $body = '{"event":"a"}';
            for ($number = 0; $closed < 300; $number++) {
                $current = $number % 2 ? new Webhook(SECRET) : new Workflow(SECRET);
                try {
                    while (true) {
                        if ($current instanceof Workflow) {
                            $link = $current->verifyLink($current->signLink('a', 'b', 'c', slug: 'd'), expect: ['source' => 'b']);
                            $link->reference === 'c' || exit('another link');
                        } else {
                            $headers = ['X-Visiono-Signature' => $current->sign($body)];
                            $current->receive($body, $headers)->event === 'a' || exit('another event');
                        }
                    }
                } catch (InvalidArgument $exception) {
                    str_contains($exception->getMessage(), 'closed') || exit($exception->getMessage());
                    $closed++;
                }
            }
            $current = null;
            posix_kill($child, SIGKILL);
            pcntl_waitpid($child, $status);
            echo "$closed closed\n";
            PHP);
    }

    public function testAttack6ObjectsInEveryOrder(): void
    {
        $this->assertPrints("done\n", <<<'PHP'
            mt_srand(7);
            final class Node
            {
                public array $others = [];
                public static array $answers = [];
                public function __destruct()
                {
                    foreach ($this->others as $other) {
                        self::$answers[used($other)] = true;
                    }
                }
            }
            for ($round = 0; $round < 20; $round++) {
                $all = [];
                for ($number = 0; $number < 60; $number++) {
                    $all[] = match (mt_rand(0, 2)) {
                        0 => new Workflow(SECRET),
                        1 => new Webhook(SECRET),
                        2 => new Node(),
                    };
                }
                $nodes = array_filter($all, fn ($one) => $one instanceof Node);
                $objects = array_values(array_filter($all, fn ($one) => !$one instanceof Node));
                foreach ($nodes as $node) {
                    foreach (range(0, 5) as $_) {
                        $node->others[] = $objects[mt_rand(0, count($objects) - 1)];
                    }
                    // Held by statics, by each other and by nobody.
                    Container::$first[mt_rand(0, 40)] = $node;
                }
                foreach ($objects as $object) {
                    mt_rand(0, 3) || $object->__destruct();
                    mt_rand(0, 1) && Container::$second[mt_rand(0, 40)] = $object;
                }
            }
            register_shutdown_function(static function (): void {
                array_diff(array_keys(Node::$answers), ['works', 'closed']) === [] || exit(1);
                echo "done\n";
            });
            PHP);
    }

    public function testAttack6Preloading(): void
    {
        $package = getenv('VISIONO_WORKFLOW_PACKAGE');
        $file = (string) tempnam(sys_get_temp_dir(), 'preload');
        // Statics of the script that preloads don't reach a request, and go as at any end.
        file_put_contents($file, '<?php ' . self::START . "require '$package/preload.php';"
            . 'Container::$first = new Workflow(SECRET); Container::$second = new User(Container::$first);'
            . 'echo "preloaded ";');
        chmod($file, 0644);
        try {
            $command = posix_geteuid() === 0 ? ['setpriv', '--reuid=nobody', '--clear-groups', PHP_BINARY] : [PHP_BINARY];
            foreach (['display_errors=1', 'ffi.enable=preload', 'opcache.enable_cli=1', "opcache.preload=$file"] as $setting) {
                array_push($command, '-d', $setting);
            }
            $code = 'var_export(Container::$first); echo " ";'
                . 'Container::$first = new Visiono\Workflow\Workflow(SECRET); Container::$second = new User(Container::$first);'
                . 'echo used(Container::$first), " ";';
            $process = proc_open(
                [...$command, '-r', str_replace('SECRET', var_export(self::SECRET, true), $code)],
                [1 => ['pipe', 'w'], 2 => ['redirect', 1]],
                $pipes
            );
            $printed = (string) stream_get_contents($pipes[1]);
            $this->assertSame(0, proc_close($process), $printed);
            $this->assertStringEndsWith("NULL works closed\n", $printed);
            $this->assertStringContainsString('preloaded ', $printed);
        } finally {
            unlink($file);
        }
    }
}
