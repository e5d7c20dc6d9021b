"""Objects that are read by their shape: requests, URLs, events of Lambda, and those that lie."""

import base64
import http.client
from collections import UserDict
from typing import Any, Callable
from unittest.mock import MagicMock, Mock
from urllib.parse import parse_qs, parse_qsl, urlparse, urlsplit

import pytest
from conftest import NOW, SECRET
from visiono_workflow import (
    DuplicateParameter,
    InvalidArgument,
    InvalidSignature,
    MalformedParameter,
    MissingParameter,
    VerificationError,
    Webhook,
    Workflow,
)

WORKFLOW, WEBHOOK = Workflow(SECRET), Webhook(SECRET)
FIELDS: Any = dict(submission_id="pls_1", unique_value="A 1", photo_count=2, timestamp=NOW)
TEMPLATE = (
    "https://app.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}"
    "&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}"
)
URL = WORKFLOW.sign_return(TEMPLATE, **FIELDS, reference="2024/0815 50%")
TARGET = URL[len("https://app.example") :]
PATH, _, QUERY = TARGET.partition("?")
DECODED = "/tickets/2024/0815 50%/done"
PAIRS = parse_qsl(QUERY)


def verify(message: Any) -> str:
    return WORKFLOW.verify_return(message, template=TEMPLATE, now=NOW).reference


def code(call: Callable[[], Any]) -> str:
    with pytest.raises(VerificationError) as error:
        call()
    return error.value.code


def environ(**more: Any) -> dict[str, Any]:
    path = {"SCRIPT_NAME": "", "PATH_INFO": DECODED, "QUERY_STRING": QUERY}
    return {"wsgi.version": (1, 0), "REQUEST_METHOD": "GET", **path, **more}


def scope(**more: Any) -> dict[str, Any]:
    path = {"path": DECODED, "raw_path": PATH.encode(), "query_string": QUERY.encode()}
    return {"type": "http", "method": "GET", "headers": [], **path, **more}


def event(kind: str, query: str = QUERY) -> dict[str, Any]:
    """An event of Lambda, as AWS documents it."""
    multiple, single = parse_qs(query), dict(parse_qsl(query))
    raw = [each.partition("=") for each in query.split("&") if each]
    context: dict[str, Any] = {"elb": {}} if kind.startswith("alb") else {}
    made: dict[str, Any] = {"requestContext": context, "headers": {}, "path": PATH}
    if kind == "v1":
        made["multiValueQueryStringParameters"] = multiple or None
        made["queryStringParameters"] = single or None
    elif kind == "v2":
        made = {"version": "2.0", "rawPath": PATH, "rawQueryString": query, **made}
        made["queryStringParameters"] = {name: ",".join(multiple[name]) for name in multiple}
    elif kind == "alb":
        made["queryStringParameters"] = {name: value for name, _, value in raw}
    else:
        made["multiValueQueryStringParameters"] = {}
        for name, _, value in raw:
            made["multiValueQueryStringParameters"].setdefault(name, []).append(value)
    return made


