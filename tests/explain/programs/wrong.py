"""Integrations with one mistake each. Prints a JSON line for each: the mistake, the message, and
the signature that the program computed."""

import base64
import codecs
import datetime
import gzip
import hashlib
import hmac
import html
import json
import os
import quopri
import unicodedata
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlencode

SECRET = "4f8a1c0de27b93655f0e8d7c6b5a493827160f1e2d3c4b5a69788796a5b4c3d2"
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1735137300
USUAL = {"sub": "pls_123", "uv": "ABC123", "src": "zendesk", "ref": "ticket-456", "cnt": 5, "ts": NOW}
BODY = (
    '{"event":"submission.created","timestamp":"2024-12-25T14:35:00Z","data":{"name":"Müller",'
    '"url":"https://a.example/x","count":3,"price":9.10,"ratio":1.0,"list":[1,2],"empty":{}}}'
)


def sha256(text, key):
    key = key.encode() if isinstance(key, str) else key
    text = text.encode() if isinstance(text, str) else text
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def same(value):
    return value


def joined(fields):
    return "|".join(str(value) for value in fields.values())


def each(change):
    return lambda fields: "|".join(change(str(value)) for value in fields.values())


def row(name, kind, verdict, given, **rest):
    print(json.dumps({"id": name, "language": "python", "kind": kind, "verdict": verdict, "now": NOW + 60, **rest, **given}))


def link(name, *, key=same, sign=sha256, text=joined, fields=None, secret=SECRET, query=None, message=same, verdict="explained", **given):
    """Prints a link by the correct program; the arguments replace some of its steps."""
    chosen = {short: {**USUAL, **(fields or {})}[short] for short in ("uv", "src", "ref", "ts")}
    signed = {**chosen, "sig": sign(text(chosen), key(secret))}
    query = query(signed) if query else urlencode(signed, quote_via=quote, safe="")
    row(name, "link", verdict, given, input=message("https://visiono.io/s/damage-report?" + query), secret=secret)


def back(name, *, key=same, sign=sha256, text=joined, fields=None, secret=SECRET, verdict="explained", **given):
    """Prints a genuine return; the wrong signature is the one that the program computes to compare.
    """
    chosen = {short: {**USUAL, **(fields or {})}[short] for short in ("sub", "uv", "ref", "cnt", "ts")}
    query = urlencode({**chosen, "sig": sha256(joined(chosen), secret)}, quote_via=quote, safe="")
    read = dict(parse_qsl(query))
    del read["sig"]
    computed = str(sign(text(read), key(secret)))
    row(name, "return", verdict, given, input="https://app.example/done?" + query, secret=secret, computed=computed)


def webhook(name, *, key=same, sign=sha256, header="sha256={}".format, read=same, arrives=same, fields=None, body=BODY, secret=WHSEC, verdict="explained", **given):
    """Prints a genuine webhook that changes in transit, or whose signature the program computes
    wrongly."""
    body = body if isinstance(body, bytes) else body.encode()
    arrived = arrives(body)
    if arrived == body:
        given["computed"] = str(header(sign(read(body), key(secret))))
    row(
        name, "webhook", verdict, given, body=base64.b64encode(arrived).decode(), secret=secret,
        headers={"X-Webhook-Signature": "sha256=" + sha256(body, secret)},
    )


def everywhere(name, **wrong):
    link(name, **wrong)
    back(name, **wrong)
    webhook(name, **wrong)


