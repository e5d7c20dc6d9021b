"""``visiono_workflow.explain``: a few rows of the catalogue, stopping, and hostile arguments."""

import hashlib
import hmac
import json
import subprocess
import sys
from typing import Any

import pytest
from conftest import NOW, OLD_SECRET, SECRET
from visiono_workflow import InvalidArgument, Webhook, Workflow, WorkflowSecret
from visiono_workflow.explain import Diagnosis, explain

WORKFLOW, WEBHOOK = Workflow(SECRET), Webhook(SECRET)
FIELDS = {"unique_value": "ABC123", "reference": "ticket-456"}
LINK = WORKFLOW.sign_link(slug="damage-report", source="zendesk", timestamp=NOW, **FIELDS)
RETURN = WORKFLOW.sign_return(
    "https://a.example/done", submission_id="pls_1", photo_count=5, timestamp=NOW, **FIELDS
)
BODY = b'{"event":"submission.created", "data":{"id":"a"}}'


def tag(text: str, key: bytes) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def wrong_link() -> str:
    head, _, _ = LINK.partition("&sig=")
    text = f"ABC123|zendesk|ticket-456|{NOW}"
    assert f"{head}&sig={tag(text, SECRET.encode())}" == LINK
    return f"{head}&sig={tag(text, bytes.fromhex(SECRET))}"


def ids(diagnosis: Diagnosis) -> list[str]:
    shown = json.dumps(diagnosis)
    assert SECRET not in shown and OLD_SECRET not in shown
    for message in (LINK, RETURN):
        assert message.rpartition("sig=")[2] not in shown
    return [diagnosis["verdict"], *(cause["id"] for cause in diagnosis["causes"])]


def test_a_right_message_is_valid() -> None:
    assert ids(explain("link", LINK, SECRET, now=NOW)) == ["valid"]
    assert ids(explain("return", RETURN, [SECRET.encode(), None], now=NOW)) == ["valid"]


def test_a_secret_that_was_decoded_is_named() -> None:
    for secrets in (SECRET, SECRET.encode(), [OLD_SECRET, SECRET]):
        found = explain("link", wrong_link(), secrets, now=NOW)
        assert ids(found) == ["explained", "key_hex_decoded"]
    assert set(found) == set(Diagnosis.__annotations__)
    assert found["signed_text"] is not None
    assert explain("link", wrong_link(), SECRET, values=False)["signed_text"] is None


def test_a_computed_signature_is_explained() -> None:
    text = f"pls_1|ABC123|ticket-456|5|{NOW}"
    computed = tag(text, bytes.fromhex(SECRET))
    found = explain("return", RETURN, SECRET, now=NOW, computed=computed)
    assert (found["subject"], *ids(found)) == ("computed", "explained", "key_hex_decoded")


def test_a_webhook_is_explained() -> None:
    headers = {"X-Visiono-Signature": "sha256=" + tag(BODY.decode(), bytes.fromhex(SECRET))}
    found = explain("webhook", BODY, SECRET, headers=headers, now=NOW)
    assert ids(found) == ["explained", "key_hex_decoded"]
    parsed = json.dumps(json.loads(BODY), separators=(",", ":"))
    headers = {"X-Visiono-Signature": WEBHOOK.sign(BODY)}
    found = explain("webhook", parsed, SECRET, headers=headers, now=NOW)
    assert found["verdict"] != "valid"


def test_another_secret_is_named_by_its_relation() -> None:
    others = {"rotated": OLD_SECRET}
    made = Workflow(OLD_SECRET).sign_link(
        slug="damage-report", source="zendesk", timestamp=NOW, **FIELDS
    )
    found = explain("link", made, SECRET, now=NOW, others=others)
    assert found["verdict"] == "explained"
    assert len(ids(found)) == 2


UNKNOWN = RETURN[:-64] + "0123456789abcdef" * 4


def test_a_search_can_be_stopped() -> None:
    calls: list[tuple[int, int]] = []

    def stop(tried: int, total: int) -> bool:
        calls.append((tried, total))
        return False

    found = explain("return", UNKNOWN, SECRET, now=NOW, progress=stop)
    assert (found["bound"], len(calls)) == ("stopped", 1)
    assert 0 < calls[0][0] <= calls[0][1]
    with pytest.raises(ZeroDivisionError):
        explain("return", UNKNOWN, SECRET, now=NOW, progress=lambda *_: 1 // 0)
    assert explain("return", UNKNOWN, SECRET, now=NOW, max_bytes=10**5)["bound"] == "bytes"


def test_a_signal_ends_a_search() -> None:
    program = f"""
import signal
from visiono_workflow.explain import explain
# The parent process may ignore the signal.
signal.signal(signal.SIGINT, signal.default_int_handler)
def progress(*_):
    signal.raise_signal(signal.SIGINT)
try:
    explain("return", {UNKNOWN!r}, {SECRET!r}, now={NOW}, progress=progress)
except KeyboardInterrupt:
    print("interrupted")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")
    assert (done.stdout, done.stderr) == ("interrupted\n", "")


@pytest.mark.parametrize(
    ("error", "given"),
    [
        (InvalidArgument, {"kind": "links"}),
        (InvalidArgument, {"kind": "\ud800"}),
        (TypeError, {"kind": None}),
        (TypeError, {"message": 5}),
        (TypeError, {"secrets": None}),
        (TypeError, {"secrets": WorkflowSecret(SECRET)}),
        (TypeError, {"secrets": [SECRET, 5]}),
        (TypeError, {"others": [SECRET]}),
        (InvalidArgument, {"others": {"old": SECRET}}),
        (TypeError, {"others": {"rotated": 5}}),
        (TypeError, {"template": 5}),
        (TypeError, {"other_templates": "https://a.example/"}),
        (TypeError, {"headers": 5}),
        (InvalidArgument, {"expect": {"photo_count": 5}}),
        (InvalidArgument, {"expect": {"reference": None}}),
        (TypeError, {"computed": 5}),
        (TypeError, {"endpoint": 5}),
        (InvalidArgument, {"max_age": -1}),
        (TypeError, {"leeway": "1"}),
        (TypeError, {"require_timestamp": 1}),
        (TypeError, {"values": None}),
        (TypeError, {"max_bytes": "1"}),
        (TypeError, {"progress": 5}),
    ],
)
def test_a_wrong_argument_is_the_callers_mistake(error: type, given: dict[str, Any]) -> None:
    arguments = {"kind": "link", "message": LINK, "secrets": SECRET, "now": NOW, **given}
    with pytest.raises(error) as raised:
        explain(**arguments)
    assert SECRET not in str(raised.value)


def test_the_package_does_not_import_it() -> None:
    program = "import sys, visiono_workflow; print('visiono_workflow.explain' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")
    assert (done.stdout, done.stderr) == ("False\n", "")