class TestTargets:
    @pytest.mark.parametrize(
        "message",
        [
            environ(RAW_URI=TARGET),
            environ(REQUEST_URI=TARGET),
            environ(RAW_URI=URL),
            environ(RAW_URI="", REQUEST_URI=TARGET),
            # As Flask's test client passes a query of its own.
            environ(RAW_URI=PATH, REQUEST_URI=PATH),
            scope(),
            scope(raw_path=TARGET.encode()),
            urlsplit(URL),
            urlsplit(URL.encode()),
            urlparse(TARGET),
        ],
    )
    def test_the_target_is_that_of_the_browser(self, message: Any) -> None:
        assert verify(message) == "2024/0815 50%"

    def test_objects_that_hold_it(self) -> None:
        for name, value in (
            *(("environ", environ(RAW_URI=TARGET)), ("scope", scope())),
            *(("env", environ(RAW_URI=TARGET)), ("wsgi_environ", environ(REQUEST_URI=TARGET))),
            *(("raw_url", TARGET.encode()), ("raw_path_qs", TARGET), ("raw_path", TARGET)),
            *(("uri", TARGET), ("uri", TARGET.encode()), ("url", URL), ("url", urlsplit(URL))),
        ):
            own = type("Request", (), {})()
            setattr(own, name, value)
            for request in (
                own,
                type("Request", (), {name: value})(),
                type("Request", (), {name: property(lambda _, value=value: value)})(),
                type("Handler", (), {"request": own})(),
            ):
                assert verify(request) == "2024/0815 50%"

    def test_without_it_the_path_is_written_again(self) -> None:
        for message in (environ(), scope(raw_path=None)):
            assert code(lambda message=message: verify(message)) == "missing_parameter"
        for reference in ("50%", "%41", "é ü", "a;b", "a?b#c", "Ñ"):
            query = WORKFLOW.sign_return(TEMPLATE, **FIELDS, reference=reference).partition("?")[2]
            path = f"/tickets/{reference}/done"
            in_bytes = path.encode().decode("latin-1")
            for message in (
                environ(SCRIPT_NAME="", PATH_INFO=in_bytes, QUERY_STRING=query),
                environ(SCRIPT_NAME=in_bytes[:8], PATH_INFO=in_bytes[8:], QUERY_STRING=query),
                # As Django's runserver leaves it.
                environ(PATH_INFO=path, QUERY_STRING=query),
                scope(path=path, raw_path=None, query_string=query.encode()),
                scope(path=path, raw_path=b"", query_string=query.encode()),
            ):
                assert verify(message) == reference

    def test_a_target_always_has_a_path_and_no_fragment(self) -> None:
        """Otherwise the expected value would stand in for the value of the path."""
        expect: Any = {"reference": "2024/0815 50%"}
        for target in (QUERY, "?" + QUERY, "x" + TARGET, TARGET.replace("?", "#?"), "*", ""):
            for message in (
                environ(RAW_URI=target, PATH_INFO="", QUERY_STRING=""),
                scope(raw_path=target.encode(), path=""),
            ):
                with pytest.raises(VerificationError):
                    WORKFLOW.verify_return(message, template=TEMPLATE, now=NOW, expect=expect)
        for name in ("raw_url", "raw_path", "uri"):
            for query in (QUERY, QUERY.encode()):
                own = type("Request", (), {name: query})()
                with pytest.raises(MissingParameter):
                    WORKFLOW.verify_return(own, template=TEMPLATE, now=NOW, expect=expect)
        for message in (
            environ(RAW_URI=TARGET + "#&ref=x"),
            type("Request", (), {"uri": TARGET + "#&ref=x"})(),
            scope(query_string=QUERY.encode() + b"#&ref=x"),
        ):
            with pytest.raises(DuplicateParameter):
                verify(message)

    def test_bytes_that_are_not_utf_8(self) -> None:
        other = "&x=\xff&\xff"
        for message in (
            environ(RAW_URI=TARGET + other),
            scope(query_string=(QUERY + other).encode("latin-1")),
        ):
            assert verify(message) == "2024/0815 50%"
        assert code(lambda: verify(environ(RAW_URI=TARGET + "&ref=\xff"))) == "duplicate_parameter"
        for wrong in (5, None, b"x", ["x"], object()):
            for message in (
                environ(RAW_URI=wrong, PATH_INFO=wrong, QUERY_STRING=wrong),
                scope(raw_path=wrong, path=wrong),
            ):
                with pytest.raises(VerificationError):
                    verify(message)

    def test_what_a_stranger_names_is_no_target(self) -> None:
        """A mapping that shows parameters as attributes, or has them as keys."""
        names = ("environ", "scope", "env", "uri", "url", "raw_path", "RAW_URI", "requestContext")
        names += ("geturl", "multi_items", "lists", "items", "keys", "scheme", "query", "request")
        genuine = dict(PAIRS)

        class Shown(UserDict):  # type: ignore[type-arg]
            def __getattr__(self, name: str) -> Any:
                return self.data.get(name, "") if name != "data" else {}

        class Both(dict):  # type: ignore[type-arg]
            def __init__(self, *arguments: Any) -> None:
                super().__init__(*arguments)
                self.__dict__ = self

        forged = {name: "/?ref=forged" for name in names}
        for kind in (dict, Shown, Both):
            message = kind({**genuine, **forged})
            assert WORKFLOW.verify_return(message, now=NOW).reference == "2024/0815 50%"
            only = kind({name: TARGET for name in names})
            assert code(lambda only=only: verify(only)) == "missing_parameter"


