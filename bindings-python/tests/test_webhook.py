"""Webhooks, beyond the vectors: what Python may pass, and what it gets."""

import array
import copy
import email
import gc
import hashlib
import hmac
import http.client
import inspect
import io
import json
import pickle
import re
import sys
import threading
import typing
import weakref
from collections import OrderedDict
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any, Callable

import flask
import httpx
import pytest
import visiono_workflow
from conftest import OLD_SECRET, PROJECT, SECRET
from django.conf import settings
from django.http import HttpRequest
from django.http.request import HttpHeaders
from starlette.datastructures import Headers as StarletteHeaders
from starlette.requests import Request as StarletteRequest
from visiono_workflow import (
    DeliveredLink,
    Delivery,
    Expired,
    InvalidArgument,
    InvalidSecret,
    InvalidSignature,
    MalformedParameter,
    MissingParameter,
    NotYetValid,
    TestDelivery,
    VerificationError,
    VerifiedReturn,
    VerifiedWebhook,
    Webhook,
    WebhookEvent,
    WebhookSecret,
    Workflow,
    WorkflowSecret,
)
from werkzeug.datastructures import EnvironHeaders
from werkzeug.datastructures import Headers as WerkzeugHeaders

if not settings.configured:
    settings.configure()

NOW = 1735137300
DATA = {
    "photo_request": {"id": "sl_123", "custom_slug": "damage-report"},
    "permanent_link_submission": {
        "id": "pls_456",
        "unique_field_value": "ABC 123",
        "external_source": "zendesk",
        "external_reference": "ticket-é",
    },
}
EVENT = {"event": "submission.created", "timestamp": "2024-12-25T14:35:00Z", "data": DATA}
BODY = json.dumps(EVENT, ensure_ascii=False).encode()
WEBHOOK = Webhook("whsec_" + SECRET)
SIGNATURE = WEBHOOK.sign(BODY)
HEADERS = {
    "Content-Type": "application/json",
    "X-Visiono-Signature": SIGNATURE,
    "X-Visiono-Delivery": "d-1",
    "X-Visiono-Tenant-Id": "t-1",
}
PAIRS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
ENVIRON: dict[str, Any] = {
    **{"HTTP_" + name.upper().replace("-", "_"): value for name, value in HEADERS.items()},
    "REQUEST_METHOD": "POST",
    "wsgi.version": (1, 0),
    "wsgi.input": io.BytesIO(BODY),
    "wsgi.multithread": True,
}
SCOPE: dict[str, Any] = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "headers": [(name.lower(), value) for name, value in PAIRS],
    "client": None,
}


def message(headers: Any) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"


def signed(body: bytes, webhook: Webhook = WEBHOOK) -> dict[str, str]:
    return {"X-Webhook-Signature": webhook.sign(body)}


def receive(event: dict[str, Any], **options: Any) -> Delivery:
    body = json.dumps(event).encode()
    return Webhook("whsec_" + SECRET, **options).receive(body, signed(body), now=NOW)


