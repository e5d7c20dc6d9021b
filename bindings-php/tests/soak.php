<?php

/*
 * Makes a number of calls, good, refused and hostile, under a memory checker. Each must have its
 * exact outcome, so that the checker is known to have seen it. `leak` and `overrun` instead of a
 * number are what the checker must find.
 */

declare(strict_types=1);

use Visiono\Workflow\RedirectTemplate;
use Visiono\Workflow\Webhook;
use Visiono\Workflow\WebhookSecret;
use Visiono\Workflow\Workflow;
use Visiono\Workflow\WorkflowException;

// Compiled regular expressions read beyond the ends of texts, and may.
ini_set('pcre.jit', '0');

// The package as it is installed, wherever that is: not the source folder.
require_once getenv('VISIONO_WORKFLOW_PACKAGE') . '/autoload.php';

const SECRET = '0123456789abcdef0123456789abcdef';
const NOW = 1705500000;
const TEMPLATE = 'https://a.example/{submission_id}/{unique_value}'
    . '?r={reference}&c={photo_count}&t={timestamp}&h={signature}';

$long = str_repeat('é %', 5_000);
$workflow = new Workflow([SECRET, null, SECRET . '2']);
$template = new RedirectTemplate(TEMPLATE);
$sign = static fn (string $value, ?string $slug = 'a', ?string $link = null, int $time = NOW): string
    => $workflow->signLink($value, 'zendesk', 'ticket-456', $slug, $link, $time)->url;
$link = $sign('A é');
$longLink = $sign($long);
$return = $workflow->signReturn($template, 'pls_1', 'A é', 't', 2, NOW)->url;

$webhook = new Webhook([new WebhookSecret('whsec_' . SECRET), SECRET]);
$body = '{"event":"submission.created","timestamp":"2024-01-17T14:00:00Z","data":'
    . '{"permanent_link_submission":{"unique_field_value":"A é","external_source":"zendesk",'
    . '"external_reference":"t","id":"pls_1","numbers":[1e300,123456789012345678901234567890]}}}';
$signature = $webhook->sign($body);
$headers = ['X-Visiono-Signature' => $signature, 'X-Visiono-Delivery' => 'd-1'];
$signed = static fn (string $body) => $webhook->receive($body, ['HTTP_X_WEBHOOK_SIGNATURE' => $webhook->sign($body)], NOW);
$zeros = str_repeat("\0", 65_536);

