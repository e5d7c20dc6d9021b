<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use Visiono\Workflow\DeliveredLink;
use Visiono\Workflow\Exception\InvalidArgument;
use Visiono\Workflow\Exception\InvalidSecret;
use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowException;

/** Runs vectors through the public classes, in the command line as in a web server. */
final class Runner
{
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
            flags: JSON_THROW_ON_ERROR | JSON_BIGINT_AS_STRING
        );
        $result = ['group' => $group, 'cases' => count($cases), 'ran' => 0, 'failures' => []];
        foreach ($cases as $case) {
            $input = self::decoded($case['input']);
            try {
                $answer = ['result' => 'ok', 'output' => self::answer($group, $input)];
            } catch (WorkflowException $exception) {
                $exception = self::first($exception, $group, $input);
                $answer = ['result' => $exception->reason->name()];
                if (isset($case['names'])) {
                    $answer['names'] = $exception->parameters;
                }
            }
            // Names may come in any order.
            if (isset($case['names'], $answer['names'])) {
                sort($case['names']);
                sort($answer['names']);
            }
            $wanted = self::sorted(array_intersect_key($case, ['result' => 0, 'output' => 0, 'names' => 0]));
            $answer = self::sorted($answer);
            if ($wanted !== $answer) {
                $result['failures'][] = "$group {$case['id']} {$case['comment']}: wanted "
                    . json_encode($wanted) . ', got ' . json_encode($answer);
            }
            $result['ran']++;
        }
        return $result;
    }

    /**
     * The first of two mistakes, in the order that vectors have for all arguments together. Here the
     * secrets are an argument of another call, which is made before.
     */
    private static function first(WorkflowException $exception, string $group, array $input): WorkflowException
    {
        if ($exception instanceof InvalidSecret) {
            try {
                self::answer($group, ['secrets' => [str_repeat('0123456789abcdef', 4)]] + $input);
            } catch (InvalidArgument $earlier) {
                return $earlier;
            } catch (WorkflowException) {
                // The others come later.
            }
        }
        return $exception;
    }

    /** A text `x` may be given as `x_hex`, which may be any bytes. */
    private static function decoded(array $input): array
    {
        foreach ($input as $name => $value) {
            if (str_ends_with($name, '_hex') && $name !== 'body_hex') {
                $input[substr($name, 0, -4)] = is_array($value) ? array_map(hex2bin(...), $value) : hex2bin($value);
            }
        }
        return $input;
    }

    /** JSON has no order of members, but PHP's arrays have. */
    private static function sorted(mixed $value): mixed
    {
        if (is_array($value)) {
            $value = array_map(self::sorted(...), $value);
            ksort($value);
        }
        return $value;
    }

    /** @return array<string, mixed> */
    private static function answer(string $group, array $input): array
    {
        return match ($group) {
            'sign_link' => self::signLink($input),
            'sign_return' => self::signReturn($input),
            'template' => ['missing' => (new RedirectTemplate($input['template']))->missing()],
            'verify_link' => self::verifyLink($input),
            'verify_return', 'verify_return_pairs' => self::verifyReturn($input),
            'check_extractable' => self::checkExtractable($input),
            'webhook' => self::webhook($input),
            'webhook_receive' => self::webhookReceive($input),
            'webhook_delivery' => self::webhookDelivery($input),
        };
    }

    private static function workflow(array $input): Workflow
    {
        return new Workflow(
            $input['secrets'] ?? $input['secret'],
            self::optional($input, 'max_age'),
            self::optional($input, 'leeway')
        );
    }

    /** JSON has larger integers than PHP, where they come as strings: the largest stands for them. */
    private static function integer(int|string $number): int
    {
        return is_int($number) ? $number : PHP_INT_MAX;
    }

    private static function optional(array $input, string $name): ?int
    {
        return isset($input[$name]) ? self::integer($input[$name]) : null;
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
            link: $input['link'] ?? null,
            timestamp: self::integer($input['ts'])
        );
        return ['sig' => $link->signature, 'url' => $link->url];
    }

    private static function signReturn(array $input): array
    {
        $back = self::workflow($input)->signReturn(
            template: $input['template'],
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
            self::integer($input['now']),
            self::expected($input)
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
        $template = $input['template'] ?? null;
        $verify = static fn (string|RedirectTemplate|null $template) => $workflow->verifyReturn(
            $input['url'] ?? self::pairs($input['pairs']),
            $template,
            self::integer($input['now']),
            self::expected($input)
        );
        $back = $verify($template);
        if ($template !== null && $back != $verify(new RedirectTemplate($template))) {
            throw new \LogicException('a template as an object gives something else than as text');
        }
        return [
            'sub' => $back->submissionId,
            'uv' => $back->uniqueValue,
            'ref' => $back->reference,
            'cnt' => (string) $back->photoCount,
            'ts' => (string) $back->timestamp,
            'secret_index' => $back->secretIndex,
        ];
    }

    /** Pairs as an array, or one by one where a name may come twice. */
    private static function pairs(array $pairs): iterable
    {
        if (!array_is_list($pairs)) {
            return $pairs;
        }
        return (static function () use ($pairs): \Generator {
            foreach ($pairs as [$name, $value]) {
                yield $name => $value;
            }
        })();
    }

    private static function webhook(array $input): array
    {
        $verified = (new Webhook($input['secrets']))->verify(hex2bin($input['body_hex']), $input['header'] ?? null);
        return ['secret_index' => $verified->secretIndex];
    }

    /** @return array<string, list<string>> */
    private static function headers(array $input): array
    {
        $headers = [];
        foreach ($input['headers'] as [$name, $value]) {
            $headers[$name][] = $value;
        }
        return $headers;
    }

    private static function checkExtractable(array $input): array
    {
        (new RedirectTemplate($input['template']))->checkExtractable();
        return [];
    }

    private static function webhookReceive(array $input): array
    {
        $webhook = new Webhook(
            $input['secrets'],
            self::optional($input, 'max_age'),
            self::optional($input, 'leeway'),
            $input['require_timestamp'] ?? false
        );
        $delivery = $webhook->receive(hex2bin($input['body_hex']), self::headers($input), self::integer($input['now']));
        $link = $delivery->link;
        return [
            'event' => $delivery->event,
            'event_time' => $delivery->eventTime,
            'dedup_key' => $delivery->dedupKey,
            'secret_index' => $delivery->secretIndex,
            'link' => $link === null
                ? null
                : ['uv' => $link->uniqueValue, 'src' => $link->source, 'ref' => $link->reference],
        ];
    }

    private static function webhookDelivery(array $input): array
    {
        $webhook = new Webhook(
            $input['secrets'],
            self::optional($input, 'max_age'),
            self::optional($input, 'leeway'),
            $input['require_timestamp'] ?? false
        );
        $delivery = $webhook->receive(hex2bin($input['body_hex']), self::headers($input), self::integer($input['now']));
        $link = $delivery->link;
        $output = [
            'event' => $delivery->event,
            'documented' => $delivery->knownEvent !== null,
            'time' => $delivery->eventTime,
            'dedup_key' => $delivery->dedupKey,
            'secret_index' => $delivery->secretIndex,
            'is_test' => $delivery->isTest,
            'delivery_id' => $delivery->unauthenticatedDeliveryId,
            'tenant_id' => $delivery->unauthenticatedTenantId,
            'link' => $link === null ? null : [
                'sub' => $link->submissionId,
                'uv' => $link->uniqueValue,
                'src' => $link->source,
                'ref' => $link->reference,
            ],
            'data' => $delivery->data,
        ];
        if (isset($input['return'])) {
            $output['matches'] = $link !== null && self::matches($link, $input['return']);
        }
        return $output;
    }

    /** Compares the link with a verified return. */
    private static function matches(DeliveredLink $link, array $return): bool
    {
        $workflow = new Workflow('0123456789abcdef');
        $url = $workflow->signReturn('https://a.example/', $return['sub'], $return['uv'], $return['ref'], 1, 0);
        return $link->matches($workflow->verifyReturn($url, now: 0));
    }
}