class TestWebhook:
    def test_the_signature_is_that_of_the_standard_library(self) -> None:
        mac = hmac.new(("whsec_" + SECRET).encode(), BODY, hashlib.sha256)
        assert WEBHOOK.sign(BODY) == "sha256=" + mac.hexdigest()
        key = hashlib.sha256(BODY).hexdigest()
        assert WEBHOOK.verify(BODY, SIGNATURE).dedup_key == key
        assert WEBHOOK.receive(BODY, HEADERS, now=NOW).dedup_key == key

    def test_the_system_clock_is_the_default(self) -> None:
        with pytest.raises(Expired):
            WEBHOOK.receive(BODY, HEADERS)
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        body = json.dumps({"event": "a", "timestamp": now}).encode()
        delivery = WEBHOOK.receive(body, signed(body))
        assert delivery.occurred_at and delivery.occurred_at.isoformat() == now
        for now_is in (NOW, NOW + 0.9, datetime.fromtimestamp(NOW, timezone.utc)):
            assert WEBHOOK.receive(BODY, HEADERS, now=now_is)

    def test_secrets_rotate(self) -> None:
        both = Webhook([WebhookSecret(OLD_SECRET), "whsec_" + SECRET])
        assert both.receive(BODY, HEADERS, now=NOW).secret_index == 1
        assert both.verify(BODY, SIGNATURE).secret_index == 1
        assert both.sign(BODY) == Webhook(OLD_SECRET).sign(BODY)
        with pytest.raises(InvalidSignature):
            Webhook(OLD_SECRET).receive(BODY, HEADERS, now=NOW)

    @pytest.mark.parametrize("hour", [3600, 3600.9, timedelta(hours=1)])
    def test_periods(self, hour: Any) -> None:
        webhook = Webhook("whsec_" + SECRET, max_age=hour, leeway=hour)
        for now in (NOW + 3600, NOW - 3600):
            assert webhook.receive(BODY, HEADERS, now=now)
        with pytest.raises(Expired) as expired:
            webhook.receive(BODY, HEADERS, now=NOW + 3602)
        assert expired.value.seconds == 2
        with pytest.raises(NotYetValid) as early:
            webhook.receive(BODY, HEADERS, now=NOW - 3603)
        assert early.value.seconds == 3

    def test_an_event_without_a_timestamp_is_delivered(self) -> None:
        for event in ({"event": "submission.created", "data": DATA}, {**EVENT, "timestamp": None}):
            delivery = receive(event)
            assert delivery.event_time is None and delivery.occurred_at is None
            assert delivery.link and delivery.link.unique_value == "ABC 123"
            with pytest.raises(MissingParameter) as error:
                receive(event, require_timestamp=True)
            assert error.value.parameters == ("timestamp",)
        assert receive(EVENT, require_timestamp=True).event_time == NOW
        for time in (1735137300, "2024-12-25", "2024-12-25T14:35:00", "", [], False):
            with pytest.raises(MissingParameter) as error:
                receive({**EVENT, "timestamp": time})
            assert error.value.parameters == ("timestamp",)
        for value in (None, 0, 1, "no"):
            with pytest.raises(TypeError, match="require_timestamp must be a bool, not "):
                Webhook("whsec_" + SECRET, require_timestamp=value)

    def test_it_reveals_nothing(self) -> None:
        for thing in (WEBHOOK, WebhookSecret("whsec_" + SECRET), WorkflowSecret(SECRET)):
            shown = repr(thing) + str(thing) + format(thing) + repr(dir(thing))
            assert SECRET[:8] not in shown and "shown>)" in shown
            assert not hasattr(thing, "__dict__")
            with pytest.raises(AttributeError):
                thing.secret = "x"
        for body, header in ((BODY + b" ", SIGNATURE), (BODY, SIGNATURE[:-1] + "x")):
            with pytest.raises(VerificationError) as error:
                WEBHOOK.verify(body, header)
            told = str(error.value) + repr(error.value.__dict__)
            for value in (SECRET, SIGNATURE[7:], WEBHOOK.sign(body)[7:], "ticket"):
                assert value not in told

    @pytest.mark.parametrize(
        "thing", [WEBHOOK, WebhookSecret("whsec_" + SECRET), WorkflowSecret(SECRET)]
    )
    @pytest.mark.parametrize(
        "take",
        [copy.copy, copy.deepcopy]
        + [lambda w, p=p: pickle.dumps(w, p) for p in range(pickle.HIGHEST_PROTOCOL + 1)],
    )
    def test_pickling_and_copying_refuse(self, thing: Any, take: Callable[[Any], object]) -> None:
        wanted = f"a {type(thing).__name__} can't be pickled or copied, because a secret"
        with pytest.raises(TypeError, match=wanted):
            take(thing)

    def test_threads_share_one(self) -> None:
        results: list[Delivery] = []

        def run() -> None:
            for _ in range(200):
                results.append(WEBHOOK.receive(BODY, HEADERS, now=NOW))

        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 1600 and len(set(results)) == 1


class TestSecrets:
    def test_each_kind_has_its_type(self) -> None:
        secret = WebhookSecret("whsec_" + SECRET)
        assert Webhook(secret).receive(BODY, HEADERS, now=NOW).secret_index == 0
        assert Webhook(secret).sign(BODY) == Webhook([secret, secret]).sign(BODY) == SIGNATURE
        link = dict(slug="a", unique_value="a", source="a", reference="a", timestamp=NOW)
        signer = Workflow(WorkflowSecret(SECRET))
        assert signer.sign_link(**link) == Workflow(SECRET).sign_link(**link)
        with pytest.raises(
            TypeError, match=r"secret\[0\] must be str or WorkflowSecret, not Webho"
        ):
            Workflow(secret)
        with pytest.raises(
            TypeError, match=r"secret\[1\] must be str or WebhookSecret, not Workfl"
        ):
            Webhook(["whsec_" + SECRET, WorkflowSecret(SECRET)])
        assert Webhook(["whsec_" + SECRET, None]).sign(BODY) == SIGNATURE
        with pytest.raises(InvalidSecret, match=r"secret\[0\] is absent"):
            Webhook([None, secret])

    def test_what_cannot_be_one(self) -> None:
        for make in (Webhook, WebhookSecret, WorkflowSecret):
            for secret in ("short", "vsk_" + SECRET, SECRET + "\0", SECRET + "\n", ""):
                with pytest.raises(InvalidSecret) as error:
                    make(secret)
                assert not secret or secret not in str(error.value)
            with pytest.raises(InvalidSecret) as surrogate:
                make(SECRET + "\ud800")
            assert SECRET not in repr(surrogate.value) and surrogate.value.__context__ is None
            for wrong in (5, SECRET.encode(), [[SECRET]], {SECRET}):
                with pytest.raises(TypeError, match=r"(a secret|secret\[0\]) must be str"):
                    make(wrong)
        for kind in (WebhookSecret, WorkflowSecret):
            for wrong in (None, [SECRET]):
                with pytest.raises(TypeError, match="a secret must be str, not "):
                    kind(wrong)
        with pytest.raises(InvalidSecret, match="pass the workflow secret"):
            WorkflowSecret("whsec_" + SECRET)
        with pytest.raises(InvalidSecret):
            Webhook([])
        assert Webhook(secrets="whsec_" + SECRET)


