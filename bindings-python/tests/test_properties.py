"""Round trips, and hostile types and text: nothing but the library's own errors ever comes."""

import contextlib
import json
import string
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from conftest import NOW, OLD_SECRET, SECRET
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from visiono_workflow import (
    InvalidSignature,
    MalformedParameter,
    MissingParameter,
    RedirectTemplate,
    VerificationError,
    Webhook,
    Workflow,
    WorkflowError,
)

settings.register_profile("fixed", derandomize=True, deadline=None, max_examples=300, database=None)
settings.load_profile("fixed")

WORKFLOW = Workflow([OLD_SECRET, SECRET])
SIGNER = Workflow(SECRET)
WEBHOOK = Webhook(SECRET)

# The values in a nested one. Making more takes most of the time, and finds nothing more.
LEAVES = 10

# The characters of a field: no control character, no separator, no lone surrogate.
fields = st.text(
    st.characters(
        blacklist_categories=("Cs", "Cc", "Zl", "Zp"),
        blacklist_characters="|",
    ),
    min_size=1,
)
times = st.integers(0, 99_999_999_999)
counts = st.integers(0, (1 << 32) - 1)
slugs = st.text(string.ascii_letters + string.digits + "-._~", min_size=1)
templates = st.sampled_from(
    [
        "https://a.example/done",
        "https://a.example/done?x=1#end",
        "https://a.example/v-{submission_id}/{unique_value}-x?r={reference}&c={photo_count}"
        "&t={timestamp}&s=v1-{signature}",
    ]
)
texts = st.text() | st.text(st.characters(whitelist_categories=("Cs",)))
# JSON values, as far as a webhook may have them.
characters = st.characters(blacklist_categories=("Cs",))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(characters),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(characters), inner),
    max_leaves=LEAVES,
)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | texts
    | st.binary()
    | st.datetimes()
    | st.timedeltas(),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(texts | st.binary() | st.integers(), inner)
        | st.sets(st.integers())
    ),
    max_leaves=LEAVES,
)


@given(slugs, fields, fields, fields, times)
def test_links(slug: str, unique_value: str, source: str, reference: str, timestamp: int) -> None:
    assume(slug not in (".", ".."))
    url = SIGNER.sign_link(
        slug=slug,
        unique_value=unique_value,
        source=source,
        reference=reference,
        timestamp=timestamp,
    )
    assert url.isascii()
    query = urlsplit(url).query
    for message in (url, url.encode(), parse_qs(query), parse_qsl(query)):
        link = WORKFLOW.verify_link(message, now=timestamp)
        assert (link.unique_value, link.source, link.reference) == (
            unique_value,
            source,
            reference,
        )
        assert (link.timestamp, link.secret_index) == (timestamp, 1)


@given(templates, fields, fields, fields, counts, times)
def test_returns(
    template: str,
    submission_id: str,
    unique_value: str,
    reference: str,
    photo_count: int,
    timestamp: int,
) -> None:
    expect: Any = {
        "submission_id": submission_id,
        "unique_value": unique_value,
        "reference": reference,
        "photo_count": photo_count,
        "timestamp": timestamp,
    }
    url = SIGNER.sign_return(template, **expect)
    parsed = RedirectTemplate(template)
    done = WORKFLOW.verify_return(url, template=parsed, now=timestamp, expect=expect)
    assert {name: getattr(done, name) for name in expect} == expect
    assert done.secret_index == 1


@given(anything)
@example("sub=\ud800")
@example({"sub": ["\ud800", b"\xff"]})
@example(b"\xff")
def test_hostile_messages(message: Any) -> None:
    containers = (str, bytes, list, tuple, dict, set)
    for verify in (WORKFLOW.verify_link, WORKFLOW.verify_return):
        try:
            verify(message, now=NOW)
        except VerificationError:
            continue
        except TypeError:
            # Only an object of unknown shape is one, never what is in it.
            assert not isinstance(message, containers)
            continue
        raise AssertionError("it can't be genuine")


