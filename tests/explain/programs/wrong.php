<?php
// Integrations with one mistake each. Prints a JSON line for each: the mistake, the message, and
// the signature that the program computed.

const SECRET = '4f8a1c0de27b93655f0e8d7c6b5a493827160f1e2d3c4b5a69788796a5b4c3d2';
const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NOW = 1735137300;

/** Returns the named fields in their order, with usual values for those that `$fields` lacks. */
function in_order(array $names, array $fields): array
{
    $fields += ['sub' => 'pls_123', 'uv' => 'ABC123', 'src' => 'zendesk', 'ref' => 'ticket-456', 'cnt' => 5, 'ts' => NOW];
    return array_combine($names, array_map(fn ($name) => $fields[$name], $names));
}

/** A link by the correct program; `$mistake` replaces some of its steps. */
function link_of(string $id, array $mistake = [], string $verdict = 'explained'): void
{
    $fields = in_order(['uv', 'src', 'ref', 'ts'], $mistake['fields'] ?? []);
    $secret = $mistake['secret'] ?? SECRET;
    $text = isset($mistake['text']) ? $mistake['text']($fields) : implode('|', $fields);
    $sign = $mistake['sign'] ?? fn ($text, $key) => hash_hmac('sha256', $text, $key);
    $signature = $sign($text, isset($mistake['key']) ? $mistake['key']($secret) : $secret);
    $query = http_build_query(($mistake['url'] ?? $fields) + ['sig' => $signature], '', '&', PHP_QUERY_RFC3986);
    $input = 'https://visiono.io/s/damage-report?' . $query;
    $input = isset($mistake['message']) ? $mistake['message']($input) : $input;
    row($id, 'link', $verdict, ['input' => $input, 'secret' => $secret] + ($mistake['with'] ?? []));
}

/** A genuine return; the wrong signature is the one that the program computes to compare. */
function return_of(string $id, array $mistake = [], string $verdict = 'explained'): void
{
    $fields = in_order(['sub', 'uv', 'ref', 'cnt', 'ts'], $mistake['fields'] ?? []);
    $secret = $mistake['secret'] ?? SECRET;
    $genuine = hash_hmac('sha256', implode('|', $fields), $secret);
    $query = http_build_query($fields + ['sig' => $genuine], '', '&', PHP_QUERY_RFC3986);
    parse_str($query, $get);
    unset($get['sig']);
    $text = isset($mistake['text']) ? $mistake['text']($get, $query) : implode('|', $get);
    $sign = $mistake['sign'] ?? fn ($text, $key) => hash_hmac('sha256', $text, $key);
    $computed = $sign($text, isset($mistake['key']) ? $mistake['key']($secret) : $secret);
    row($id, 'return', $verdict, [
        'input' => 'https://app.example/done?' . $query, 'secret' => $secret, 'computed' => $computed,
    ] + ($mistake['with'] ?? []));
}

/** A genuine webhook; the wrong signature is the one that the program computes to compare. */
function webhook_of(string $id, array $mistake = [], string $verdict = 'explained'): void
{
    $body = $mistake['body'] ?? BODY;
    $secret = $mistake['secret'] ?? WHSEC;
    $header = 'sha256=' . hash_hmac('sha256', $body, $secret);
    $read = isset($mistake['read']) ? $mistake['read']($body) : $body;
    $sign = $mistake['sign'] ?? fn ($text, $key) => hash_hmac('sha256', $text, $key);
    $header_of = $mistake['header'] ?? fn ($signature) => "sha256=$signature";
    row($id, 'webhook', $verdict, [
        'body' => base64_encode($body), 'headers' => ['X-Visiono-Signature' => $header], 'secret' => $secret,
        'computed' => $header_of($sign($read, isset($mistake['key']) ? $mistake['key']($secret) : $secret)),
    ] + ($mistake['with'] ?? []));
}

function row(string $id, string $kind, string $verdict, array $row): void
{
    echo json_encode(['id' => $id, 'language' => 'php', 'kind' => $kind, 'verdict' => $verdict, 'now' => NOW + 60]
        + $row, JSON_THROW_ON_ERROR), "\n";
}