class TestBodies:
    @pytest.mark.parametrize(
        "form",
        [
            bytes,
            bytearray,
            memoryview,
            bytes.decode,
            lambda body: memoryview(bytearray(body)),
            lambda body: memoryview(body + body)[: len(body)],
            lambda body: memoryview(bytes(b for byte in body for b in (byte, 0)))[::2],
            lambda body: memoryview(array.array("B", body)),
        ],
    )
    def test_every_form_reads_alike(self, form: Callable[[bytes], Any]) -> None:
        wanted = WEBHOOK.receive(BODY, HEADERS, now=NOW)
        assert WEBHOOK.receive(form(BODY), HEADERS, now=NOW) == wanted
        assert WEBHOOK.verify(form(BODY), SIGNATURE).dedup_key == wanted.dedup_key
        assert WEBHOOK.sign(form(BODY)) == SIGNATURE

    def test_subclasses_cannot_mislead(self) -> None:
        for kind in (str, bytes, bytearray):
            given = kind(BODY, "utf-8") if kind is str else kind(BODY)
            hostile = make_hostile(kind)(given)
            assert WEBHOOK.sign(hostile) == SIGNATURE
            assert WEBHOOK.receive(hostile, HEADERS, now=NOW).body == EVENT
        text = make_hostile(str)
        headers = {text(name): text(value) for name, value in HEADERS.items()}
        assert WEBHOOK.receive(BODY, headers, now=NOW)
        assert WEBHOOK.verify(BODY, text(SIGNATURE))
        with pytest.raises(InvalidSignature):
            WEBHOOK.verify(BODY, text(SIGNATURE + "\ud800"))

    @pytest.mark.parametrize(
        "body",
        [
            5,
            True,
            {},
            EVENT,
            [],
            [BODY],
            io.BytesIO(BODY),
            array.array("B", BODY),
            object(),
            HttpRequest(),
            StarletteRequest(SCOPE),
        ],
    )
    def test_what_was_parsed_is_refused(self, body: Any) -> None:
        for call in (
            lambda: WEBHOOK.receive(body, HEADERS),
            lambda: WEBHOOK.verify(body, SIGNATURE),
            lambda: WEBHOOK.sign(body),
        ):
            with pytest.raises(InvalidArgument) as error:
                call()
            assert (error.value.code, error.value.number) == ("invalid_argument", 301)
            told = str(error.value)
            assert f"not {type(body).__name__}: " in told
            for way in ("request.get_data()", "request.body", "await request.body()"):
                assert way in told

    def test_a_request_or_coroutine_is_refused(self) -> None:
        with flask.Flask("a").test_request_context(), pytest.raises(InvalidArgument):
            WEBHOOK.receive(flask.request, HEADERS)
        forgotten = StarletteRequest(SCOPE).body()
        with pytest.raises(InvalidArgument, match=r"not coroutine: .*await request\.body"):
            WEBHOOK.receive(forgotten, HEADERS)
        forgotten.close()

    def test_what_is_no_body(self) -> None:
        released = memoryview(BODY)
        released.release()
        with pytest.raises(InvalidArgument, match="released"):
            WEBHOOK.sign(released)
        for lone in ("\ud800", BODY.decode() + "\udcff"):
            with pytest.raises(InvalidSignature):
                WEBHOOK.receive(lone, HEADERS)
            with pytest.raises(MalformedParameter) as error:
                WEBHOOK.receive(lone, {"X-Webhook-Signature": WEBHOOK.sign(lone)})
            assert error.value.parameters == ("body",)

    def test_an_absent_body_is_an_empty_body(self) -> None:
        assert WEBHOOK.sign(None) == WEBHOOK.sign(b"")
        assert WEBHOOK.verify(None, WEBHOOK.sign(b"")) == WEBHOOK.verify(b"", WEBHOOK.sign(None))
        with pytest.raises(MalformedParameter) as error:
            WEBHOOK.receive(None, signed(b""), now=NOW)
        assert error.value.parameters == ("body",)
        with pytest.raises(MissingParameter):
            WEBHOOK.receive(None, {}, now=NOW)

    def test_one_byte_more_is_another_body(self) -> None:
        for body in (BODY + b" ", b" " + BODY, BODY[:-1], b"", json.dumps(EVENT).encode()):
            with pytest.raises(InvalidSignature):
                WEBHOOK.receive(body, HEADERS, now=NOW)

    def test_megabytes(self) -> None:
        head = b'{"event":"a","timestamp":"2024-12-25T14:35:00Z","x":"'
        largest = head + b"x" * ((1 << 20) - len(head) - 2) + b'"}'
        assert len(largest) == 1 << 20
        assert WEBHOOK.receive(largest, signed(largest), now=NOW).event == "a"
        for larger in (largest + b" ", largest * 20, (largest + b" ").decode()):
            with pytest.raises(MalformedParameter) as error:
                WEBHOOK.receive(larger, signed(larger), now=NOW)
            assert error.value.parameters == ("body",)

    def test_not_utf8(self) -> None:
        for body in (b"\xff", b'{"event":"\xed\xa0\x80"}', "é".encode("utf-16")):
            with pytest.raises(MalformedParameter) as error:
                WEBHOOK.receive(body, signed(body), now=NOW)
            assert error.value.parameters == ("body",)


