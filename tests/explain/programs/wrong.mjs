// Integrations with one mistake each. Prints a JSON line for each: the mistake, the message, and
// the signature that the program computed.

import { createHash, createHmac } from "node:crypto";
import { Buffer } from "node:buffer";

const SECRET = "4f8a1c0de27b93655f0e8d7c6b5a493827160f1e2d3c4b5a69788796a5b4c3d2";
const WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW = 1735137300;
const USUAL = { sub: "pls_123", uv: "ABC123", src: "zendesk", ref: "ticket-456", cnt: 5, ts: NOW };
const BODY =
  '{"event":"submission.created","timestamp":"2024-12-25T14:35:00Z","data":' +
  '{"name":"Müller","url":"https://a.example/x","count":3,"price":9.10,"ratio":1.0,"list":[1,2],"empty":{}}}';

const hmac = (text, key) => createHmac("sha256", key).update(text).digest("hex");
const join = (fields) => Object.values(fields).join("|");
const pick = (names, fields) =>
  Object.fromEntries(names.map((name) => [name, { ...USUAL, ...fields }[name]]));
const encoded = (fields) =>
  Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");

function row(id, kind, verdict, rest) {
  console.log(JSON.stringify({ id, language: "js", kind, verdict, now: NOW + 60, ...rest }));
}

/** A link by the correct program; `wrong` replaces some of its steps. */
function link(id, wrong, verdict = "explained") {
  const fields = pick(["uv", "src", "ref", "ts"], wrong.fields);
  const secret = wrong.secret ?? SECRET;
  const sig = (wrong.sign ?? hmac)((wrong.text ?? join)(fields), (wrong.key ?? ((key) => key))(secret));
  const query = (wrong.query ?? encoded)({ ...fields, sig });
  const url = `https://visiono.io/s/damage-report?${query}`;
  row(id, "link", verdict, { input: (wrong.message ?? ((text) => text))(url), secret, ...wrong.given });
}

/** A genuine return; the wrong signature is the one that the program computes to compare. */
function back(id, wrong, verdict = "explained") {
  const fields = pick(["sub", "uv", "ref", "cnt", "ts"], wrong.fields);
  const secret = wrong.secret ?? SECRET;
  const url = `https://app.example/done?${encoded({ ...fields, sig: hmac(join(fields), secret) })}`;
  const { sig, ...read } = Object.fromEntries(new URL(url).searchParams);
  const computed = (wrong.sign ?? hmac)((wrong.text ?? join)(read, url), (wrong.key ?? ((key) => key))(secret));
  row(id, "return", verdict, { input: url, secret, computed: `${computed}`, ...wrong.given });
}

/** A genuine webhook; the wrong signature is the one that the program computes to compare. */
function webhook(id, wrong, verdict = "explained") {
  const body = Buffer.from(wrong.body ?? BODY);
  const secret = wrong.secret ?? WHSEC;
  const headers = { "x-visiono-signature": `sha256=${hmac(body, secret)}` };
  const scheme = (text, key) => `sha256=${(wrong.sign ?? hmac)(text, key)}`;
  const computed = (wrong.header ?? scheme)((wrong.read ?? ((bytes) => bytes))(body), (wrong.key ?? ((key) => key))(secret));
  row(id, "webhook", verdict, { body: body.toString("base64"), headers, secret, computed, ...wrong.given });
}

function everywhere(id, wrong, verdict) {
  link(id, wrong, verdict);
  back(id, wrong, verdict);
  webhook(id, wrong, verdict);
}

const change = (change) => (fields) => join(Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(`${value}`)])));

// 1. Key
link("key_hex_decoded", { key: (key) => Buffer.from(key, "hex") });
back("key_hex_decoded", { key: (key) => Buffer.from(key, "hex") });
everywhere("key_base64_decoded", { secret: SECRET, key: (key) => Buffer.from(key, "base64") });
everywhere("key_base64_decoded", { secret: "Q2-8bV_4kPz7mT1wXy9LrE3sGhJ5nUaD", key: (key) => Buffer.from(key, "base64url") });
webhook("key_standard_webhooks", { key: (key) => Buffer.from(key.split("_")[1], "base64") });
webhook("key_prefix_removed", { key: (key) => key.replace("whsec_", "") });
everywhere("key_newline", { key: (key) => Buffer.from(`${key}\n`) });
everywhere("key_space", { key: (key) => `${key} ` });
everywhere("key_quotes", { key: (key) => JSON.stringify(key) });
everywhere("key_unset", { key: () => String(process.env.VISIONO_NOT_SET) });
everywhere("key_unset", { key: () => `${null}` });
everywhere("key_decorated", { key: (key) => `v1,${key}` });
everywhere("key_case", { key: (key) => key.toUpperCase() });
everywhere("key_truncated", { key: (key) => key.slice(0, 16) });
everywhere("key_truncated", { secret: "4f8a1c0de27b93655f0e$8d7c6b5a493827160f1e2d", key: (key) => key.split("$")[0] });
everywhere("key_hashed", { key: (key) => createHash("sha256").update(key).digest() });
everywhere("key_hashed", { key: (key) => createHash("md5").update(key).digest("hex") });
everywhere("key_utf16", { key: (key) => Buffer.from(key, "utf16le") });