# 1. Key
link("key_hex_decoded", key=bytes.fromhex)
back("key_hex_decoded", key=bytes.fromhex)
everywhere("key_base64_decoded", secret=SECRET, key=base64.b64decode)
webhook("key_standard_webhooks", key=lambda key: base64.b64decode(key.removeprefix("whsec_")))
webhook("key_prefix_removed", key=lambda key: key.removeprefix("whsec_"))
everywhere("key_newline", key=lambda key: key + "\n")
everywhere("key_space", key=lambda key: "\t" + key)
everywhere("key_space", key=lambda key: key + "\u200b")
everywhere("key_quotes", key=repr)
everywhere("key_bom", key=lambda key: codecs.BOM_UTF8 + key.encode())
everywhere("key_unset", key=lambda key: str(os.environ.get("VISIONO_NOT_SET")))
everywhere("key_unset", key=lambda key: "$VISIONO_WORKFLOW_SECRET")
everywhere("key_unset", key=lambda key: "")
link("key_sample", key=lambda key: "your-workflow-secret")
everywhere("key_other_kind", key=lambda key: "vsk_live_5b1f0c9d8e7a6f5b4c3d2e1f", others={"other_kind": "vsk_live_5b1f0c9d8e7a6f5b4c3d2e1f"})
everywhere("key_rotated", key=lambda key: SECRET[::-1], others={"rotated": SECRET[::-1]})
everywhere("key_decorated", key=lambda key: "Bearer " + key)
everywhere("key_case", key=str.upper)
everywhere("key_truncated", key=lambda key: key[:32])
everywhere("key_truncated", secret="4f8a1c0de27b93655f0e\\8d7c6b5a493827160f1e2d", key=lambda key: key.split("\\")[0])
everywhere("key_hashed", key=lambda key: hashlib.sha256(key.encode()).hexdigest())
everywhere("key_hashed", key=lambda key: hashlib.md5(key.encode()).digest())
everywhere("key_hashed", key=lambda key: base64.b64encode(key.encode()))
everywhere("key_utf16", key=lambda key: key.encode("utf-16-le"))


# 2. Algorithm and form of the signature
def bytes_of(value):
    return value.encode() if isinstance(value, str) else value


everywhere("swapped", sign=lambda text, key: sha256(key, text))
everywhere("plain_hash", sign=lambda text, key: hashlib.sha256(bytes_of(key) + bytes_of(text)).hexdigest())
everywhere("plain_hash", sign=lambda text, key: hashlib.sha256(bytes_of(text) + b"." + bytes_of(key)).hexdigest())
everywhere("double_hash", sign=lambda text, key: sha256(hashlib.sha256(bytes_of(text)).digest(), key))
everywhere("double_hash", sign=lambda text, key: hashlib.sha256(bytes.fromhex(sha256(text, key))).hexdigest())
for algorithm in ("sha1", "sha512", "sha384", "md5"):
    everywhere(algorithm, sign=lambda text, key: hmac.new(bytes_of(key), bytes_of(text), algorithm).hexdigest())
everywhere("upper_case", sign=lambda text, key: sha256(text, key).upper())
everywhere("base64", sign=lambda text, key: base64.b64encode(bytes.fromhex(sha256(text, key))).decode())
everywhere("base64url", fields={"uv": "ABC129"}, sign=lambda text, key: base64.urlsafe_b64encode(bytes.fromhex(sha256(text, key))).decode())
everywhere("base64_of_hex", sign=lambda text, key: base64.b64encode(sha256(text, key).encode()).decode())
webhook("scheme_missing", header=same)
webhook("scheme_space", header="sha256= {}".format)
link("scheme_in_url", sign=lambda text, key: "sha256=" + sha256(text, key))
link("bytes_repr", sign=lambda text, key: str(sha256(text, key).encode()))
link("quoted", sign=lambda text, key: json.dumps(sha256(text, key)))
everywhere("truncated", sign=lambda text, key: sha256(text, key)[:32])
link("raw_bytes", sign=lambda text, key: bytes.fromhex(sha256(text, key)))

# 3. Signed text of links and returns
spaced = {"uv": "AB 12/é", "ref": "ticket 456"}
back("other_message", text=lambda f: f"{f['uv']}|zendesk|{f['ref']}|{f['ts']}")
link("field_order", text=lambda f: f"{f['ref']}|{f['src']}|{f['uv']}|{f['ts']}")
back("field_order", text=lambda f: "|".join(f[name] for name in sorted(f)))
link("separator", text=lambda f: ":".join(map(str, f.values())))
back("separator", text=lambda f: "\n".join(f.values()))
link("field_missing", text=lambda f: f"{f['uv']}|{f['src']}|{f['ref']}")
back("field_missing", text=lambda f: f"{f['sub']}|{f['uv']}|{f['ref']}|{f['cnt']}")
link("field_added", text=lambda f: joined(f) + "|damage-report")
link("name_value_text", text=lambda f: "&".join(f"{name}={value}" for name, value in f.items()))
back("name_value_text", text=lambda f: urlencode(sorted(f.items())))
link("whole_url", text=lambda f: "/s/damage-report?" + urlencode(f))
back("whole_url", text=lambda f: "https://app.example/done?" + urlencode(f))
link("json_of_fields", text=json.dumps)
back("json_of_fields", text=lambda f: json.dumps(f, separators=(",", ":")))
link("encoded_values", fields=spaced, text=each(quote_plus))
back("encoded_values", fields=spaced, text=each(quote))
back("decoded_twice", fields={"uv": "100%25"}, text=each(unquote))
link("trimmed", fields={"uv": " ABC123"}, text=each(str.strip))
link("squeezed", fields={"uv": "A \t B"}, text=each(lambda value: " ".join(value.split())))
for form in ("NFC", "NFKC"):
    link("normalized", fields={"uv": "Mu\u0308ller" if form == "NFC" else "\u2460x"}, text=each(lambda value: unicodedata.normalize(form, value)))