def make_hostile(kind: Any) -> Any:
    """A subclass of which no method can be called from Python."""

    def fail(*arguments: object) -> Any:
        raise RuntimeError("it was called")

    names = ("__getattribute__", "__len__", "__bytes__", "__str__", "__iter__", "__getitem__")
    return type("Hostile", (kind,), {name: fail for name in names})


class TestHeaders:
    @pytest.mark.parametrize(
        "headers",
        [
            HEADERS,
            {name.lower(): value for name, value in HEADERS.items()},
            {name.upper().encode(): value.encode() for name, value in HEADERS.items()},
            {name: [value] for name, value in HEADERS.items()},
            {name: (value,) for name, value in HEADERS.items()},
            {**HEADERS, "X-Webhook-Signature": None, "X-Webhook-ID": []},
            OrderedDict(HEADERS),
            MappingProxyType(HEADERS),
            PAIRS,
            [list(pair) for pair in PAIRS],
            tuple(PAIRS),
            HEADERS.items(),
            iter(HEADERS.items()),
            ENVIRON,
            SCOPE,
            MappingProxyType(SCOPE),
            {**SCOPE, "headers": iter(SCOPE["headers"])},
            EnvironHeaders(ENVIRON),
            WerkzeugHeaders(HEADERS),
            HttpHeaders(ENVIRON),
            StarletteHeaders(HEADERS),
            StarletteHeaders(scope=SCOPE),
            StarletteRequest(SCOPE).headers,
            StarletteRequest(SCOPE),
            httpx.Headers(HEADERS),
            email.message_from_string(message(HEADERS)),
            http.client.parse_headers(io.BytesIO(message(HEADERS).encode())),
            {**HEADERS, "Headers": "text"},
            {**HEADERS, "headers": b"text"},
            {**HEADERS, "headers": ["a"]},
            {"headers": ["a", 5, None], **HEADERS},
            {**HEADERS, "headers": None},
            {**HEADERS, "headers": 5},
            {**HEADERS, "headers": {}},
            {**HEADERS, "headers": object()},
            [("headers", "a"), *PAIRS, ("headers", [("a",)])],
            [*PAIRS, "no pair", 5, ("a", "b", "c"), (5, "a"), (None, None)],
        ],
    )
    def test_every_form_reads_alike(self, headers: Any) -> None:
        delivery = WEBHOOK.receive(BODY, headers, now=NOW)
        assert delivery.unauthenticated_delivery_id == "d-1"
        assert delivery.unauthenticated_tenant_id == "t-1"

    @pytest.mark.parametrize(
        "form",
        [
            list,
            lambda pairs: {pairs[0][0]: [value for _, value in pairs]},
            lambda pairs: {**SCOPE, "headers": [(n.encode(), v.encode()) for n, v in pairs]},
            lambda pairs: WerkzeugHeaders(pairs),
            lambda pairs: StarletteHeaders(
                raw=[(n.lower().encode(), v.encode()) for n, v in pairs]
            ),
            lambda pairs: httpx.Headers(pairs),
            lambda pairs: {pairs[0][0]: ", ".join(value for _, value in pairs)},
            lambda pairs: email.message_from_string(
                "".join(f"{name}: {value}\n" for name, value in pairs)
            ),
        ],
    )
    def test_one_that_is_there_twice_is_seen(self, form: Callable[[Any], Any]) -> None:
        for name in ("X-Visiono-Signature", "X-Webhook-Signature"):
            assert WEBHOOK.receive(BODY, form([(name, SIGNATURE)]), now=NOW)
            for second in (SIGNATURE, "", "x"):
                with pytest.raises(InvalidSignature):
                    WEBHOOK.receive(BODY, form([(name, SIGNATURE), (name, second)]), now=NOW)

    def test_both_signatures_count(self) -> None:
        assert WEBHOOK.receive(BODY, {**HEADERS, "X-Webhook-Signature": SIGNATURE}, now=NOW)
        with pytest.raises(InvalidSignature):
            WEBHOOK.receive(BODY, {**HEADERS, "X-Webhook-Signature": "sha256="}, now=NOW)

    @pytest.mark.parametrize("value", ["é", "\xff", "\udcff", "漢", b"\xff", b"\xc3\xa9", ["é"]])
    def test_what_is_not_ascii(self, value: Any) -> None:
        with pytest.raises(InvalidSignature):
            WEBHOOK.receive(BODY, {"X-Visiono-Signature": value}, now=NOW)
        assert WEBHOOK.receive(BODY, {**HEADERS, "X-Other": value}, now=NOW)
        other = {**HEADERS, "X-Visiono-Delivery": value}
        given = WEBHOOK.receive(BODY, other, now=NOW).unauthenticated_delivery_id
        assert given in ("é", "\xff", "漢", None)
        if not isinstance(value, list):
            assert WEBHOOK.receive(BODY, [*PAIRS, (value, value)], now=NOW)
            with pytest.raises(InvalidSignature):
                WEBHOOK.verify(BODY, value)

    def test_raw_bytes_of_a_message(self) -> None:
        raw = b"X-Visiono-Delivery: \xe9\r\n" + message(signed(BODY)).encode()
        latin = http.client.parse_headers(io.BytesIO(raw))
        assert WEBHOOK.receive(BODY, latin, now=NOW).unauthenticated_delivery_id == "é"
        # It wraps such a value in a class of its own.
        wrapped = email.message_from_bytes(raw)
        assert WEBHOOK.receive(BODY, wrapped, now=NOW).unauthenticated_delivery_id == "\ufffd"
        with pytest.raises(InvalidSignature):
            WEBHOOK.receive(BODY, email.message_from_bytes(b"X-Visiono-Signature: \xe9\n"))

    @pytest.mark.parametrize(
        "headers",
        [
            *({}, [], (), iter(()), {"X-Visiono-Signature": None}, {"X-Other": 5}, {"headers": []}),
            *({"headers": ["a"]}, [SIGNATURE], [("a",)], {5: "a"}, {"X-Visiono-Signature": []}),
        ],
    )
    def test_an_absent_signature(self, headers: Any) -> None:
        with pytest.raises(MissingParameter) as error:
            WEBHOOK.receive(BODY, headers, now=NOW)
        assert error.value.parameters == ("sig",)

    @pytest.mark.parametrize(
        "headers, wanted",
        [
            (None, "headers must be a mapping .*, not NoneType"),
            (5, "headers must be a mapping .*, not int"),
            ("", "headers must be a mapping .*, not str"),
            (SIGNATURE, "headers must be a mapping .*, not str"),
            (SIGNATURE.encode(), "headers must be a mapping .*, not bytes"),
            (bytearray(SIGNATURE.encode()), "headers must be a mapping .*, not bytearray"),
            (object(), "headers must be a mapping .*, not object"),
        ],
    )
    def test_wrong_types(self, headers: Any, wanted: str) -> None:
        with pytest.raises(TypeError, match=wanted):
            WEBHOOK.receive(BODY, headers, now=NOW)

    @pytest.mark.parametrize("value", [5, [5], [SIGNATURE, None], {}, object(), True, iter("a")])
    def test_a_signature_that_is_not_text(self, value: Any) -> None:
        for headers in (
            {"X-Visiono-Signature": value},
            [("X-Visiono-Signature", SIGNATURE), ("X-Visiono-Signature", value)],
            {**HEADERS, "X-Webhook-Signature": value},
        ):
            with pytest.raises(InvalidSignature):
                WEBHOOK.receive(BODY, headers, now=NOW)
        other = {**HEADERS, "X-Visiono-Delivery": value, "X-Other": value, "X-Visiono-Event": value}
        delivery = WEBHOOK.receive(BODY, other, now=NOW)
        assert delivery.unauthenticated_delivery_id is None

    def test_an_error_of_the_headers_themselves_comes_through(self) -> None:
        def broken() -> Any:
            yield "X-Other", "a"
            raise KeyError("the caller's own")

        with pytest.raises(KeyError, match="the caller's own"):
            WEBHOOK.receive(BODY, broken())

    def test_the_header_alone(self) -> None:
        assert WEBHOOK.verify(BODY, SIGNATURE) == WEBHOOK.verify(BODY, SIGNATURE.encode())
        assert WEBHOOK.verify(BODY, header=SIGNATURE)
        with pytest.raises(MissingParameter) as error:
            WEBHOOK.verify(BODY, None)
        assert error.value.parameters == ("sig",)
        for header in ("", SIGNATURE[7:], SIGNATURE.upper(), SIGNATURE + " ", "x" * (1 << 21)):
            with pytest.raises(InvalidSignature):
                WEBHOOK.verify(BODY, header)
        for wrong in (5, [SIGNATURE], bytearray(SIGNATURE.encode())):
            with pytest.raises(TypeError, match="header must be str or bytes, not "):
                WEBHOOK.verify(BODY, wrong)