// 2. Algorithm and form of the signature
everywhere("swapped", { sign: (text, key) => createHmac("sha256", text).update(key).digest("hex") });
everywhere("plain_hash", { sign: (text, key) => createHash("sha256").update(key).update(text).digest("hex") });
everywhere("double_hash", { sign: (text, key) => hmac(createHash("sha256").update(text).digest("hex"), key) });
for (const name of ["sha1", "sha512", "sha384", "md5"]) {
  everywhere(name, { sign: (text, key) => createHmac(name, key).update(text).digest("hex") });
}
everywhere("upper_case", { sign: (text, key) => hmac(text, key).toUpperCase() });
everywhere("base64", { sign: (text, key) => createHmac("sha256", key).update(text).digest("base64") });
everywhere("base64url", { fields: { uv: "ABC129" }, sign: (text, key) => createHmac("sha256", key).update(text).digest("base64url") });
webhook("scheme_missing", { header: hmac });
webhook("scheme_space", { header: (text, key) => `sha256= ${hmac(text, key)}` });
link("quoted", { sign: (text, key) => JSON.stringify(hmac(text, key)) });
link("promise", { sign: async (text, key) => hmac(text, key) }, "hinted");
everywhere("truncated", { sign: (text, key) => hmac(text, key).slice(0, 40) });

// 3. Signed text of links and returns
const spaced = { uv: "AB 12/é", ref: "ticket 456" };
back("other_message", { text: ({ uv, ref, ts }) => `${uv}|zendesk|${ref}|${ts}` });
link("other_message", { text: ({ sub, uv, ref, cnt, ts }) => `${sub}|${uv}|${ref}|${cnt}|${ts}` });
link("field_order", { text: ({ uv, src, ref, ts }) => [src, uv, ref, ts].join("|") });
back("field_order", { text: ({ sub, uv, ref, cnt, ts }) => [ts, cnt, ref, uv, sub].join("|") });
link("separator", { text: (fields) => `${Object.values(fields)}` });
back("separator", { text: (fields) => Object.values(fields).join("") });
link("field_missing", { text: ({ uv, ref, ts }) => [uv, ref, ts].join("|") });
back("field_missing", { text: ({ sub, uv, ref, ts }) => [sub, uv, ref, ts].join("|") });
back("field_added", { text: (fields, url) => `${join(fields)}|${new URL(url).searchParams.get("sig")}` });
link("name_value_text", { text: (fields) => `${new URLSearchParams(fields)}` });
link("name_value_text", { text: ({ uv, src, ref, ts }) => `unique_value=${uv}&source=${src}&reference=${ref}&timestamp=${ts}` });
back("name_value_text", { text: (fields) => Object.keys(fields).sort().map((name) => `${name}=${fields[name]}`).join("&") });
back("whole_url", { text: (_, url) => url.split("&sig=")[0] });
back("whole_url", { text: (_, url) => new URL(url.split("&sig=")[0]).search });
link("json_of_fields", { text: (fields) => JSON.stringify(fields) });
back("json_of_fields", { text: (fields) => JSON.stringify(fields) });
link("encoded_values", { fields: spaced, text: change(encodeURIComponent) });
back("encoded_values", { fields: spaced, text: change(encodeURIComponent) });
link("encoded_values", { fields: spaced, text: change((value) => encodeURIComponent(encodeURIComponent(value))) });
back("decoded_twice", { fields: { uv: "50%25" }, text: change(decodeURIComponent) });
link("trimmed", { fields: { uv: "ABC123 " }, text: change((value) => value.trim()) });
back("squeezed", { fields: { uv: "A  B" }, text: change((value) => value.replace(/\s+/g, " ")) });
link("normalized", { fields: { uv: "Mu\u0308ller" }, text: change((value) => value.normalize()) });
back("normalized", { fields: { uv: "Müller" }, text: change((value) => value.normalize("NFD")) });
back("normalized", { fields: { uv: "ﬁx" }, text: change((value) => value.normalize("NFKC")) });
link("charset", { fields: spaced, sign: (text, key) => createHmac("sha256", key).update(text, "latin1").digest("hex") });
back("case_changed", { text: (fields) => join(fields).toUpperCase() });
link("value_undefined", { text: ({ uv, source, ref, ts }) => `${uv}|${source}|${ref}|${ts}` });
back("value_undefined", { text: ({ sub, uv, ref, count, ts }) => `${sub}|${uv}|${ref}|${Number(count)}|${ts}` });
link("replace_dollar", { fields: { uv: "A$&B" }, text: ({ uv, src, ref, ts }) => "{uv}|{src}|{ref}|{ts}".replace("{uv}", uv).replace("{src}", src).replace("{ref}", ref).replace("{ts}", ts) });
link("replace_dollar", { fields: { uv: "US$$5" }, text: ({ uv, src, ref, ts }) => "{uv}|{src}|{ref}|{ts}".replace("{uv}", uv).replace("{src}", src).replace("{ref}", ref).replace("{ts}", ts) });
link("braces_left", { text: ({ uv, src, ref, ts }) => "{uv}|{src}|{ref}|{ts}".replace("{uv}", uv).replace("{src}", src).replace("{reference}", ref).replace("{ts}", ts) });
link("newline_at_end", { text: (fields) => `${join(fields)}\n` });