for form in ("NFD", "NFKD"):
    back("normalized", fields={"uv": "Müller" if form == "NFD" else "ﬁx"}, text=each(lambda value: unicodedata.normalize(form, value)))
link("charset", fields=spaced, text=lambda f: joined(f).encode("latin-1"))
link("charset", fields={"uv": "12 € 5"}, text=lambda f: joined(f).encode("cp1252"))
link("charset", fields=spaced, text=lambda f: joined(f).encode("ascii", "replace"))
back("charset", fields=spaced, text=lambda f: joined(f).encode().decode("cp1252"))
back("html_escaped", fields={"uv": "A & <B>"}, text=each(html.escape))
link("case_changed", text=each(str.lower))
link("value_undefined", text=lambda f: f"{f['uv']}|{f.get('source')}|{f['ref']}|{f['ts']}")
back("value_undefined", text=lambda f: f"{f['sub']}|{f['uv']}|{f['ref']}|{float('nan')}|{f['ts']}")
link("braces_left", text=lambda f: f"{f['uv']}|{f['src']}|{{ref}}|{f['ts']}")
link("newline_at_end", text=lambda f: joined(f) + "\n")
back("newline_at_end", text=lambda f: joined(f) + "\r\n")

# 4. Time
link("ts_milliseconds", text=lambda f: joined({**f, "ts": f["ts"] * 1000}))
link("ts_milliseconds", fields={"ts": NOW * 1000 + 123})
back("ts_other_instant", text=lambda f: joined({**f, "ts": NOW + 45}))
link("ts_text", text=lambda f: joined({**f, "ts": datetime.datetime.fromtimestamp(f["ts"], datetime.timezone.utc)}))
link("ts_text", text=lambda f: joined({**f, "ts": datetime.datetime.fromtimestamp(f["ts"], datetime.timezone.utc).isoformat()}))
link("ts_text", text=lambda f: joined({**f, "ts": float(f["ts"])}))
link("early clock_zone", fields={"ts": NOW + 60 + 3600})
link("early clock_wrong", fields={"ts": NOW + 86_400 * 9 + 77})
link("expired", fields={"ts": NOW - 5077})
webhook("expired", now=NOW + 90_077)

# 5. URL and transport
link("amp_entities", message=html.escape)
link("quoted_printable", message=lambda url: quopri.encodestring(url.encode()).decode())
link("encoded_twice", fields=spaced, query=lambda f: urlencode({name: quote(str(value), safe="") for name, value in f.items()}, quote_via=quote))
link("long_names", query=lambda f: urlencode({"unique_value": f["uv"], "source": f["src"], "reference": f["ref"], "timestamp": f["ts"], "signature": f["sig"]}))
link("name_case", query=lambda f: urlencode({name.capitalize(): value for name, value in f.items()}))
link("raw_reserved", fields={"uv": "50% off"}, query=lambda f: "&".join(f"{name}={value}" for name, value in f.items()))
link("wrapper", message=lambda url: "https://urldefense.com/v3/?u=" + quote(url, safe=""))
link("trailing_text", message=lambda url: f"{url}'")

def add(text):
    return lambda url: url + text