class TestResults:
    def test_a_delivery(self) -> None:
        delivery = WEBHOOK.receive(BODY, HEADERS, now=NOW)
        assert delivery.event == "submission.created" and delivery.event_time == NOW
        assert delivery.occurred_at == datetime(2024, 12, 25, 14, 35, tzinfo=timezone.utc)
        assert delivery.occurred_at.utcoffset() == timedelta(0)
        assert delivery.body == EVENT and delivery.data == DATA and not delivery.is_test
        assert delivery.data is delivery.body["data"]
        assert delivery.request_id == pickle.loads(pickle.dumps(delivery)).request_id == "sl_123"
        assert repr(delivery) == (
            "Delivery(event='submission.created', event_time=1735137300, "
            f"dedup_key='{delivery.dedup_key}', secret_index=0, …)"
        )

    def test_what_a_body_may_lack(self) -> None:
        delivery = receive({"event": "coffee.ready"})
        assert (delivery.event, delivery.data, delivery.link) == ("coffee.ready", None, None)
        assert "event_time=None" in repr(delivery)
        assert delivery.unauthenticated_delivery_id is delivery.unauthenticated_tenant_id is None
        assert delivery.request_id is None

    def test_it_compares_by_what_was_received(self) -> None:
        delivery = WEBHOOK.receive(BODY, HEADERS, now=NOW)
        again = WEBHOOK.receive(BODY, HEADERS, now=NOW + 9)
        assert delivery == again and hash(delivery) == hash(again) and delivery is not again
        again.body["data"] = None
        assert delivery == again and again.data is None and delivery.data == DATA
        others = (
            WEBHOOK.receive(BODY, {**HEADERS, "X-Visiono-Delivery": "d-2"}, now=NOW),
            WEBHOOK.receive(BODY, {**HEADERS, "X-Visiono-Tenant-Id": "t-2"}, now=NOW),
            WEBHOOK.receive(BODY + b" ", signed(BODY + b" "), now=NOW),
            Webhook([OLD_SECRET, "whsec_" + SECRET]).receive(BODY, HEADERS, now=NOW),
            "another type",
        )
        for other in others:
            assert delivery != other

    @pytest.mark.parametrize(
        "text, time",
        [
            ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=timezone.utc)),
            ("1969-12-31T23:59:59Z", datetime(1969, 12, 31, 23, 59, 59, tzinfo=timezone.utc)),
            ("2024-12-25T15:35:00.9+01:00", datetime(2024, 12, 25, 14, 35, tzinfo=timezone.utc)),
            # It is in year 1, but in UTC a minute before it, which no datetime can be.
            ("0001-01-01T00:00:00+00:01", None),
        ],
    )
    def test_times_that_a_datetime_has_or_not(self, text: str, time: Any) -> None:
        delivery = receive({"event": "a", "timestamp": text}, max_age=10**12)
        assert delivery.event_time is not None
        assert delivery.occurred_at == time

    def test_a_link(self) -> None:
        link = WEBHOOK.receive(BODY, HEADERS, now=NOW).link
        assert link is not None
        assert repr(link) == (
            "DeliveredLink(submission_id='pls_456', unique_value='ABC 123', source='zendesk', "
            "reference='ticket-é')"
        )
        again = WEBHOOK.receive(BODY, HEADERS, now=NOW).link
        assert link == again and hash(link) == hash(again) and link != "another type"
        workflow = Workflow(SECRET)

        def returned(**changes: Any) -> VerifiedReturn:
            fields: Any = dict(
                submission_id="pls_456", unique_value="ABC 123", reference="ticket-é", photo_count=1
            )
            fields.update(changes)
            return workflow.verify_return(workflow.sign_return("https://a.example/", **fields))

        assert link.matches(returned())
        for name in ("submission_id", "unique_value", "reference"):
            assert not link.matches(returned(**{name: "other"}))
        for wrong in (None, "pls_456", link):
            with pytest.raises(TypeError, match="verified must be a VerifiedReturn, not "):
                link.matches(wrong)

        data: Any = copy.deepcopy(DATA)
        del data["permanent_link_submission"]["id"]
        link = receive({**EVENT, "data": data}).link
        assert link is not None and link.submission_id is None
        assert repr(link).startswith("DeliveredLink(submission_id=None, ")
        assert link.matches(returned(submission_id="pls_457"))

    def test_they_match_patterns(self) -> None:
        delivery = WEBHOOK.receive(BODY, HEADERS, now=NOW)
        link, verified = delivery.link, WEBHOOK.verify(BODY, SIGNATURE)
        for thing, wanted in (
            (delivery, ("submission.created", DATA, link)),
            (link, ("pls_456", "ABC 123", "zendesk", "ticket-é")),
            (verified, (0, delivery.dedup_key)),
        ):
            assert tuple(getattr(thing, name) for name in thing.__match_args__) == wanted
        if sys.version_info >= (3, 10):  # which brought the statement itself
            found: dict[str, Any] = {"Delivery": Delivery, "delivery": delivery}
            statement = (
                "match delivery:\n"
                " case Delivery('submission.created', {'photo_request': request}, is_test=test):\n"
                "  pass"
            )
            exec(statement, found)
            assert (found["request"]["id"], found["test"]) == ("sl_123", False)

    def test_they_are_frozen(self) -> None:
        delivery = WEBHOOK.receive(BODY, HEADERS, now=NOW)
        verified = WEBHOOK.verify(BODY, SIGNATURE)
        for thing, name in (
            (delivery, "event"),
            (delivery, "data"),
            (delivery.link, "reference"),
            (verified, "dedup_key"),
        ):
            for attribute in (name, "another"):
                with pytest.raises(AttributeError):
                    setattr(thing, attribute, "x")
        for kind in (Delivery, DeliveredLink, VerifiedWebhook):
            with pytest.raises(TypeError):
                kind()

    def test_a_verified_webhook(self) -> None:
        verified = WEBHOOK.verify(BODY, SIGNATURE)
        key = verified.dedup_key
        assert repr(verified) == f"VerifiedWebhook(secret_index=0, dedup_key='{key}')"
        assert verified == WEBHOOK.verify(BODY, SIGNATURE.encode())
        assert hash(verified) == hash(WEBHOOK.verify(BODY, SIGNATURE))
        assert verified != WEBHOOK.verify(b"", WEBHOOK.sign(b"")) and verified != key

    def test_what_holds_itself_is_freed(self) -> None:
        class Witness:
            pass

        delivery = receive(EVENT)
        witness = Witness()
        gone = weakref.ref(witness)
        delivery.body["self"] = (delivery, witness)
        del delivery, witness
        gc.collect()
        assert gone() is None