// 4. Time
link("ts_milliseconds", { text: ({ ts, ...rest }) => join({ ...rest, ts: ts * 1000 }) });
link("ts_milliseconds", { fields: { ts: NOW * 1000 } });
back("ts_milliseconds", { text: ({ ts, ...rest }) => join({ ...rest, ts: ts * 1000 }) });
link("ts_other_instant", { text: ({ ts, ...rest }) => join({ ...rest, ts: ts - 1 }) });
link("ts_text", { text: ({ ts, ...rest }) => join({ ...rest, ts: new Date(ts * 1000).toISOString() }) });
link("ts_text", { text: ({ ts, ...rest }) => join({ ...rest, ts: ts + 0.25 }) });
link("expired clock_zone", { fields: { ts: NOW + 60 - 19800 } });
back("expired", { fields: { ts: NOW - 9077 } });

// 5. URL and transport
link("amp_entities", { message: (url) => url.replaceAll("&", "&amp;") });
link("amp_entities", { message: (url) => url.replaceAll("&", "&#38;") });
link("encoded_twice", { fields: spaced, query: (fields) => encoded(fields).replaceAll("%", "%25") });
link("encoded_twice", { message: (url) => encodeURIComponent(url) });
link("long_names", { query: ({ uv, src, ref, ts, sig }) => encoded({ unique_value: uv, source: src, reference: ref, timestamp: ts, signature: sig }) });
link("name_case", { query: (fields) => encoded(fields).replace(/[a-z]+=/g, (name) => name.toUpperCase()) });
link("raw_reserved", { fields: { uv: "A+B" }, query: (fields) => encoded(fields).replace("%2B", "+") });
link("raw_reserved", { fields: { ref: "a#b" }, query: (fields) => encoded(fields).replace("%23", "#") });
link("wrapper", { message: (url) => `https://www.google.com/url?q=${encodeURIComponent(url)}&sa=D` });
link("trailing_text", { message: (url) => `${url}>` });
link("trailing_text", { message: (url) => `${url}).` });

// 6. Webhook body
const again = (body) => JSON.stringify(JSON.parse(body));
webhook("reserialized", { body: BODY.replaceAll('":', '": '), read: again });
webhook("spaces", { body: '{"event":"submission.created","price":9.10,"data":{"a":"b"}}', read: (body) => String(body).replace(/":/g, '": ').replace(/,"/g, ', "') });
webhook("pretty_printed", { body: '{"event":"submission.created","data":{"n":[1,2]}}', read: (body) => JSON.stringify(JSON.parse(body), null, 2) });
webhook("slashes", { body: String.raw`{"event": "submission.created","data":{"url":"https:\/\/a.example\/x"}}`, read: (body) => String(body).replaceAll("\\/", "/") });
webhook("unicode_escapes", { body: String.raw`{"event": "submission.created","data":{"name":"M\u00fcller"}}`, read: (body) => String(body).replace(/\\u(\w{4})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))) });
webhook("html_escapes", { body: String.raw`{"event": "submission.created","data":{"name":"\u003cb\u003e \u0026"}}`, read: (body) => String(body).replace(/\\u(\w{4})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))) });
webhook("numbers", { body: '{"event": "submission.created","data":{"price":9.10,"ratio":1.0}}', read: (body) => String(body).replace(/\d+\.\d+/g, Number) });
webhook("reserialized", { body: '{"event": "submission.created","data":{"z":1,"a":{"y":1,"b":2}}}', read: (body) => JSON.stringify(JSON.parse(body, (_, value) => value && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value)) });
webhook("newline", { body: `${BODY}\n`, read: (body) => String(body).trimEnd() });
webhook("newline", { body: '{"event":"a",\r\n"data":{}}', read: (body) => String(body).replaceAll("\r\n", "\n") });
webhook("charset_round_trip", { read: (body) => Buffer.from(body.toString("latin1")) });
webhook("charset_round_trip", { read: (body) => body.toString("ascii") });
webhook("base64_body", { read: (body) => body.toString("base64") });
webhook("repr", { read: (body) => `${JSON.parse(body)}` });
webhook("repr", { read: (body) => JSON.stringify(body) });
webhook("form_encoded", { read: (body) => `payload=${encodeURIComponent(body)}` });
webhook("timestamp_prefixed", { read: (body) => `${NOW}.${body}` });

// `explain` receives an argument that it can't use: a time in milliseconds, a broken template.
link("argument", { given: { now: NOW * 1000 } }, "hinted");
back("argument", { given: { template: "https://app.example/done?ref={reference" } }, "hinted");