link("key_case tracking_parameters", key=str.upper, message=add("&utm_source=mail&gclid=1"))
link("sig_removed", message=lambda url: url.split("&sig=")[0], verdict="hinted")
link("duplicate", message=add("&ref=ticket-456"))
link("doubtful_name", message=add("&ref[]=ticket-456"))
link("missing", fields={"ref": ""})
link("malformed", fields={"uv": "A\x07B"})
back("unexpected_value", expect={"reference": "ticket-999"})
TEMPLATE = "https://app.example/done?id={submission_id}&ref={reference}&sig={signature}"
unfilled = "https://app.example/done?sub=pls_123&uv=%7Bunique_value%7D&ref=ticket-456&cnt=5&ts=1735137300&sig=" + "0" * 64
row("template_unfilled", "return", "hinted", {}, input=unfilled, secret=SECRET)
lacking = sha256("pls_123|ABC123|ticket-456|7|1735137300", SECRET)
row("template_lacks", "return", "explained", {"template": TEMPLATE, "expect": {"unique_value": "ABC123"}}, secret=SECRET,
    input=f"https://app.example/done?id=pls_123&ref=ticket-456&sig={lacking}")
row("template_mismatch", "return", "explained", {"template": "https://app.example/t/{reference}?sub={submission_id}&uv={unique_value}&cnt={photo_count}&ts={timestamp}&sig={signature}"}, secret=SECRET,
    input=f"https://app.example/api/t/ticket-456?sub=pls_123&uv=ABC123&cnt=7&ts=1735137300&sig={lacking}")
encoded = {**{name: str(value) for name, value in USUAL.items() if name != "src"}, "uv": "AB 12/34"}
encoded["sig"] = sha256("|".join(encoded.values()), SECRET)
row("undecoded_pairs", "return", "explained", {}, secret=SECRET, pairs=[[name, quote(value, safe="")] for name, value in encoded.items()])

# 6. Webhook body
def again(**options):
    return lambda body: json.dumps(json.loads(body), **options)


webhook("reserialized", read=again())
webhook("spaces", body='{"event":"submission.created","price":9.10,"data":{"a":"b"}}', read=lambda body: body.replace(b'":', b'": ').replace(b',"', b', "'))
webhook("pretty_printed", body='{"event":"submission.created","data":{"n":[1,2]}}', read=again(indent=2))
webhook("pretty_printed", body='{"event":"submission.created","data":{"n":[1,2]}}', read=again(indent=4))
webhook("unicode_escapes", body='{"event": "submission.created", "price": 9.10, "name": "Müller"}', read=lambda body: body.decode().encode("ascii", "backslashreplace").replace(b"\\xfc", b"\\u00fc"))
webhook("key_order", body='{"event": "submission.created", "object": {"z": 1, "aa": 2}, "data": 1}', read=again(sort_keys=True))
webhook("numbers", body='{"event": "submission.created", "data": {"ü": 9.1900, "n": 1e2}}', read=again(ensure_ascii=False))
webhook("newline", read=lambda body: body + b"\r\n")
webhook("charset_round_trip", read=lambda body: body.decode("latin-1"))
webhook("base64_body", read=base64.b64encode)
webhook("gzip_body", arrives=gzip.compress)
webhook("base64_body", arrives=base64.b64encode)
webhook("newline", arrives=lambda body: body + b"\n")
webhook("form_encoded", arrives=lambda body: urlencode({"payload": body}).encode())
webhook("repr", arrives=lambda body: str(body).encode())
webhook("reserialized", arrives=lambda body: json.dumps(json.loads(body)).encode(), body='{"event":"a","data":{"u":"Müller","n":1}}')
webhook("charset_round_trip", arrives=lambda body: body.decode("latin-1").encode())
webhook("empty", arrives=lambda body: b"", verdict="hinted")
webhook("repr", body='{"event":"submission.created","data":{"n":[1,true,null]}}', read=lambda body: str(json.loads(body)))
webhook("form_encoded", read=lambda body: urlencode({"payload": body}))
webhook("empty", read=lambda body: b"")
row("header_style missing", "webhook", "hinted", {}, body=base64.b64encode(BODY.encode()).decode(), secret=WHSEC,
    headers={"X-Signature": "sha256=" + sha256(BODY, WHSEC)})
webhook("timestamp_prefixed", read=lambda body: b"1735137300." + body)
webhook("url_prefixed", read=lambda body: b"https://app.example/webhook" + body, endpoint="https://app.example/webhook")