class TestTestDeliveries:
    """The test kit: what Visiono would send."""

    @pytest.mark.parametrize("event", visiono_workflow._native.EVENTS)
    @pytest.mark.parametrize("style", ["guide", "developer"])
    def test_each_event_is_received(self, event: str, style: Any) -> None:
        test = WEBHOOK.test_delivery(event, style=style, now=NOW)
        assert type(test.body) is bytes and type(test.headers) is dict
        assert test.headers["Content-Type"] == "application/json"
        for headers in (test.headers, list(test.headers.items()), StarletteHeaders(test.headers)):
            delivery = WEBHOOK.receive(test.body, headers, now=NOW)
            assert (delivery.event, delivery.event_time) == (event, NOW)
            assert delivery.unauthenticated_delivery_id == "test"
        with pytest.raises(InvalidSignature):
            Webhook(OLD_SECRET).receive(test.body, test.headers, now=NOW)
        with pytest.raises(Expired):
            WEBHOOK.receive(test.body, test.headers, now=NOW + 3 * 3600 + 1)

    def test_the_fields_are_those_that_are_passed(self) -> None:
        test = WEBHOOK.test_delivery(
            "submission.created",
            id="d-9",
            submission_id="pls_9",
            unique_value='é "\\ 漢',
            source="a",
            reference="b",
            timestamp=False,
            now=datetime.fromtimestamp(NOW, timezone.utc),
        )
        delivery = WEBHOOK.receive(test.body, test.headers, now=NOW)
        assert delivery.event_time is None and delivery.unauthenticated_delivery_id == "d-9"
        assert repr(delivery.link) == (
            "DeliveredLink(submission_id='pls_9', unique_value='é \"\\\\ 漢', source='a', "
            "reference='b')"
        )

    def test_the_defaults_are_those_of_the_signature(self) -> None:
        parameters = inspect.signature(Webhook.test_delivery).parameters
        given = {name: each.default for name, each in list(parameters.items())[2:]}
        assert list(given) == [
            *("id", "submission_id", "unique_value", "source", "reference", "style"),
            *("timestamp", "now"),
        ]
        given["now"] = NOW
        plain = WEBHOOK.test_delivery("submission.created", now=NOW)
        full = WEBHOOK.test_delivery("submission.created", **given)
        assert (plain.body, plain.headers) == (full.body, full.headers)
        link = WEBHOOK.receive(plain.body, plain.headers, now=NOW).link
        assert link and (link.unique_value, link.source) == ("ABC123", "zendesk")
        assert (link.submission_id, link.reference) == ("pls_test", "ticket-456")

    def test_the_system_clock_is_the_default(self) -> None:
        test = WEBHOOK.test_delivery("submission.created")
        assert WEBHOOK.receive(test.body, test.headers).event_time

    def test_what_cannot_be_made(self) -> None:
        for arguments in (
            {"event": "coffee.ready"},
            {"style": "neither"},
            {"now": -1},
            {"now": NOW * 1000},
            {"reference": "\ud800"},
            *({"id": value} for value in ("", "a b", "é", "a\r\nX-Webhook-ID: b")),
        ):
            with pytest.raises(InvalidArgument):
                WEBHOOK.test_delivery(**{"event": "submission.created", **arguments})
        for name in ("event", "id", "submission_id", "unique_value", "source", "reference"):
            for wrong in (None, 5, b"a"):
                with pytest.raises(TypeError, match=f"{name} must be str, not "):
                    WEBHOOK.test_delivery(**{"event": "submission.created", name: wrong})
        with pytest.raises(TypeError, match="timestamp must be a bool, not "):
            WEBHOOK.test_delivery("submission.created", timestamp=1)

    def test_pytest_does_not_collect_it(self) -> None:
        assert TestDelivery.__test__ is False
        for taken in (lambda: TestDelivery(), lambda: setattr(deliver(), "body", b"")):
            with pytest.raises((TypeError, AttributeError)):
                taken()