class TestEvents:
    @pytest.mark.parametrize("kind", ["v1", "v2", "alb", "alb_multi"])
    def test_events(self, kind: str) -> None:
        assert verify(event(kind)) == "2024/0815 50%"
        others = QUERY + "&tag=a&tag=b&utm_source=&x=%2526"
        assert verify(event(kind, others)) == "2024/0815 50%"
        doubled = QUERY + "&ref=2024%2F0815%2050%25"
        if kind != "alb":  # which has dropped one of them
            assert code(lambda: verify(event(kind, doubled))) == "duplicate_parameter"
        assert code(lambda: verify(event(kind, ""))) == "missing_parameter"

    def test_an_event_without_parameters(self) -> None:
        nothing = {"queryStringParameters": None, "multiValueQueryStringParameters": None}
        made = {"requestContext": {}, "path": PATH, **nothing}
        assert code(lambda: verify(made)) == "missing_parameter"
        assert code(lambda: verify({"requestContext": {}})) == "missing_parameter"
        made["multiValueQueryStringParameters"] = {**parse_qs(QUERY), "x": None, "y": [5, None]}
        assert verify(made) == "2024/0815 50%"
        made["multiValueQueryStringParameters"].update({5: "x", "\ud800": ["\ud800"], "z": [{}]})
        assert verify(made) == "2024/0815 50%"
        made["multiValueQueryStringParameters"]["cnt"] = [2]
        assert code(lambda: verify(made)) == "malformed_parameter"

    def test_webhooks(self) -> None:
        made = WEBHOOK.test_delivery("submission.created", reference="ticket-é", now=NOW)
        plain = {"body": made.body.decode(), "isBase64Encoded": False}
        encoded = {"body": base64.b64encode(made.body).decode(), "isBase64Encoded": True}
        marked = [{**body, "body": Marked(body["body"])} for body in (plain, encoded)]
        for body in (plain, encoded, *marked):
            for headers in (
                {"headers": made.headers},
                {"headers": {"x": "y"}, "multiValueHeaders": lists(made.headers)},
                {"headers": None, "multiValueHeaders": lists(made.headers)},
            ):
                request = {"requestContext": {}, **body, **headers}
                assert WEBHOOK.receive(request, request, now=NOW).link.reference == "ticket-é"
        twice = {name: values * 2 for name, values in lists(made.headers).items()}
        for changed in (
            *({"body": None}, {"body": "%%%"}, {"body": encoded["body"] + "x"}),
            *({"isBase64Encoded": False}, {"multiValueHeaders": twice}),
        ):
            request = {"requestContext": {}, "headers": made.headers, **encoded, **changed}
            with pytest.raises(InvalidSignature):
                WEBHOOK.receive(request, request, now=NOW)
        request = {"requestContext": {}, "body": None}
        with pytest.raises(MissingParameter):
            WEBHOOK.receive(request, request, now=NOW)


class Marked(str):
    """Text of a class that says more about it, such as ``markupsafe.Markup``."""

    def encode(self, *args: object, **options: object) -> bytes:
        raise AssertionError