/** Makes the same mistake in all three messages. */
function everywhere(string $id, array $mistake, string $verdict = 'explained'): void
{
    link_of($id, $mistake, $verdict);
    return_of($id, $mistake, $verdict);
    webhook_of($id, $mistake, $verdict);
}

const BODY = '{"event":"submission.created","timestamp":"2024-12-25T14:35:00Z","data":{"name":"Müller","url":"https://a.example/x","note":"a <b> & c","count":3,"price":9.10,"list":[1,2],"empty":{}}}';

// 1. Key
everywhere('key_hex_decoded', ['key' => fn ($s) => ctype_xdigit($s) ? hex2bin($s) : hex2bin(md5($s)), 'secret' => SECRET]);
everywhere('key_base64_decoded', ['key' => fn ($s) => base64_decode($s), 'secret' => SECRET]);
webhook_of('key_prefix_removed', ['key' => fn ($s) => substr($s, strlen('whsec_'))]);
webhook_of('key_standard_webhooks', ['key' => fn ($s) => base64_decode(substr($s, strlen('whsec_')))]);
$file = tempnam(sys_get_temp_dir(), 'key');
file_put_contents($file, SECRET . "\n");
everywhere('key_newline', ['key' => fn ($s) => $s === SECRET ? file_get_contents($file) : "$s\n"]);
everywhere('key_newline', ['key' => fn ($s) => "$s\r\n"]);
everywhere('key_newline', ['key' => fn ($s) => $s . '\n']);
everywhere('key_space', ['key' => fn ($s) => explode('=', "SECRET= $s", 2)[1]]);
everywhere('key_space', ['key' => fn ($s) => "$s\u{a0}"]);
everywhere('key_space', ['key' => fn ($s) => "\u{200b}$s"]);
everywhere('key_quotes', ['key' => fn ($s) => explode('=', "SECRET=\"$s\"", 2)[1]]);
everywhere('key_quotes', ['key' => fn ($s) => explode('=', "SECRET='$s'", 2)[1]]);
everywhere('key_bom', ['key' => fn ($s) => "\xEF\xBB\xBF$s"]);
everywhere('key_unset', ['key' => fn ($s) => (string) getenv('VISIONO_NOT_SET')]);
everywhere('key_unset', ['key' => fn ($s) => '${VISIONO_WORKFLOW_SECRET}']);
link_of('key_sample', ['key' => fn ($s) => 'your-64-char-workflow-secret']);
return_of('key_sample', ['key' => fn ($s) => 'your-64-char-workflow-secret']);
webhook_of('key_sample', ['key' => fn ($s) => 'your-webhook-secret']);
everywhere('key_other_kind', ['key' => fn ($s) => 'vsk_live_0123456789abcdef0123456789', 'with' => ['others' => ['other_kind' => 'vsk_live_0123456789abcdef0123456789']]]);
everywhere('key_other_endpoint', ['key' => fn ($s) => strrev(SECRET), 'with' => ['others' => ['other_endpoint' => strrev(SECRET)]]]);
everywhere('key_rotated', ['key' => fn ($s) => strrev(SECRET), 'with' => ['others' => ['rotated' => strrev(SECRET)]]]);
everywhere('key_decorated', ['key' => fn ($s) => "Bearer $s"]);
everywhere('key_decorated', ['key' => fn ($s) => "sha256=$s"]);
everywhere('key_case', ['key' => fn ($s) => strtoupper($s)]);
everywhere('key_truncated', ['key' => fn ($s) => substr($s, 0, 32)]);
everywhere('key_truncated', ['secret' => '4f8a1c0de27b93655f0e8d7c#b5a493827160f1e2d', 'key' => fn ($s) => explode('#', $s)[0]]);
everywhere('key_hashed', ['key' => fn ($s) => hash('sha256', $s, true)]);
everywhere('key_hashed', ['key' => fn ($s) => hash('sha256', $s)]);
everywhere('key_hashed', ['key' => fn ($s) => md5($s)]);
everywhere('key_hashed', ['key' => fn ($s) => base64_encode($s)]);
everywhere('key_utf16', ['key' => fn ($s) => mb_convert_encoding($s, 'UTF-16LE')]);