def deliver() -> TestDelivery:
    return WEBHOOK.test_delivery("submission.created", now=NOW)


class TestWhatAStrangerWrote:
    """A signed value is text that a stranger chose: nothing that is shown of it is raw."""

    FORGED = "a\n2024-01-01 INFO paid\r\x1b[31m\u202e\x85"

    def test_it_is_escaped_when_it_is_shown(self) -> None:
        delivery = receive({**EVENT, "event": self.FORGED})
        assert delivery.event == self.FORGED
        shown = repr(delivery) + str(delivery)
        assert not any(c in shown for c in "\n\r\x1b\u202e\x85")

    @pytest.mark.parametrize(
        "name", ["unique_field_value", "external_source", "external_reference"]
    )
    @pytest.mark.parametrize("value", [FORGED, "a|b", "", 5, None, "\u2028", "\x9f", "\x7f"])
    def test_a_link_has_only_texts_that_are_fields(self, name: str, value: Any) -> None:
        data: Any = copy.deepcopy(DATA)
        data["permanent_link_submission"][name] = value
        delivery = receive({**EVENT, "data": data})
        assert delivery.link is None and delivery.data == data


class TestJson:
    def test_whole_numbers_are_exact(self) -> None:
        for number in (1 << 53, (1 << 53) + 1, (1 << 64) + 1, -(10**40) - 1, 10**308 + 1):
            given = receive({**EVENT, "data": number}).data
            assert given == number and type(given) is int

    def test_numbers_have_no_more_digits_than_python_takes(self) -> None:
        """It refuses to read more than 4300, or 640 if it is told so; a double has 309."""
        body = json.dumps({**EVENT, "data": 10**308}).encode()
        limit = getattr(sys, "get_int_max_str_digits", lambda: None)()
        if limit is not None:
            sys.set_int_max_str_digits(640)
        try:
            assert WEBHOOK.receive(body, signed(body), now=NOW).data == 10**308
            for zeros in (1, 333, 4000, 100_000):
                longer = body.replace(b"0" * 308, b"0" * (308 + zeros))
                for body_is in (longer, longer.replace(b"100", b"-100", 1)):
                    with pytest.raises(MalformedParameter) as error:
                        WEBHOOK.receive(body_is, signed(body_is), now=NOW)
                    assert error.value.parameters == ("body",)
            small = body.replace(b"0" * 308, b"0" * 9000 + b"e-9000")
            assert WEBHOOK.receive(small, signed(small), now=NOW).data == 1.0
        finally:
            if limit is not None:
                sys.set_int_max_str_digits(limit)

    def test_what_the_core_takes_python_takes(self) -> None:
        for text in (
            "[" * 126 + "]" * 126,
            '"\\ud83d\\ude00"',
            "-0",
            "1e-999",
            "1.5E+3",
            '"\\u0000"',
        ):
            body = b'{"event":"a","timestamp":"2024-12-25T14:35:00Z","data":%s}' % text.encode()
            assert WEBHOOK.receive(body, signed(body), now=NOW).data == json.loads(text)

    @pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", '"\\ud800"', '"\t"'])
    def test_what_python_alone_would_take_is_refused(self, text: str) -> None:
        body = b'{"event":"a","timestamp":"2024-12-25T14:35:00Z","data":%s}' % text.encode()
        with pytest.raises(MalformedParameter):
            WEBHOOK.receive(body, signed(body), now=NOW)


class TestDrift:
    def test_the_events_are_those_of_the_core(self) -> None:
        assert typing.get_args(WebhookEvent) == visiono_workflow._native.EVENTS
        assert len(visiono_workflow._native.EVENTS) == 7

    def test_the_payloads_are_those_of_the_core(self) -> None:
        source = (PROJECT.parent / "core/src/webhook/data.rs").read_text("utf-8")
        structs = re.findall(r"^pub struct (\w+) \{\n(.*?)^\}", source, re.MULTILINE | re.DOTALL)
        assert len(structs) == 6
        types = {"String": str, "u64": int, "f64": float, "bool": bool, "Value": Any}
        types.update({name: getattr(visiono_workflow, name) for name, _ in structs})
        types["Vec<Photo>"] = list[visiono_workflow.Photo]
        for name, members in structs:
            # Undocumented members, which a TypedDict doesn't name.
            members = members.replace("pub other: Other,", "").replace("kind: ", "type: ")
            fields = re.findall(r"pub (\w+): Option<(.*)>,", members)
            assert len(fields) == members.count("pub ")
            kind: Any = types[name]
            assert typing.get_type_hints(kind) == {field: types[rust] for field, rust in fields}
            assert not kind.__total__
