<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowException;

/** Runs vectors through the public classes, in the command line as in a web server. */
final class Runner
{
    /** The group whose part of the package is still to come, so that its vectors aren't run. */
    public const NOT_YET = 'webhook';

    private const NAMES = [
        'uv' => 'uniqueValue',
        'src' => 'source',
        'ref' => 'reference',
        'sub' => 'submissionId',
        'cnt' => 'photoCount',
        'ts' => 'timestamp',
    ];

    /** @return list<string> the files of vectors */
    public static function files(): array
    {
        $folder = getenv('VECTORS') ?: throw new \LogicException('set VECTORS to the folder of vectors');
        $files = array_filter(
            glob("$folder/*.json") ?: [],
            static fn (string $file) => basename($file) !== 'schema.json'
        );
        return $files !== [] ? array_values($files) : throw new \LogicException("no vectors in $folder");
    }

    /**
     * Runs a file.
     *
     * @return array{group: string, cases: int, ran: int, failures: list<string>}
     */
    public static function run(string $file): array
    {
        ['group' => $group, 'cases' => $cases] = json_decode(
            (string) file_get_contents($file),
            true,
            flags: JSON_THROW_ON_ERROR
        );
        $result = ['group' => $group, 'cases' => count($cases), 'ran' => 0, 'failures' => []];
        if ($group === self::NOT_YET) {
            return $result;
        }
        foreach ($cases as $case) {
            try {
                $answer = ['result' => 'ok', 'output' => self::answer($group, $case['input'])];
            } catch (WorkflowException $exception) {
                $answer = ['result' => $exception->reason->name()];
                if (isset($case['names'])) {
                    $answer['names'] = $exception->parameters;
                }
            }
            $wanted = array_intersect_key($case, ['result' => 0, 'output' => 0, 'names' => 0]);
            ksort($wanted);
            ksort($answer);
            if (isset($wanted['output'], $answer['output'])) {
                ksort($wanted['output']);
                ksort($answer['output']);
            }
            if ($wanted !== $answer) {
                $result['failures'][] = "$group {$case['id']} {$case['comment']}: wanted "
                    . json_encode($wanted) . ', got ' . json_encode($answer);
            }
            $result['ran']++;
        }
        return $result;
    }

    /** @return array<string, mixed> */
    private static function answer(string $group, array $input): array
    {
        return match ($group) {
            'sign_link' => self::signLink($input),
            'sign_return' => self::signReturn($input),
            'template' => ['missing' => (new RedirectTemplate($input['template']))->missing()],
            'verify_link' => self::verifyLink($input),
            'verify_return' => self::verifyReturn($input),
        };
    }

    private static function workflow(array $input): Workflow
    {
        return new Workflow(
            $input['secrets'] ?? $input['secret'],
            $input['max_age'] ?? null,
            $input['leeway'] ?? null
        );
    }

    /** JSON has larger integers than PHP, where they come as floats: the largest stands for them. */
    private static function integer(int|float $number): int
    {
        return is_int($number) ? $number : PHP_INT_MAX;
    }

    private static function expected(array $input): array
    {
        $expect = [];
        foreach ($input['expect'] ?? [] as $name => $value) {
            $expect[self::NAMES[$name]] = $value;
        }
        return $expect;
    }

    private static function signLink(array $input): array
    {
        $link = self::workflow($input)->signLink(
            uniqueValue: $input['uv'],
            source: $input['src'],
            reference: $input['ref'],
            slug: $input['slug'] ?? null,
            url: $input['link'] ?? null,
            timestamp: self::integer($input['ts'])
        );
        return ['sig' => $link->signature, 'url' => $link->url];
    }

    private static function signReturn(array $input): array
    {
        $back = self::workflow($input)->signReturn(
            template: new RedirectTemplate($input['template']),
            submissionId: $input['sub'],
            uniqueValue: $input['uv'],
            reference: $input['ref'],
            photoCount: self::integer($input['cnt']),
            timestamp: self::integer($input['ts'])
        );
        return ['sig' => $back->signature, 'url' => $back->url];
    }

    private static function verifyLink(array $input): array
    {
        $link = self::workflow($input)->verifyLink(
            $input['url'],
            expect: self::expected($input),
            now: $input['now']
        );
        return [
            'uv' => $link->uniqueValue,
            'src' => $link->source,
            'ref' => $link->reference,
            'ts' => (string) $link->timestamp,
            'secret_index' => $link->secretIndex,
        ];
    }

    private static function verifyReturn(array $input): array
    {
        $workflow = self::workflow($input);
        $back = $workflow->verifyReturn(
            $input['url'],
            expect: self::expected($input),
            template: isset($input['template']) ? new RedirectTemplate($input['template']) : null,
            now: $input['now']
        );
        return [
            'sub' => $back->submissionId,
            'uv' => $back->uniqueValue,
            'ref' => $back->reference,
            'cnt' => (string) $back->photoCount,
            'ts' => (string) $back->timestamp,
            'secret_index' => $back->secretIndex,
        ];
    }
}
