"""Makes a number of calls, good, refused and hostile, while a memory checker watches.

Each has its exact outcome, so that what is watched is known to have happened. `leak` and `overrun`
instead of a number are what the checker must find.
"""

import ctypes
import sys
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from visiono_workflow import RedirectTemplate, Webhook, WebhookSecret, Workflow, WorkflowError

SECRET = "0123456789abcdef0123456789abcdef"
NOW = 1705500000
TEMPLATE = (
    "https://a.example/{submission_id}/{unique_value}"
    "?r={reference}&c={photo_count}&t={timestamp}&h={signature}"
)
LONG = "é %" * 5_000

workflow = Workflow([SECRET, None, SECRET[1:]])
template = RedirectTemplate(TEMPLATE)
webhook = Webhook([WebhookSecret("whsec_" + SECRET), SECRET])


def sign_link(unique_value: object = "A é", **more: object) -> str:
    fields = {"source": "zendesk", "reference": "ticket-456", "timestamp": NOW}
    return workflow.sign_link(**{"slug": "a", "unique_value": unique_value, **fields, **more})


FIELDS = {"submission_id": "pls_1", "unique_value": "A é", "reference": "t", "photo_count": 2}


def sign_return(template: object = template, **more: object) -> str:
    return workflow.sign_return(template, **{**FIELDS, "timestamp": NOW, **more})


ROWS = [
    ("A é", "b", "c", NOW),
    {"unique_value": LONG, "source": "b", "reference": "c"},
    ["", "b", "c"],
]
LINK = sign_link()
LONG_LINK = sign_link(LONG)
RETURN = sign_return()
PAIRS = {
    **dict(parse_qsl(urlsplit(sign_return("https://a.example/")).query)),
    "others": [5, {"a": None}, "\ud800"],
}
BODY = (
    '{"event":"submission.created","timestamp":"2024-01-17T14:00:00Z","data":'
    '{"permanent_link_submission":{"unique_field_value":"A é","external_source":"zendesk",'
    '"external_reference":"t","id":"pls_1","numbers":[1e300,123456789012345678901234567890]}}}'
).encode()
SIGNATURE = webhook.sign(BODY)
HEADERS = {"X-Visiono-Signature": SIGNATURE, "X-Visiono-Delivery": "d-1"}


def receive(body: object = BODY, headers: object = HEADERS, now: object = NOW) -> object:
    delivery = webhook.receive(body, headers, now=now)
    assert delivery.link.matches(workflow.verify_return(RETURN, template=template, now=NOW))
    return (repr(delivery), delivery.data, delivery.body, delivery.unauthenticated_delivery_id)


def signed(body: bytes) -> object:
    return receive(body, {"X-Webhook-Signature": webhook.sign(body)})