// Each call with its outcome: `ok`, or the name of the reason.
$calls = [
    ['ok', static fn () => $sign('A é')],
    ['ok', static fn () => $sign($long, null, 'https://a.example/x?y#z')],
    ['ok', static fn () => $workflow->signReturn($template, 'pls_1', 'A é', 't', 2, NOW)],
    ['ok', static fn () => $workflow->verifyLink($link, NOW)->uniqueValue === 'A é' ?: 1 % 0],
    ['ok', static fn () => $workflow->verifyLink($longLink, NOW, ['uniqueValue' => $long])],
    ['ok', static fn () => $workflow->verifyReturn($return, $template, NOW, ['photoCount' => 2])],
    ['ok', static fn () => (new RedirectTemplate(TEMPLATE))->missing()],
    ['ok', static fn () => $template->checkExtractable()],
    ['ok', static fn () => new Workflow(SECRET, 60, 0)],
    ['ok', static fn () => $webhook->receive($body, $headers, NOW)->link->matches(
        $workflow->verifyReturn($return, TEMPLATE, NOW)
    ) ?: 1 % 0],
    ['ok', static fn () => $signed($body)->data],
    ['ok', static fn () => $webhook->verify($zeros, $webhook->sign($zeros))],
    ['InvalidSecret', static fn () => new Webhook('vsk_' . SECRET)],
    ['MissingParameter', static fn () => $webhook->receive($body, [], NOW)],
    ['MissingParameter', static fn () => $webhook->verify($body, null)],
    ['ok', static fn () => $signed('{"event":""}')],
    ['MissingParameter', static fn () => $signed('{"event":"","timestamp":""}')],
    ['MalformedParameter', static fn () => $signed(str_repeat('[', 10_000))],
    ['MalformedParameter', static fn () => $signed("{\"event\":\"\xFF\"}")],
    ['MalformedParameter', static fn () => $webhook->verify(str_repeat('a', 2 ** 20 + 1), null)],
    ['InvalidSignature', static fn () => $webhook->receive("$body ", $headers, NOW)],
    ['InvalidSignature', static fn () => $webhook->verify($body, "\xFF\0")],
    ['Expired', static fn () => $webhook->receive($body, $headers, NOW + 10801)],
    ['MissingParameter', static fn () => $webhook->receive($body, null, NOW)],
    ['InvalidArgument', static fn () => $webhook->receive(['event' => 'parsed'], $headers, NOW)],
    ['InvalidArgument', static fn () => $webhook->receive($body, 7, NOW)],
    ['InvalidSignature', static fn () => $webhook->verify($body, 7)],
    ['ok', static fn () => $webhook->receive(...get_object_vars($webhook->testDelivery('submission.created', now: NOW)) + ['now' => NOW])],
    ['InvalidArgument', static fn () => $webhook->testDelivery('nope')],
    ['InvalidSecret', static fn () => new Workflow('short')],
    ['InvalidSecret', static fn () => new Workflow([SECRET, 'whsec_' . SECRET])],
    ['InvalidSecret', static fn () => new Workflow([])],
    ['InvalidField', static fn () => $sign('a|b')],
    ['InvalidField', static fn () => $sign('a', time: PHP_INT_MIN)],
    ['InvalidField', static fn () => $workflow->signReturn($template, '..', 'a', 'b', 1, NOW)],
    ['InvalidUrl', static fn () => $sign('a', null, 'javascript:1')],
    ['InvalidTemplate', static fn () => new RedirectTemplate('https://a.example/{nope}')],
    ['MissingParameter', static fn () => $workflow->verifyLink('')],
    ['MissingParameter', static fn () => $workflow->verifyLink(str_repeat('é%', 1000))],
    ['DuplicateParameter', static fn () => $workflow->verifyLink("$link&%75v=1", NOW)],
    ['DuplicateParameter', static fn () => $workflow->verifyLink(['uv' => ['1', '2']], NOW)],
    ['MalformedParameter', static fn () => $workflow->verifyLink(strtr($link, ['%20' => '%7C']), NOW)],
    ['InvalidSignature', static fn () => $workflow->verifyLink(strtr($link, ['456' => '457']), NOW)],
    ['Expired', static fn () => $workflow->verifyLink($link, NOW + 3601)],
    ['NotYetValid', static fn () => $workflow->verifyLink($link, 0)],
    ['UnexpectedValue', static fn () => $workflow->verifyLink($link, NOW, ['source' => 'a'])],
    ['InvalidSecret', static fn () => new Workflow(null)],
    ['InvalidSecret', static fn () => new Workflow(false)],
    ['TypeError', static fn () => new Workflow([SECRET, 5])],
    ['TypeError', static fn () => new Workflow(SECRET, 1.5)],
    ['TypeError', static fn () => new RedirectTemplate(7)],
    ['InvalidArgument', static fn () => $sign("\xFF\xFE\x80")],
    ['InvalidArgument', static fn () => $sign(str_repeat("a\xFF", 1000))],
    ['InvalidArgument', static fn () => $sign('a', null, null)],
    ['InvalidField', static fn () => $sign('a', "\xFF")],
    ['InvalidUrl', static fn () => $sign('a', null, "https://a.example/\xFF")],
    ['InvalidSecret', static fn () => new Workflow(SECRET . "\xFF\xFE")],
    ['InvalidTemplate', static fn () => new RedirectTemplate("https://a.example/\xFF")],
    ['MissingParameter', static fn () => $workflow->verifyLink(null)],
    ['MissingParameter', static fn () => $workflow->verifyLink("\x80" . str_repeat("\xC3", 1000))],
    ['MissingParameter', static fn () => $workflow->verifyLink(['uv' => 5])],
    ['DuplicateParameter', static fn () => $workflow->verifyLink(['uv' => [], 'UV' => [[]], 'Uv' => 5])],
    ['InvalidArgument', static fn () => $workflow->verifyLink($link, expect: ['nope' => 'a'])],
    ['InvalidArgument', static fn () => $workflow->verifyLink($link, expect: ['reference' => null])],
    ['ok', static fn () => $template->expand('pls_1', 'A é', 't', 2, NOW, str_repeat('0', 64))],
    ['InvalidField', static fn () => $template->expand('..', 'A é', 't', 2, NOW, str_repeat('0', 64))],
    ['InvalidArgument', static function (): void {
        $workflow = new Workflow(SECRET);
        $workflow->__destruct();
        $workflow->verifyLink('');
    }],
];

$libc = FFI::cdef('void *malloc(size_t n);');
if ($argv[1] === 'leak') {
    $libc->malloc(1000);
} elseif ($argv[1] === 'overrun') {
    FFI::memset($libc->malloc(8), 0, 9);
}
$count = (int) $argv[1];
for ($number = 0; $number < $count; $number++) {
    [$wanted, $call] = $calls[$number % count($calls)];
    try {
        $call();
        $given = 'ok';
    } catch (WorkflowException $error) {
        $given = $error->getMessage() === '' ? 'an error that says nothing' : $error->reason->name;
    } catch (TypeError) {
        $given = 'TypeError';
    }
    if ($given !== $wanted) {
        fwrite(STDERR, 'call ' . $number % count($calls) . " came to $given, not $wanted\n");
        exit(1);
    }
}