// 2. Algorithm and form of the signature
everywhere('swapped', ['sign' => fn ($text, $key) => hash_hmac('sha256', $key, $text)]);
everywhere('plain_hash', ['sign' => fn ($text, $key) => hash('sha256', $key . $text)]);
everywhere('plain_hash', ['sign' => fn ($text, $key) => hash('sha256', $text . $key)]);
everywhere('plain_hash', ['sign' => fn ($text, $key) => hash('sha256', "$text|$key")]);
everywhere('plain_hash', ['sign' => fn ($text, $key) => hash('sha256', "$key:$text")]);
everywhere('plain_hash', ['sign' => fn ($text, $key) => hash('sha256', $text)]);
everywhere('double_hash', ['sign' => fn ($text, $key) => hash_hmac('sha256', hash('sha256', $text), $key)]);
everywhere('double_hash', ['sign' => fn ($text, $key) => hash_hmac('sha256', hash('sha256', $text, true), $key)]);
everywhere('double_hash', ['sign' => fn ($text, $key) => hash('sha256', hash_hmac('sha256', $text, $key))]);
foreach (['sha1', 'sha512', 'sha384', 'md5'] as $algorithm) {
    everywhere($algorithm, ['sign' => fn ($text, $key) => hash_hmac($algorithm, $text, $key)]);
}
everywhere('upper_case', ['sign' => fn ($text, $key) => strtoupper(hash_hmac('sha256', $text, $key))]);
everywhere('base64', ['sign' => fn ($text, $key) => base64_encode(hash_hmac('sha256', $text, $key, true))]);
everywhere('base64url', ['fields' => ['uv' => 'ABC129'], 'sign' => fn ($text, $key) => rtrim(strtr(base64_encode(hash_hmac('sha256', $text, $key, true)), '+/', '-_'), '=')]);
everywhere('base64_of_hex', ['sign' => fn ($text, $key) => base64_encode(hash_hmac('sha256', $text, $key))]);
webhook_of('scheme_missing', ['header' => fn ($signature) => $signature]);
webhook_of('scheme_space', ['header' => fn ($signature) => "sha256= $signature"]);
link_of('scheme_in_url', ['sign' => fn ($text, $key) => 'sha256=' . hash_hmac('sha256', $text, $key)]);
return_of('scheme_in_url', ['sign' => fn ($text, $key) => 'sha256=' . hash_hmac('sha256', $text, $key)]);
link_of('quoted', ['sign' => fn ($text, $key) => json_encode(hash_hmac('sha256', $text, $key))]);
link_of('promise', ['sign' => fn ($text, $key) => (string) fopen('php://memory', 'r')], 'hinted');
everywhere('truncated', ['sign' => fn ($text, $key) => substr(hash_hmac('sha256', $text, $key), 0, 32)]);
everywhere('truncated', ['sign' => fn ($text, $key) => substr(hash_hmac('sha256', $text, $key), 0, 16)], 'hinted');
link_of('raw_bytes', ['sign' => fn ($text, $key) => hash_hmac('sha256', $text, $key, true)]);

