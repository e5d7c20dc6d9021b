<?php

declare(strict_types=1);

// The PHP package, as it is installed.

require __DIR__ . '/records.php';
require getenv('VISIONO_WORKFLOW_PACKAGE') . '/autoload.php';

use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowException;

/**
 * @param list<string> $record
 * @param list<string> $keys
 * @return list<string|int>
 */
function answer_package(array $record, array $keys): array
{
    static $workflow, $webhook;
    [, $secret, $webhookSecret, $now] = $keys;
    $workflow ??= new Workflow($secret);
    $webhook ??= new Webhook($webhookSecret);
    switch ($record[0]) {
        case 'sign':
            [, $signing, $slug, $uv, $src, $ref, $ts] = $record;
            $signer = $signing === $secret ? $workflow : new Workflow($signing);
            $link = $signer->signLink(
                slug: $slug,
                uniqueValue: $uv,
                source: $src,
                reference: $ref,
                timestamp: (int) $ts,
            );
            return ['ok', $link->url];
        case 'link':
            $link = $workflow->verifyLink($record[1], now: (int) $now);
            return [
                'ok',
                $link->uniqueValue,
                $link->source,
                $link->reference,
                $link->timestamp,
                $link->secretIndex,
            ];
        case 'return':
        case 'routed':
        case 'expected':
            $return = $record[0] === 'return'
                ? $workflow->verifyReturn($record[1], now: (int) $now)
                : $workflow->verifyReturn(
                    $record[1],
                    template: new RedirectTemplate($record[2]),
                    expect: expected($record),
                    now: (int) $now,
                );
            return [
                'ok',
                $return->submissionId,
                $return->uniqueValue,
                $return->reference,
                $return->photoCount,
                $return->timestamp,
                $return->secretIndex,
            ];
        default:
            $headers = [];
            foreach (headers_of($record) as [$name, $value]) {
                $headers[$name][] = $value;
            }
            $delivery = $webhook->receive($record[1], $headers, now: (int) $now);
            $link = $delivery->link;
            return [
                'ok',
                $delivery->event,
                $delivery->eventTime,
                $delivery->dedupKey,
                $delivery->secretIndex,
                $delivery->isTest ? 'test' : '',
                maybe($delivery->unauthenticatedDeliveryId),
                maybe($delivery->unauthenticatedTenantId),
                maybe($delivery->requestId),
                maybe($link?->submissionId),
                maybe($link?->uniqueValue),
                maybe($link?->source),
                maybe($link?->reference),
            ];
    }
}

/** Returns the expected values of a return. */
function expected(array $record): array
{
    $names = ['submissionId', 'uniqueValue', 'reference', 'photoCount', 'timestamp'];
    $known = array_filter(array_combine($names, array_pad(array_slice($record, 3), 5, '')));
    return array_map(static fn (string $text): string => substr($text, 1), $known);
}

/** Returns '=' and the text, or an empty text if it is absent. */
function maybe(?string $text): string
{
    return $text === null ? '' : "=$text";
}

answer_all(static function (array $record, array $keys): array {
    try {
        return answer_package($record, $keys);
    } catch (WorkflowException $refusal) {
        return [
            $refusal->reason->name(),
            implode(',', $refusal->parameters),
            $refusal->seconds ?? '',
            $refusal->getMessage(),
        ];
    }
});
