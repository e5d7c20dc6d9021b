<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use Visiono\Workflow\Delivery;
use Visiono\Workflow\Inbox\Inbox;
use Visiono\Workflow\Inbox\InboxException;
use Visiono\Workflow\Inbox\Item;
use Visiono\Workflow\Inbox\PdoStore;
use Visiono\Workflow\Inbox\RedisStore;
use Visiono\Workflow\Webhook;

/** Runs the scenarios of `tests/inbox/scenarios.json`, which are the same in every language. */
trait Scenarios
{
    private static int $start = 1_800_000_000;

    /**
     * @param \Closure(): (PdoStore|RedisStore) $store makes an empty store
     *
     * @return int the number of scenarios that ran
     */
    private function runScenarios(\Closure $store): int
    {
        $file = dirname(__DIR__, 3) . '/tests/inbox/scenarios.json';
        $texts = json_decode((string) file_get_contents($file), true, flags: JSON_THROW_ON_ERROR);
        $webhook = new Webhook(getenv('VISIONO_WEBHOOK_SECRET'));
        $deliveries = [];
        foreach ($texts['deliveries'] as $name => $delivery) {
            $body = json_encode($delivery, JSON_THROW_ON_ERROR);
            $headers = ['X-Visiono-Signature' => $webhook->sign($body), 'X-Webhook-ID' => "id of $name"];
            $deliveries[$name] = $webhook->receive($body, $headers, self::$start);
        }
        foreach ($texts['scenarios'] as $scenario) {
            $options = $scenario['options'] ?? [];
            $this->runScenario($scenario['name'], $scenario['steps'], $options, $deliveries, $store());
        }
        return count($texts['scenarios']);
    }

    /**
     * @param array<string, Delivery> $deliveries
     */
    private function runScenario(
        string $name,
        array $steps,
        array $options,
        array $deliveries,
        PdoStore|RedisStore $store,
    ): void {
        $now = 0;
        $inbox = new Inbox($store, ...self::camel($options), clock: function () use (&$now): int {
            return self::$start + $now;
        });
        $inbox->migrate();
        $named = [];
        foreach ($steps as $index => $step) {
            $now = $step['at'];
            $operation = array_keys(array_diff_key($step, ['at' => 0, 'as' => 0, 'gives' => 0]))[0];
            $argument = $step[$operation];
            $item = is_string($argument) ? $named[$argument] ?? null : null;
            try {
                $result = match ($operation) {
                    'accept' => $inbox->accept($deliveries[$argument])->value,
                    'claim' => $inbox->claim(...$argument),
                    'commit' => $inbox->commit($item),
                    'release' => $inbox->release($item, $step['delay']),
                    'fail' => $inbox->fail($item, $step['reason']),
                    'extend' => $inbox->extend($item, $step['lease']),
                    'counts' => $inbox->counts(),
                    'dead' => $inbox->dead(...$argument),
                    'events' => $inbox->events(...self::camel(
                        isset($argument['after']) ? ['after' => self::$start + $argument['after']] + $argument : $argument
                    )),
                    'purge' => $inbox->purge(...self::camel($argument)),
                    'retry' => $inbox->retry($deliveries[$argument]->dedupKey),
                    'replay' => $inbox->replay($deliveries[$argument]->dedupKey),
                    'once' => $inbox->once($argument, $step['ttl']),
                } ?? 'ok';
            } catch (InboxException $exception) {
                $result = $exception->reason->value;
                if ($result === 'unavailable') {
                    throw $exception;
                }
            }
            foreach ($step['as'] ?? [] as $position => $as) {
                $named[$as] = $result[$position];
            }
            $gives = $step['gives'];
            $place = "$name: step $index: " . json_encode($step);
            if (is_array($gives) && array_is_list($gives)) {
                $this->assertIsArray($result, $place);
                $this->assertCount(count($gives), $result, $place);
                foreach ($gives as $position => $expected) {
                    $this->assertSame($expected, self::members($result[$position], $expected, $deliveries), $place);
                }
            } else {
                $this->assertSame($gives, $result, $place);
            }
        }
    }

    /** Returns the members of an item that are expected. */
    private static function members(Item $item, array $expected, array $deliveries): array
    {
        $members = [];
        foreach ($expected as $name => $_) {
            $members[$name] = match ($name) {
                'delivery' => self::nameOf($item, $deliveries),
                'received_at' => (int) ($item->receivedAt - self::$start),
                'state' => $item->state->value,
                default => $item->{array_key_first(self::camel([$name => 0]))},
            };
        }
        return $members;
    }

    private static function nameOf(Item $item, array $deliveries): ?string
    {
        foreach ($deliveries as $name => $delivery) {
            $same = [$delivery->dedupKey, $delivery->rawBody, $delivery->body, "id of $name"];
            if ($same === [$item->dedupKey, $item->rawBody, $item->body, $item->unauthenticatedDeliveryId]) {
                return $name;
            }
        }
        return null;
    }

    private static function camel(array $members): array
    {
        $names = array_map(
            static fn (string $name): string => lcfirst(str_replace('_', '', ucwords($name, '_'))),
            array_keys($members)
        );
        return array_combine($names, array_values($members));
    }
}