// 3. Signed text of links and returns
return_of('other_message', ['text' => fn ($f) => "{$f['uv']}|zendesk|{$f['ref']}|{$f['ts']}"]);
link_of('field_order', ['text' => fn ($f) => "{$f['ts']}|{$f['uv']}|{$f['src']}|{$f['ref']}"]);
return_of('field_order', ['text' => fn ($f) => "{$f['uv']}|{$f['ref']}|{$f['sub']}|{$f['cnt']}|{$f['ts']}"]);
foreach (['', ',', ':', '.', '&', '-', '/', "\n", '%7C'] as $separator) {
    link_of('separator', ['text' => fn ($f) => implode($separator, $f)]);
    return_of('separator', ['text' => fn ($f) => implode($separator, $f)]);
}
link_of('field_missing', ['text' => fn ($f) => "{$f['uv']}|{$f['ref']}|{$f['ts']}"]);
return_of('field_missing', ['text' => fn ($f) => "{$f['sub']}|{$f['uv']}|{$f['ref']}|{$f['ts']}"]);
link_of('field_added', ['text' => fn ($f) => 'damage-report|' . implode('|', $f)]);
link_of('name_value_text', ['text' => fn ($f) => http_build_query($f)]);
return_of('name_value_text', ['text' => function ($f) { ksort($f); return http_build_query($f); }]);
link_of('whole_url', ['text' => fn ($f) => 'https://visiono.io/s/damage-report?' . http_build_query($f)]);
return_of('whole_url', ['text' => fn ($f, $query) => '/done?' . preg_replace('/&sig=.*/', '', $query)]);
link_of('json_of_fields', ['text' => fn ($f) => json_encode($f)]);
return_of('json_of_fields', ['text' => fn ($f) => json_encode($f)]);
$other = ['uv' => 'AB 12/é', 'src' => 'zendesk', 'ref' => 'ticket 456', 'ts' => NOW];
link_of('encoded_values', ['fields' => $other, 'text' => fn ($f) => implode('|', array_map('rawurlencode', $f))]);
link_of('encoded_values', ['fields' => $other, 'text' => fn ($f) => implode('|', array_map('urlencode', $f))]);
return_of('encoded_values', ['fields' => $other, 'text' => fn ($f) => implode('|', array_map('rawurlencode', $f))]);
return_of('decoded_twice', ['fields' => ['uv' => '50%25 off'], 'text' => fn ($f) => implode('|', array_map('rawurldecode', $f))]);
return_of('plus_as_space', ['fields' => ['uv' => 'A+B'], 'text' => fn ($f) => str_replace('+', ' ', implode('|', $f))]);
link_of('trimmed', ['fields' => ['uv' => ' ABC123 '] + $other, 'text' => fn ($f) => implode('|', array_map('trim', $f))]);
return_of('trimmed', ['fields' => ['uv' => 'ABC123 '], 'text' => fn ($f) => implode('|', array_map('trim', $f))]);
link_of('squeezed', ['fields' => ['uv' => 'AB  C'] + $other, 'text' => fn ($f) => preg_replace('/\s+/', ' ', implode('|', $f))]);
link_of('charset', ['fields' => $other, 'text' => fn ($f) => mb_convert_encoding(implode('|', $f), 'ISO-8859-1', 'UTF-8')]);
link_of('charset', ['fields' => $other, 'text' => fn ($f) => mb_convert_encoding(implode('|', $f), 'UTF-8', 'ISO-8859-1')]);
return_of('charset', ['fields' => $other, 'text' => fn ($f) => mb_convert_encoding(implode('|', $f), 'ASCII', 'UTF-8')]);
link_of('html_escaped', ['fields' => ['uv' => 'A&B <"x">'] + $other, 'text' => fn ($f) => implode('|', array_map('htmlspecialchars', $f))]);
return_of('html_escaped', ['fields' => ['uv' => "O'Neil & Co"], 'text' => fn ($f) => implode('|', array_map('htmlspecialchars', $f))]);
return_of('slashes_added', ['fields' => ['uv' => "O'Neil"], 'text' => fn ($f) => implode('|', array_map('addslashes', $f))]);
link_of('slashes_added', ['fields' => ['uv' => "O'Neil \"x\""] + $other, 'text' => fn ($f) => implode('|', array_map('addslashes', $f))]);
link_of('case_changed', ['text' => fn ($f) => strtolower(implode('|', $f))]);
return_of('case_changed', ['text' => fn ($f) => strtolower(implode('|', $f))]);
link_of('value_undefined', ['text' => fn ($f) => "{$f['uv']}|Array|{$f['ref']}|{$f['ts']}"]);
link_of('braces_left', ['text' => fn ($f) => "{$f['uv']}|{$f['src']}|{reference}|{$f['ts']}"]);
link_of('newline_at_end', ['text' => fn ($f) => implode('|', $f) . PHP_EOL]);
return_of('newline_at_end', ['text' => fn ($f) => implode('|', $f) . PHP_EOL]);

