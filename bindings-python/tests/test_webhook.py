"""Webhooks, beyond the vectors: what Python may pass, and what it gets."""

import array
import copy
import email
import gc
import hashlib
import hmac
import http.client
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
        both = Webhook(WebhookSecret(OLD_SECRET), "whsec_" + SECRET)
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

    def test_freshness_can_be_turned_off(self) -> None:
        webhook = Webhook("whsec_" + SECRET, freshness=False)
        assert webhook.receive(BODY, HEADERS, now=0).event_time == NOW
        with pytest.raises(MissingParameter) as error:
            receive({"event": "a"})
        assert error.value.parameters == ("timestamp",)
        delivery = receive({"event": "a"}, freshness=False)
        assert delivery.event_time is None and delivery.occurred_at is None
        for value in (None, 0, 1, "no"):
            with pytest.raises(TypeError):
                Webhook("whsec_" + SECRET, freshness=value)

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
        assert Webhook(secret).sign(BODY) == Webhook(secret, secret).sign(BODY) == SIGNATURE
        link = dict(slug="a", unique_value="a", source="a", reference="a", timestamp=NOW)
        signer = Workflow(WorkflowSecret(SECRET))
        assert signer.sign_link(**link) == Workflow(SECRET).sign_link(**link)
        with pytest.raises(TypeError, match="a secret must be str or WorkflowSecret, not Webhook"):
            Workflow(secret)
        with pytest.raises(TypeError, match="a secret must be str or WebhookSecret, not Workflow"):
            Webhook("whsec_" + SECRET, WorkflowSecret(SECRET))

    def test_what_cannot_be_one(self) -> None:
        for make in (Webhook, WebhookSecret, WorkflowSecret):
            for secret in ("short", "vsk_" + SECRET, SECRET + "\0", SECRET + "\n", ""):
                with pytest.raises(InvalidSecret) as error:
                    make(secret)
                assert not secret or secret not in str(error.value)
            with pytest.raises(InvalidArgument) as surrogate:
                make(SECRET + "\ud800")
            assert SECRET not in repr(surrogate.value) and surrogate.value.__context__ is None
            for wrong in (None, 5, SECRET.encode(), [SECRET]):
                with pytest.raises(TypeError, match="a secret must be str"):
                    make(wrong)
        with pytest.raises(InvalidSecret, match="use the workflow secret"):
            WorkflowSecret("whsec_" + SECRET)
        with pytest.raises(InvalidSecret, match="no secret was given"):
            Webhook(*[])
        assert Webhook(secret="whsec_" + SECRET)


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
            None,
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
            with pytest.raises(InvalidArgument, match="body has a surrogate"):
                WEBHOOK.receive(lone, HEADERS)

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
        [{}, [], (), iter(()), {"X-Visiono-Signature": None}, {"X-Other": 5}, {"headers": []}],
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
            (object(), "headers must be a mapping .*, not object"),
            ([SIGNATURE], "an item of headers must be a pair of name and value, not str"),
            ([("a",)], "an item of headers must be a pair of name and value, not tuple"),
            ({"headers": ["a"]}, "an item of headers must be a pair of name and value, not str"),
            ({5: "a"}, "a name or value of headers must be str or bytes, not int"),
            ({"X-Visiono-Signature": 5}, "a name or value of headers must be .*, not int"),
            ({"X-Visiono-Signature": [5]}, "a name or value of headers must be .*, not int"),
            ({"X-Visiono-Signature": {}}, "a name or value of headers must be .*, not dict"),
        ],
    )
    def test_wrong_types(self, headers: Any, wanted: str) -> None:
        with pytest.raises(TypeError, match=wanted):
            WEBHOOK.receive(BODY, headers, now=NOW)

    def test_an_error_of_the_headers_themselves_comes_through(self) -> None:
        def broken() -> Any:
            yield "X-Other", "a"
            raise KeyError("the caller's own")

        with pytest.raises(KeyError, match="the caller's own"):
            WEBHOOK.receive(BODY, broken())

    def test_the_header_alone(self) -> None:
        assert WEBHOOK.verify(BODY, SIGNATURE) == WEBHOOK.verify(BODY, SIGNATURE.encode())
        assert WEBHOOK.verify(BODY, signature_header=SIGNATURE)
        with pytest.raises(MissingParameter) as error:
            WEBHOOK.verify(BODY, None)
        assert error.value.parameters == ("sig",)
        for header in ("", SIGNATURE[7:], SIGNATURE.upper(), SIGNATURE + " ", "x" * (1 << 21)):
            with pytest.raises(InvalidSignature):
                WEBHOOK.verify(BODY, header)
        for wrong in (5, [SIGNATURE], bytearray(SIGNATURE.encode())):
            with pytest.raises(TypeError, match="signature_header must be str or bytes, not "):
                WEBHOOK.verify(BODY, wrong)


class TestResults:
    def test_a_delivery(self) -> None:
        delivery = WEBHOOK.receive(BODY, HEADERS, now=NOW)
        assert delivery.event == "submission.created" and delivery.event_time == NOW
        assert delivery.occurred_at == datetime(2024, 12, 25, 14, 35, tzinfo=timezone.utc)
        assert delivery.occurred_at.utcoffset() == timedelta(0)
        assert delivery.body == EVENT and delivery.data == DATA and not delivery.is_test
        assert delivery.data is delivery.body["data"]
        assert repr(delivery) == (
            "Delivery(event='submission.created', event_time=1735137300, "
            f"dedup_key='{delivery.dedup_key}', secret_index=0, …)"
        )

    def test_what_a_body_may_lack(self) -> None:
        delivery = receive({"event": "coffee.ready"}, freshness=False)
        assert (delivery.event, delivery.data, delivery.link) == ("coffee.ready", None, None)
        assert "event_time=None" in repr(delivery)
        assert delivery.unauthenticated_delivery_id is delivery.unauthenticated_tenant_id is None

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
            Webhook(OLD_SECRET, "whsec_" + SECRET).receive(BODY, HEADERS, now=NOW),
            "another type",
        )
        for other in others:
            assert delivery != other

    @pytest.mark.parametrize(
        "text, time",
        [
            ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=timezone.utc)),
            ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)),
            ("1969-12-31T23:59:59Z", datetime(1969, 12, 31, 23, 59, 59, tzinfo=timezone.utc)),
            ("2024-12-25T15:35:00.9+01:00", datetime(2024, 12, 25, 14, 35, tzinfo=timezone.utc)),
            ("0000-01-01T00:00:00Z", None),
            ("0000-01-01T00:00:00+23:59", None),
            ("0001-01-01T00:00:00+00:01", None),
            ("9999-12-31T23:59:59-00:01", None),
        ],
    )
    def test_times_that_a_datetime_has_or_not(self, text: str, time: Any) -> None:
        delivery = receive({"event": "a", "timestamp": text}, freshness=False)
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
            # What isn't documented, which a TypedDict doesn't name.
            members = members.replace("pub other: Other,", "").replace("kind: ", "type: ")
            fields = re.findall(r"pub (\w+): Option<(.*)>,", members)
            assert len(fields) == members.count("pub ")
            kind: Any = types[name]
            assert typing.get_type_hints(kind) == {field: types[rust] for field, rust in fields}
            assert not kind.__total__