def lists(headers: dict[str, str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in headers.items()}


class TestHeaders:
    def test_objects_that_hold_headers(self) -> None:
        made = WEBHOOK.test_delivery("submission.created", now=NOW)
        wsgi = {"HTTP_" + name.upper().replace("-", "_"): v for name, v in made.headers.items()}
        asgi = [(name.lower().encode(), v.encode()) for name, v in made.headers.items()]
        message = http.client.HTTPMessage()
        for name, value in made.headers.items():
            message[name] = value
        own: Any = type("Request", (), {})()
        own.headers = message
        for request in (
            *(environ(**wsgi), scope(headers=asgi), own, message),
            *(type("R", (), {"environ": environ(**wsgi)})(), type("R", (), {"request": own})()),
            *(type("R", (), {"scope": scope(headers=asgi)})(), type("R", (), {"headers": asgi})()),
        ):
            for body in (made.body, bytearray(made.body), memoryview(made.body)):
                assert WEBHOOK.receive(body, request, now=NOW).event == "submission.created"
            assert WEBHOOK.receive(made.body.decode(), request, now=NOW).event


class TestParametersOfOthers:
    @pytest.mark.parametrize(
        "other",
        [None, 5, 5.5, True, ["a", "b"], [], ["a", 5], [None], {"a": {"b": []}}, b"\xff", object()],
    )
    def test_they_are_ignored(self, other: Any) -> None:
        for message in ({**dict(PAIRS), "tag": other}, [*PAIRS, ("tag", other), (other, other)]):
            assert WORKFLOW.verify_return(message, now=NOW).reference == "2024/0815 50%"

    @pytest.mark.parametrize(
        "own, wanted",
        [
            (None, MissingParameter),
            ([], MissingParameter),
            ("", MissingParameter),
            (5, MalformedParameter),
            (["a", 5], MalformedParameter),
            ([None], MalformedParameter),
            ({"a": "b"}, MalformedParameter),
            (["2024/0815 50%"] * 2, DuplicateParameter),
            (["2024/0815 50%"], None),
            (("2024/0815 50%",), None),
            (b"2024/0815 50%", None),
        ],
    )
    def test_own_ones_are_not(self, own: Any, wanted: Any) -> None:
        message = {**dict(PAIRS), "ref": own}
        if wanted is None:
            assert WORKFLOW.verify_return(message, now=NOW).reference == "2024/0815 50%"
        else:
            with pytest.raises(wanted):
                WORKFLOW.verify_return(message, now=NOW)


class Answers:
    """Has every attribute: each is something else."""

    def __init__(self, answer: Any) -> None:
        object.__setattr__(self, "answer", answer)

    def __getattr__(self, name: str) -> Any:
        return self.answer


class Raises:
    def __getattribute__(self, name: str) -> Any:
        raise ZeroDivisionError


class RaisingProperties:
    @property
    def scope(self) -> Any:
        raise ZeroDivisionError

    environ = env = raw_url = raw_path = uri = url = request = geturl = headers = scope
    keys = items = lists = multi_items = allitems = requestline = scheme = query = scope


class Lies:
    @property
    def __class__(self) -> Any:
        return str


class Itself:
    @property
    def request(self) -> Any:
        return self

    url = environ = scope = _get_current_object = request


def hostile() -> list[Any]:
    return [
        Itself(),
        *(Answers(answer) for answer in ("", "text", TARGET, b"x", 5, None, len, {}, [], PAIRS)),
        *(Answers(lambda *_, **__: 5), Answers(Mock())),
        *(Raises(), RaisingProperties(), Lies(), Mock(), Mock(spec=["items"]), type, object()),
    ]


class TestHostileObjects:
    # Pytest would look at the objects themselves.
    @pytest.mark.parametrize("position", range(len(hostile())))
    def test_they_are_of_the_wrong_type(self, position: int) -> None:
        value = hostile()[position]
        for call in (WORKFLOW.verify_return, WORKFLOW.verify_link):
            with pytest.raises(TypeError, match="input must be a URL or query"):
                call(value)
        with pytest.raises(TypeError, match="headers must be a mapping"):
            WEBHOOK.receive(b"{}", value)
        with pytest.raises(InvalidArgument, match="body must be the raw body"):
            WEBHOOK.receive(value, {})
        with pytest.raises(TypeError, match="expect must be a mapping"):
            WORKFLOW.verify_return(TARGET, expect=value)

    def test_an_empty_iterable_is_an_empty_message(self) -> None:
        # `MagicMock` is one.
        for empty in (MagicMock(), iter(()), set()):
            assert code(lambda empty=empty: WORKFLOW.verify_return(empty)) == "missing_parameter"
            assert code(lambda empty=empty: WEBHOOK.receive(b"", empty)) == "missing_parameter"