# The outcome that each call must have: "ok", the code of an error, or the name of an exception.
CALLS: list[tuple[str, Callable[[], object]]] = [
    ("ok", sign_link),
    ("ok", lambda: sign_link(LONG, slug=None, link="https://a.example/x?y#z")),
    ("ok", lambda: workflow.sign_links(iter(ROWS), slug="a", return_exceptions=True)[-1] or 1 / 0),
    ("invalid_field", lambda: workflow.sign_links(ROWS, slug="a")),
    ("invalid_argument", lambda: workflow.sign_links([("a", "\ud800", "c")], slug="a")),
    ("TypeError", lambda: workflow.sign_links([("a", "b", "c"), ("a", 5, "c")], slug="a")),
    ("ok", sign_return),
    ("ok", lambda: sign_return(TEMPLATE)),
    ("ok", lambda: workflow.verify_link(LINK, now=NOW).unique_value == "A é" or 1 / 0),
    ("ok", lambda: repr(workflow.verify_link(LONG_LINK, now=NOW).signed_at)),
    ("ok", lambda: workflow.verify_link(LINK.encode(), now=NOW, expect={"source": "zendesk"})),
    ("ok", lambda: hash(workflow.verify_return(RETURN, template=template, now=NOW))),
    ("ok", lambda: template.missing() + RedirectTemplate(TEMPLATE).placeholders()),
    ("ok", lambda: template.expand(**FIELDS, timestamp=NOW, signature="0" * 64)),
    ("ok", lambda: workflow.verify_return(PAIRS, template=None, now=NOW)),
    ("ok", lambda: webhook.test_delivery("submission.created", now=NOW).headers),
    ("ok", lambda: Workflow(SECRET, max_age=60, leeway=0)),
    ("ok", receive),
    ("ok", lambda: receive(BODY.decode(), [(b"x-webhook-signature", SIGNATURE.encode())])),
    ("ok", lambda: webhook.verify(memoryview(BODY), SIGNATURE).dedup_key),
    ("ok", lambda: webhook.verify(b"\x00" * 65_536, webhook.sign(b"\x00" * 65_536))),
    ("invalid_secret", lambda: Webhook("vsk_" + SECRET)),
    ("missing_parameter", lambda: receive(headers={})),
    ("missing_parameter", lambda: webhook.verify(BODY, None)),
    ("missing_parameter", lambda: signed(b'{"event":"","timestamp":1}')),
    ("malformed_parameter", lambda: signed(b"[" * 10_000)),
    ("malformed_parameter", lambda: signed(b'{"event":"\\ud800"}')),
    ("malformed_parameter", lambda: receive(b"a" * (2**20 + 1))),
    ("invalid_signature", lambda: receive(headers=[("X-Visiono-Signature", SIGNATURE)] * 2)),
    ("invalid_signature", lambda: receive(BODY + b" ")),
    ("expired", lambda: receive(now=NOW + 10801)),
    ("invalid_argument", lambda: receive({"event": "parsed"})),
    ("invalid_signature", lambda: receive("\ud800")),
    ("invalid_signature", lambda: receive(None)),
    ("TypeError", lambda: receive(headers=7)),
    ("TypeError", lambda: webhook.verify(BODY, 7)),
    ("invalid_secret", lambda: Workflow("short")),
    ("invalid_secret", lambda: Workflow([SECRET, "whsec_" + SECRET])),
    ("invalid_secret", lambda: Workflow(None)),
    ("invalid_secret", lambda: Workflow([])),
    ("invalid_secret", lambda: Workflow(SECRET + "\ud800")),
    ("invalid_field", lambda: sign_link("a|b")),
    ("invalid_field", lambda: sign_link(timestamp=2**70)),
    ("invalid_field", lambda: sign_return(submission_id="..")),
    ("invalid_url", lambda: sign_link(slug=None, link="javascript:1")),
    ("invalid_template", lambda: RedirectTemplate("https://a.example/{nope}")),
    ("missing_parameter", lambda: workflow.verify_link("")),
    ("missing_parameter", lambda: workflow.verify_link("é%" * 1000)),
    ("missing_parameter", lambda: workflow.verify_link(b"\xff" * 1000)),
    ("missing_parameter", lambda: workflow.verify_link("\ud800")),
    ("duplicate_parameter", lambda: workflow.verify_link(LINK + "&%75v=1", now=NOW)),
    ("duplicate_parameter", lambda: workflow.verify_link({"uv": ["1", "2"]}, now=NOW)),
    ("malformed_parameter", lambda: workflow.verify_link(LINK.replace("%20", "%7C"), now=NOW)),
    ("invalid_signature", lambda: workflow.verify_link(LINK.replace("456", "457"), now=NOW)),
    ("expired", lambda: workflow.verify_link(LINK, now=NOW + 3601)),
    ("not_yet_valid", lambda: workflow.verify_link(LINK, now=0)),
    ("unexpected_value", lambda: workflow.verify_link(LINK, now=NOW, expect={"source": "a"})),
    ("invalid_argument", lambda: sign_link("\ud800")),
    ("invalid_argument", lambda: workflow.verify_link(LINK, now=float("nan"))),
    ("invalid_argument", lambda: workflow.verify_link(LINK, expect={"nope": "a"})),
    ("invalid_argument", lambda: workflow.verify_link(LINK, expect={"source": None})),
    ("invalid_argument", lambda: workflow.verify_link(LINK, now=-1)),
    ("invalid_argument", lambda: Workflow(SECRET, max_age=-1)),
    ("TypeError", lambda: Workflow(5)),
    ("TypeError", lambda: workflow.verify_link(None)),
    ("missing_parameter", lambda: workflow.verify_link([("uv", "a"), 5])),
    ("missing_parameter", lambda: workflow.verify_link({"uv": [["a"]]})),
    ("TypeError", lambda: workflow.verify_return(RETURN, template=7)),
    ("TypeError", lambda: sign_return(photo_count="2")),
]


def outcome(call: Callable[[], object]) -> str:
    try:
        call()
    except WorkflowError as error:
        return error.code if str(error) and repr(error) else "an error that says nothing"
    except TypeError as error:
        return type(error).__name__
    return "ok"


def main(calls: str) -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    if calls == "leak":
        libc.malloc(1000)
        return
    if calls == "overrun":
        ctypes.memset(libc.malloc(8), 0, 9)
        return
    for number in range(int(calls)):
        wanted, call = CALLS[number % len(CALLS)]
        given = outcome(call)
        if given != wanted:
            sys.exit(f"call {number % len(CALLS)} came to {given}, not {wanted}")


main(sys.argv[1])