@given(texts | st.binary())
def test_hostile_text_is_refused_and_never_of_a_wrong_type(message: Any) -> None:
    for name in ("sub", "uv", "sig"):
        pair = f"{name}={message}" if isinstance(message, str) else name.encode() + b"=" + message
        try:
            WORKFLOW.verify_return(pair, now=NOW)
        except VerificationError:
            continue
        raise AssertionError("it can't be genuine")


@given(st.text(characters), values, st.booleans())
def test_webhooks(event: str, data: Any, ascii_only: bool) -> None:
    content = {"event": event, "data": data}
    body = json.dumps(content, ensure_ascii=ascii_only).encode()
    headers = {"x-webhook-signature": WEBHOOK.sign(body)}
    delivery = WEBHOOK.receive(body, headers)
    # As text, for 1 and 1.0 and true are equal.
    assert json.dumps(delivery.body) == json.dumps(content)
    assert (delivery.event, delivery.link) == (event, None)
    for other in (body + b" ", body.upper() + b"\n", b""):
        try:
            WEBHOOK.receive(other, headers)
        except InvalidSignature:
            continue
        raise AssertionError("it can't be genuine")


@given(st.binary() | st.text(characters))
def test_a_signed_body_of_any_bytes(body: Any) -> None:
    signature = WEBHOOK.sign(body)
    assert WEBHOOK.verify(body, signature).secret_index == 0
    try:
        WEBHOOK.receive(body, [("X-Visiono-Signature", signature)])
    except MalformedParameter as error:
        assert error.parameters == ("body",)
        return
    raise AssertionError("it has no event")


@given(anything)
@example("\ud800")
def test_hostile_webhooks(value: Any) -> None:
    calls = (
        lambda: WEBHOOK.receive(value, {}),
        lambda: WEBHOOK.receive(b"{}", value),
        lambda: WEBHOOK.receive(b"{}", {"X-Visiono-Signature": value}),
        lambda: WEBHOOK.receive(b"{}", [(value, "a")]),
        lambda: WEBHOOK.receive(b"{}", [], now=value),
        lambda: WEBHOOK.verify(value, None),
        lambda: WEBHOOK.verify(b"{}", value),
    )
    for call in calls:
        try:
            call()
        except (WorkflowError, TypeError):
            continue
        raise AssertionError("it can't be genuine")


@given(
    st.dictionaries(texts | st.binary() | st.integers() | st.just("headers"), anything, max_size=5)
)
def test_hostile_headers_are_refused_and_never_of_a_wrong_type(headers: Any) -> None:
    for more in ({}, {"X-Visiono-Delivery": "\ud800"}, {"X-Visiono-Signature": b"\xff"}):
        try:
            WEBHOOK.receive(b"{}", {**headers, **more})
        except (MissingParameter, InvalidSignature):
            continue
        raise AssertionError("it can't be genuine")


@given(anything, st.integers(0, 15))
def test_hostile_arguments(value: Any, place: int) -> None:
    link: Any = {"slug": "a", "unique_value": "a", "source": "a", "reference": "a"}
    done: Any = {"submission_id": "a", "unique_value": "a", "reference": "a", "photo_count": 1}
    calls = [
        lambda: Workflow(value),
        lambda: Workflow([SECRET, value]),
        lambda: Workflow(SECRET, max_age=value),
        lambda: Webhook(value),
        lambda: Webhook([SECRET, value]),
        lambda: Webhook(SECRET, require_timestamp=value),
        lambda: WEBHOOK.sign(value),
        lambda: RedirectTemplate(value),
        lambda: SIGNER.sign_link(**{**link, "slug": value}),
        lambda: SIGNER.sign_link(**{**link, "slug": None, "link": value}),
        lambda: SIGNER.sign_link(**{**link, "reference": value}),
        lambda: SIGNER.sign_link(**link, timestamp=value),
        lambda: SIGNER.sign_return("https://a.example/", **{**done, "photo_count": value}),
        lambda: SIGNER.sign_return(value, **done),
        lambda: SIGNER.verify_return("", now=value),
        lambda: SIGNER.verify_return("", expect=value),
    ]
    with contextlib.suppress(WorkflowError, TypeError):
        calls[place]()