// 4. Time
link_of('ts_milliseconds', ['text' => fn ($f) => "{$f['uv']}|{$f['src']}|{$f['ref']}|" . $f['ts'] * 1000]);
link_of('ts_milliseconds', ['fields' => ['ts' => NOW * 1000]]);
link_of('ts_other_instant', ['text' => fn ($f) => "{$f['uv']}|{$f['src']}|{$f['ref']}|" . $f['ts'] + 2]);
link_of('ts_text', ['text' => fn ($f) => "{$f['uv']}|{$f['src']}|{$f['ref']}|" . gmdate('c', $f['ts'])]);
link_of('ts_text', ['text' => fn ($f) => "{$f['uv']}|{$f['src']}|{$f['ref']}|" . gmdate('Y-m-d H:i:s', $f['ts'])]);
link_of('expired clock_zone', ['fields' => ['ts' => NOW + 60 - 7200]]);
link_of('expired', ['fields' => ['ts' => NOW - 9077]]);
link_of('early clock_wrong', ['fields' => ['ts' => NOW + 9077]]);

// 5. URL and transport
link_of('amp_entities', ['message' => fn ($url) => htmlspecialchars($url)]);
link_of('encoded_twice', ['fields' => $other, 'message' => fn ($url) => str_replace('%', '%25', $url)]);
link_of('long_names', ['message' => fn ($url) => strtr($url, ['?uv=' => '?unique_value=', '&src=' => '&source=', '&ref=' => '&reference=', '&ts=' => '&timestamp=', '&sig=' => '&signature='])]);
link_of('name_case', ['message' => fn ($url) => str_replace('&ref=', '&Ref=', $url)]);
link_of('raw_reserved', ['fields' => ['uv' => 'A&B'] + $other, 'message' => fn ($url) => str_replace('A%26B', 'A&B', $url)]);
link_of('wrapper', ['message' => fn ($url) => 'https://eur01.safelinks.protection.outlook.com/?url=' . urlencode($url) . '&data=05']);
link_of('trailing_text', ['message' => fn ($url) => "$url\"."]);
link_of('quoted_printable', ['message' => fn ($url) => quoted_printable_encode($url)]);

// 6. Webhook body
$again = fn ($flags) => fn ($body) => json_encode(json_decode($body, true), $flags);
webhook_of('reserialized', ['read' => $again(0)]);
webhook_of('reserialized', ['read' => fn ($body) => json_encode(json_decode($body))]);
webhook_of('pretty_printed', ['body' => '{"event":"submission.created","data":{"n":[1,2]}}', 'read' => $again(JSON_PRETTY_PRINT)]);
webhook_of('slashes', ['read' => fn ($body) => str_replace('/', '\\/', $body)]);
webhook_of('unicode_escapes', ['body' => '{"event":"submission.created","price":9.10,"name":"Müller"}', 'read' => fn ($body) => str_replace('ü', '\\u00fc', $body)]);
webhook_of('html_escapes', ['body' => '{"event":"submission.created","price":9.10,"data":{"name":"<b>"}}', 'read' => fn ($body) => str_replace(['<', '>'], ['\\u003C', '\\u003E'], $body)]);
webhook_of('newline', ['read' => fn ($body) => "$body\n"]);
webhook_of('charset_round_trip', ['body' => '{"event":"submission.created","data":{"name":"Müller"}}',
    'read' => fn ($body) => mb_convert_encoding($body, 'ISO-8859-1', 'UTF-8')]);
webhook_of('base64_body', ['read' => fn ($body) => base64_encode($body)]);
webhook_of('repr', ['read' => fn ($body) => (string) @implode([json_decode($body, true)])]);
webhook_of('form_encoded', ['read' => fn ($body) => http_build_query(['payload' => $body])]);
webhook_of('empty', ['read' => fn ($body) => '']);
webhook_of('timestamp_prefixed', ['read' => fn ($body) => NOW . ".$body"]);
webhook_of('url_prefixed', ['read' => fn ($body) => "https://app.example/webhook$body", 'with' => ['endpoint' => 'https://app.example/webhook']]);
