"""Links and returns, beyond the vectors."""

import copy
import pickle
import sys
import threading
from collections import OrderedDict
from datetime import datetime, timedelta, timezone
from functools import partial
from types import MappingProxyType
from typing import Any, Callable
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import pytest
import visiono_workflow
from bottle import Request as BottleRequest
from conftest import NOW, OLD_SECRET, SECRET
from django.conf import settings
from django.http import QueryDict
from starlette.datastructures import QueryParams
from visiono_workflow import (
    ConfigurationError,
    DuplicateParameter,
    ExpectReturn,
    Expired,
    InvalidArgument,
    InvalidField,
    InvalidSecret,
    InvalidSignature,
    InvalidTemplate,
    InvalidUrl,
    MalformedParameter,
    MissingParameter,
    NotYetValid,
    RedirectTemplate,
    UnexpectedValue,
    VerificationError,
    VerifiedReturn,
    Webhook,
    WebhookSecret,
    Workflow,
    WorkflowError,
    WorkflowSecret,
)
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

if not settings.configured:
    settings.configure()

LINK = dict(unique_value="ABC 123", source="zendesk", reference="ticket-456", timestamp=NOW)
RETURN = dict(
    submission_id="pls_123",
    unique_value="ABC 123",
    reference="ticket-é",
    photo_count=5,
    timestamp=NOW,
)


@pytest.fixture(scope="module")
def url(workflow: Workflow) -> str:
    return workflow.sign_return("https://a.example/done", **RETURN)


def pairs(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query)


class TestWorkflow:
    def test_the_documented_link(self, workflow: Workflow) -> None:
        url = workflow.sign_link(
            slug="damage-report",
            unique_value="ABC123",
            source="zendesk",
            reference="ticket-456",
            timestamp=1705500000,
        )
        assert url == (
            "https://visiono.io/s/damage-report?uv=ABC123&src=zendesk&ref=ticket-456"
            "&ts=1705500000"
            "&sig=a41da862b5034a9a68355d16aa0dfddc8171963d6a1e72ef4ec057eeeed19b04"
        )

    def test_the_system_clock_is_the_default(self, workflow: Workflow) -> None:
        before = datetime.now(timezone.utc).replace(microsecond=0)
        url = workflow.sign_link(**{**LINK, "timestamp": None}, slug="a")
        link = workflow.verify_link(url)
        assert before <= link.signed_at <= datetime.now(timezone.utc)
        done = workflow.sign_return("https://a.example/", **{**RETURN, "timestamp": None})
        assert workflow.verify_return(done).photo_count == 5
        with pytest.raises(Expired):
            workflow.verify_link(workflow.sign_link(slug="a", **LINK))

    def test_secrets_rotate(self) -> None:
        old = Workflow(OLD_SECRET).sign_link(slug="a", **LINK)
        both = Workflow([SECRET, OLD_SECRET])
        assert both.verify_link(old, now=NOW).secret_index == 1
        new = both.sign_link(slug="a", **LINK)
        assert both.verify_link(new, now=NOW).secret_index == 0
        assert new == Workflow(SECRET).sign_link(slug="a", **LINK)
        with pytest.raises(InvalidSignature):
            Workflow(OLD_SECRET).verify_link(new, now=NOW)

    def test_an_absent_secret_after_the_first_is_skipped(self, url: str) -> None:
        # [current, previous], with the previous one unset.
        assert Workflow([SECRET, None]).verify_return(url, now=NOW).secret_index == 0
        assert Workflow((SECRET, None, None)).verify_return(url, now=NOW).secret_index == 0
        # A position is that of the list, as it was passed.
        assert Workflow([OLD_SECRET, None, SECRET]).verify_return(url, now=NOW).secret_index == 2
        made = WorkflowSecret(SECRET)
        assert Workflow([OLD_SECRET, made]).verify_return(url, now=NOW).secret_index == 1

    def test_an_error_about_a_secret_says_which_one(self) -> None:
        for secrets, wanted in (
            (None, "the secret is absent"),
            ([None], "the secret is absent"),
            ([None, SECRET], r"secret\[0\] is absent"),
            ([SECRET, None, "short"], r"secret\[2\]"),
            ([SECRET, ""], r"secret\[1\]"),
        ):
            with pytest.raises(InvalidSecret, match=wanted) as error:
                Workflow(secrets)
            assert SECRET not in str(error.value)

    @pytest.mark.parametrize("hour", [3600, 3600.9, timedelta(hours=1), timedelta(seconds=3600.5)])
    def test_max_age_and_leeway(self, hour: Any, url: str) -> None:
        workflow = Workflow(SECRET, max_age=hour, leeway=hour)
        for now in (NOW + 3600, NOW - 3600):
            assert workflow.verify_return(url, now=now)
        with pytest.raises(Expired) as expired:
            workflow.verify_return(url, now=NOW + 3602)
        assert expired.value.seconds == 2
        with pytest.raises(NotYetValid) as early:
            workflow.verify_return(url, now=NOW - 3603)
        assert early.value.seconds == 3

    def test_zero_and_endless_periods(self, url: str) -> None:
        strict = Workflow(SECRET, max_age=0, leeway=timedelta(0))
        assert strict.verify_return(url, now=NOW)
        with pytest.raises(Expired):
            strict.verify_return(url, now=NOW + 1)
        assert Workflow(SECRET, max_age=2**64 - 1).verify_return(url, now=99_999_999_999)
        for beyond in (2**64, 10**30, 1e300):
            with pytest.raises(InvalidArgument, match="max_age"):
                Workflow(SECRET, max_age=beyond)

    @pytest.mark.parametrize(
        "period",
        [-1, -0.5, -(10**30), timedelta(microseconds=-1), float("nan"), float("inf"), -1e300],
    )
    @pytest.mark.parametrize("name", ["max_age", "leeway"])
    def test_periods_that_are_none(self, name: str, period: Any) -> None:
        with pytest.raises(InvalidArgument, match=name) as error:
            Workflow(SECRET, **{name: period})
        with pytest.raises(InvalidArgument, match=name):
            Webhook(SECRET, **{name: period})
        assert isinstance(error.value, ValueError)

    def test_one_of_slug_and_link(self, workflow: Workflow) -> None:
        for place in ({}, {"slug": "a", "link": "https://visiono.io/s/a"}):
            with pytest.raises(InvalidArgument, match="slug"):
                workflow.sign_link(**place, **LINK)
        link = workflow.sign_link(link="https://visiono.io/s/a", **LINK)
        assert link == workflow.sign_link(slug="a", **LINK)

    def test_it_reveals_nothing(self) -> None:
        workflow = Workflow([SECRET, OLD_SECRET])
        shown = repr(workflow) + str(workflow) + format(workflow) + repr(dir(workflow))
        assert shown.startswith("Workflow(<secrets are not shown>)")
        for secret in (SECRET, OLD_SECRET):
            assert secret not in shown and secret[:8] not in shown
        assert not hasattr(workflow, "__dict__")
        with pytest.raises(AttributeError):
            workflow.secret = "x"

    @pytest.mark.parametrize(
        "take",
        [copy.copy, copy.deepcopy]
        + [lambda w, p=p: pickle.dumps(w, p) for p in range(pickle.HIGHEST_PROTOCOL + 1)],
    )
    def test_pickling_and_copying_refuse(
        self, workflow: Workflow, take: Callable[[Workflow], object]
    ) -> None:
        with pytest.raises(TypeError, match="can't be pickled or copied, because a secret"):
            take(workflow)

    def test_threads_share_one(self, workflow: Workflow, url: str) -> None:
        results: list[VerifiedReturn] = []

        def verify() -> None:
            for _ in range(200):
                results.append(workflow.verify_return(url, now=NOW))

        threads = [threading.Thread(target=verify) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 1600 and len(set(results)) == 1


class TestResults:
    def test_a_return(self, workflow: Workflow, url: str) -> None:
        done = workflow.verify_return(url, now=NOW)
        assert repr(done) == (
            "VerifiedReturn(submission_id='pls_123', unique_value='ABC 123', "
            "reference='ticket-é', photo_count=5, timestamp=1705500200, secret_index=0)"
        )
        assert done.completed_at == datetime(2024, 1, 17, 14, 3, 20, tzinfo=timezone.utc)
        assert done.completed_at.utcoffset() == timedelta(0)
        again = workflow.verify_return(url, now=NOW + 9)
        assert done == again and hash(done) == hash(again) and done is not again
        other = workflow.sign_return("https://a.example/", **{**RETURN, "photo_count": 6})
        assert done != workflow.verify_return(other, now=NOW)
        assert done != "another type"

    def test_a_link(self, workflow: Workflow) -> None:
        link = workflow.verify_link(workflow.sign_link(slug="a", **LINK), now=NOW)
        assert repr(link) == (
            "VerifiedLink(unique_value='ABC 123', source='zendesk', reference='ticket-456', "
            "timestamp=1705500200, secret_index=0)"
        )
        assert link.signed_at == datetime(2024, 1, 17, 14, 3, 20, tzinfo=timezone.utc)

    def test_the_latest_time_has_a_datetime(self, workflow: Workflow) -> None:
        latest = 99999999999
        url = workflow.sign_link(slug="a", **{**LINK, "timestamp": latest})
        assert workflow.verify_link(url, now=latest).signed_at.timestamp() == latest

    def test_they_match_patterns(self, workflow: Workflow, url: str) -> None:
        done = workflow.verify_return(url, now=NOW)
        values = tuple(getattr(done, name) for name in done.__match_args__)
        assert values == ("pls_123", "ABC 123", "ticket-é", 5, NOW, 0)
        link = workflow.verify_link(workflow.sign_link(slug="a", **LINK), now=NOW)
        values = tuple(getattr(link, name) for name in link.__match_args__)
        assert values == ("ABC 123", "zendesk", "ticket-456", NOW, 0)
        if sys.version_info >= (3, 10):  # which brought the statement itself
            found: dict[str, Any] = {"VerifiedReturn": VerifiedReturn, "done": done}
            statement = "match done:\n case VerifiedReturn(sub, photo_count=count): pass"
            exec(statement, found)
            assert (found["sub"], found["count"]) == ("pls_123", 5)

    def test_they_are_frozen(self, workflow: Workflow, url: str) -> None:
        done = workflow.verify_return(url, now=NOW)
        with pytest.raises(AttributeError):
            done.reference = "ticket-457"
        with pytest.raises(AttributeError):
            done.another = 1
        with pytest.raises(TypeError):
            VerifiedReturn()


class TestMessages:
    """One message in every form that it can come in."""

    @pytest.mark.parametrize(
        "form",
        [
            lambda url: url,
            lambda url: url.encode(),
            lambda url: bytearray(url.encode()),
            lambda url: memoryview(url.encode()),
            lambda url: "?" + urlsplit(url).query + "#end",
            lambda url: urlsplit(url).query,
            lambda url: "?" + urlsplit(url).query,
            lambda url: parse_qs(urlsplit(url).query),
            lambda url: {name.encode(): [value.encode()] for name, value in pairs(url)},
            lambda url: pairs(url),
            lambda url: [(name.encode(), value.encode()) for name, value in pairs(url)],
            lambda url: dict(pairs(url)),
            lambda url: OrderedDict(pairs(url)),
            lambda url: iter(pairs(url)),
            lambda url: map(list, pairs(url)),
            lambda url: dict(pairs(url)).items(),
            lambda url: {**dict(pairs(url)), "ref": ("ticket-é",), "sub": [b"pls_123"]},
            lambda url: {**dict(pairs(url)), "ref[]": None, "x": None},
            lambda url: QueryDict(urlsplit(url).query),
            lambda url: MultiDict(pairs(url)),
            lambda url: ImmutableMultiDict(pairs(url)),
            lambda url: QueryParams(urlsplit(url).query),
            lambda url: BottleRequest({"QUERY_STRING": urlsplit(url).query}).query.decode(),
        ],
    )
    def test_every_form_reads_alike(
        self, workflow: Workflow, url: str, form: Callable[[str], Any]
    ) -> None:
        assert workflow.verify_return(form(url), now=NOW) == workflow.verify_return(url, now=NOW)

    @pytest.mark.parametrize("read", [parse_qs, parse_qsl])
    def test_of_pairs_or_lists(self, workflow: Workflow, url: str, read: Any) -> None:
        with pytest.raises(DuplicateParameter) as error:
            workflow.verify_return(read(urlsplit(url).query + "&ref=b"), now=NOW)
        assert error.value.parameters == ("ref",)

    @pytest.mark.parametrize(
        "form",
        [
            QueryDict,
            QueryParams,
            lambda query: MultiDict(parse_qsl(query)),
            lambda query: ImmutableMultiDict(parse_qsl(query)),
            lambda query: BottleRequest({"QUERY_STRING": query}).query.decode(),
        ],
    )
    def test_a_doubled_parameter_is_seen(
        self, workflow: Workflow, url: str, form: Callable[[str], Any]
    ) -> None:
        query = urlsplit(url).query
        for doubled in (query + "&ref=b", "ref=b&" + query, query + "&ref=ticket-%C3%A9"):
            with pytest.raises(DuplicateParameter) as error:
                workflow.verify_return(form(doubled), now=NOW)
            assert error.value.parameters == ("ref",)
        with pytest.raises(MissingParameter) as missing:
            workflow.verify_return(form("uv=a"), now=NOW)
        assert missing.value.parameters == ("sub", "ref", "cnt", "ts", "sig")

    def test_a_mapping_of_empty_lists(self, workflow: Workflow) -> None:
        with pytest.raises(MissingParameter):
            workflow.verify_return({"uv": [], "ref": ()}, now=NOW)

    def test_bytes_that_are_not_utf8(self, workflow: Workflow, url: str) -> None:
        query = urlsplit(url).query.encode()
        wanted = workflow.verify_return(url, now=NOW)
        for other in (b"&x=\xff", b"&\xff=x", b"&x=\xed\xa0\x80", b"#\xff"):
            assert workflow.verify_return(b"?" + query + other, now=NOW) == wanted
        parameters: list[Any] = pairs(url)
        assert workflow.verify_return([*parameters, (b"\xff", b"\xfe")], now=NOW) == wanted
        for broken in (b"\xff", b"\xed\xa0\x80", b"\xc3"):
            with pytest.raises(MalformedParameter) as error:
                workflow.verify_return(query.replace(b"pls_123", broken), now=NOW)
            assert error.value.parameters == ("sub",)
            with pytest.raises(MalformedParameter) as error:
                workflow.verify_return([*parameters[1:], (b"sub", b"a" + broken)], now=NOW)
            assert error.value.parameters == ("sub",)

    def test_lone_surrogates(self, workflow: Workflow, url: str) -> None:
        wanted = workflow.verify_return(url, now=NOW)
        parameters = pairs(url)
        for lone in ("\ud800", "\udfff", "a\udcffb"):
            assert workflow.verify_return(url + f"&x={lone}", now=NOW) == wanted
            assert workflow.verify_return([*parameters, (lone, lone)], now=NOW) == wanted
            for message in (
                url.replace("pls_123", lone),
                [("sub", lone), *parameters[1:]],
                {**dict(parameters), "sub": lone},
                {**dict(parameters), "sub": [lone]},
            ):
                with pytest.raises(MalformedParameter) as error:
                    workflow.verify_return(message, now=NOW)
                assert error.value.parameters == ("sub",)
            with pytest.raises(InvalidSignature):
                workflow.verify_return({**dict(parameters), "sig": lone}, now=NOW)

    def test_a_megabyte(self, workflow: Workflow, url: str) -> None:
        megabyte = "é" * (1 << 19)
        assert workflow.verify_return(url + "&x=" + megabyte, now=NOW)
        assert workflow.verify_return(url + "&" + megabyte, now=NOW)
        with pytest.raises(InvalidSignature):
            workflow.verify_return(url.replace("pls_123", megabyte), now=NOW)
        with pytest.raises(MalformedParameter):
            workflow.verify_return(url.replace("pls_123", megabyte + "\ud800"), now=NOW)
        long = workflow.sign_link(slug="a", **{**LINK, "unique_value": megabyte})
        assert workflow.verify_link(long, now=NOW).unique_value == megabyte
        long = workflow.sign_return("https://a.example/", **{**RETURN, "reference": megabyte})
        assert workflow.verify_return(long.encode(), now=NOW).reference == megabyte

    @pytest.mark.parametrize("message", [None, 5, True, 1.5, object(), Ellipsis, len, int])
    def test_an_object_of_unknown_shape_is_a_type_error(
        self, workflow: Workflow, message: Any
    ) -> None:
        wanted = f"input must be a URL or query .*, not {type(message).__name__}"
        for verify in (workflow.verify_link, workflow.verify_return):
            with pytest.raises(TypeError, match=wanted):
                verify(message)

    @pytest.mark.parametrize(
        "others",
        [
            {"utm": ["1", "2"]},
            {"utm": [1, None, object()], "x": {"y": 1}, "z": {1, 2}},
            {5: "a", None: "b", ("ref",): "c", 1.5: []},
            {"ref[]": [], "REF": None, "\ud800": "\ud800"},
        ],
    )
    def test_what_others_have_is_ignored_whatever_it_is(
        self, workflow: Workflow, url: str, others: dict[Any, Any]
    ) -> None:
        for message in ({**dict(pairs(url)), **others}, [*pairs(url), *others.items()]):
            assert workflow.verify_return(message, now=NOW).reference == "ticket-é"

    def test_an_item_that_is_no_pair_is_nobodys(self, workflow: Workflow, url: str) -> None:
        message = [*pairs(url), "sub=a", ("sub",), ("ref", "b", "c"), 5, None, ["uv"]]
        assert workflow.verify_return(message, now=NOW).reference == "ticket-é"
        with pytest.raises(MissingParameter):
            workflow.verify_return(["sub=a", 5], now=NOW)

    def test_lists_and_other_values_in_decoded_pairs(self, workflow: Workflow, url: str) -> None:
        parameters: dict[str, Any] = dict(pairs(url))
        for value in (5, 5.0, True, {}, {"a": "5"}, {"5"}, iter("5"), object(), ["5", 5], [["5"]]):
            with pytest.raises(MalformedParameter) as malformed:
                workflow.verify_return({**parameters, "cnt": value}, now=NOW)
            assert malformed.value.parameters == ("cnt",)
            with pytest.raises(DuplicateParameter):
                workflow.verify_return([*pairs(url), ("cnt", value)], now=NOW)
        for value in (["5", "5"], ("5", b"5")):
            with pytest.raises(DuplicateParameter) as doubled:
                workflow.verify_return({**parameters, "cnt": value}, now=NOW)
            assert doubled.value.parameters == ("cnt",)
        for value in (None, [], ()):
            with pytest.raises(MissingParameter) as missing:
                workflow.verify_return({**parameters, "cnt": value}, now=NOW)
            assert missing.value.parameters == ("cnt",)
        for value in (5, ["5", 5], {}):
            with pytest.raises(InvalidSignature):
                workflow.verify_return({**parameters, "sig": value}, now=NOW)

    def test_a_parameter_that_is_called_like_a_method(self, workflow: Workflow, url: str) -> None:
        class Attributes(OrderedDict):  # type: ignore[type-arg]
            def __getattr__(self, name: str) -> Any:
                try:
                    return self[name]
                except KeyError:
                    raise AttributeError(name) from None

        for name in ("lists", "multi_items", "allitems", "items", "keys", "headers"):
            message = Attributes([*pairs(url), (name, "1")])
            assert workflow.verify_return(message, now=NOW).photo_count == 5
            with pytest.raises(DuplicateParameter):
                workflow.verify_return([*message.items(), ("ref", "b")], now=NOW)

    def test_an_error_of_the_message_itself_comes_through(self, workflow: Workflow) -> None:
        def broken() -> Any:
            yield "uv", "a"
            raise KeyError("the caller's own")

        with pytest.raises(KeyError, match="the caller's own"):
            workflow.verify_return(broken())


class TestLookAlikes:
    """A name that some decoder takes for one of the message's is refused."""

    @pytest.mark.parametrize(
        "other",
        [
            *("%20ref=ticket-999", "ref%00=x", "ref%00x=x", "ref[]=x", "ref%5B%5D=x", "REF=x"),
            *("x=1;ref=ticket-999", "ref;=x", "[ref]=x", "]ref=x", "ref]=x", ".ref=x", "+ref=x"),
        ],
    )
    def test_beside_the_real_parameter(self, workflow: Workflow, url: str, other: str) -> None:
        for message in (f"{url}&{other}", url.replace("?", f"?{other}&")):
            for given in (message, message.encode()):
                with pytest.raises(DuplicateParameter) as error:
                    workflow.verify_return(given, now=NOW)
                assert error.value.parameters == ("ref",)

    @pytest.mark.parametrize(
        "name", [" ref", "ref\0", "ref\0x", "ref[]", "REF", "[ref]", "\tref\n"]
    )
    def test_in_decoded_pairs(self, workflow: Workflow, url: str, name: str) -> None:
        for message in (
            {**dict(pairs(url)), name: "ticket-999"},
            [(name, "ticket-999"), *pairs(url)],
            [*pairs(url), (name.encode(), [b"ticket-999"])],
            MultiDict([*pairs(url), (name, "ticket-999")]),
            QueryDict(urlsplit(url).query + "&" + quote(name) + "=ticket-999"),
        ):
            with pytest.raises(DuplicateParameter) as error:
                workflow.verify_return(message, now=NOW)
            assert error.value.parameters == ("ref",)

    def test_in_link_urls_and_templates(self, workflow: Workflow) -> None:
        for other in ("%20ref=x", "REF=x", "ref[]=x", "x=1;ref=x"):
            with pytest.raises(InvalidUrl):
                workflow.sign_link(link="https://visiono.io/s/a?" + other, **LINK)
            with pytest.raises(InvalidTemplate):
                RedirectTemplate("https://a.example/done?" + other)


class TestTimes:
    UTC = datetime(2024, 1, 17, 14, 3, 20, tzinfo=timezone.utc)
    EAST = UTC.astimezone(timezone(timedelta(hours=5, minutes=30)))

    @pytest.mark.parametrize("time", [NOW, NOW + 0.9, UTC, EAST, UTC + timedelta(seconds=0.999999)])
    def test_every_form_reads_alike(self, workflow: Workflow, time: Any) -> None:
        url = workflow.sign_link(slug="a", **{**LINK, "timestamp": time})
        assert url == workflow.sign_link(slug="a", **LINK)
        strict = Workflow(SECRET, max_age=0, leeway=0)
        assert strict.verify_link(url, now=time, expect={"timestamp": time}).timestamp == NOW

    def test_what_has_an_index_is_a_number(self, workflow: Workflow) -> None:
        class Number:
            def __index__(self) -> int:
                return NOW

        url = workflow.sign_link(slug="a", **{**LINK, "timestamp": Number()})
        assert url == workflow.sign_link(slug="a", **LINK)
        assert workflow.verify_link(url, now=Number())

    @pytest.mark.parametrize("time", [-(10**40), -1, 10**11, 1705500200000, 2**63, 10**40])
    def test_now_that_is_negative_or_in_milliseconds(
        self, workflow: Workflow, url: str, time: Any
    ) -> None:
        webhook = Webhook(SECRET)
        for now in (time, float(time)):
            for call in (
                partial(workflow.verify_return, url),
                partial(workflow.verify_link, url),
                partial(webhook.receive, b"", {}),
                partial(webhook.test_delivery, "submission.created"),
            ):
                with pytest.raises(InvalidArgument, match="now"):
                    call(now=now)

    @pytest.mark.parametrize("year", [1, 1969, 5139, 9999])
    def test_now_in_another_age(self, workflow: Workflow, year: int) -> None:
        with pytest.raises(InvalidArgument, match=r"now is .*: pass Unix seconds"):
            workflow.verify_return("", now=datetime(year, 1, 1, tzinfo=timezone.utc))

    @pytest.mark.parametrize("period", [2**64, 10**40, 1e300, -1, -0.5, timedelta(seconds=-1)])
    def test_a_period_out_of_range(self, period: Any) -> None:
        wanted = r"max_age and leeway must be 0 or more, and less than 2\^64: pass seconds"
        for kind in (Workflow, Webhook):
            for name in ("max_age", "leeway"):
                with pytest.raises(InvalidArgument, match=wanted):
                    kind(SECRET, **{name: period})
        assert Workflow(SECRET, max_age=2**64 - 1, leeway=timedelta.max)

    @pytest.mark.parametrize("time", [-1, -0.5, 10**11, 1e300, -(10**40), 10**40])
    def test_a_timestamp_out_of_range(self, workflow: Workflow, time: Any) -> None:
        with pytest.raises(InvalidField) as error:
            workflow.sign_link(slug="a", **{**LINK, "timestamp": time})
        assert error.value.parameters == ("ts",)
        with pytest.raises(InvalidField) as error:
            workflow.verify_return("", expect={"timestamp": time})
        assert error.value.parameters == ("ts",)

    @pytest.mark.parametrize("time", [float("nan"), float("inf"), float("-inf")])
    def test_what_is_not_a_finite_number(self, workflow: Workflow, time: float) -> None:
        with pytest.raises(InvalidArgument, match="now is not a finite number"):
            workflow.verify_return("", now=time)
        with pytest.raises(InvalidArgument, match="timestamp is not a finite number"):
            workflow.sign_link(slug="a", **{**LINK, "timestamp": time})

    @pytest.mark.parametrize("time", [True, "1705500200", b"1", [], {}, object(), 1j, Ellipsis])
    def test_wrong_types(self, workflow: Workflow, time: Any) -> None:
        wanted = f"must be an int, a float or an aware datetime, not {type(time).__name__}"
        with pytest.raises(TypeError, match=f"now {wanted}"):
            workflow.verify_return("", now=time)
        with pytest.raises(TypeError, match=f"timestamp {wanted}"):
            workflow.sign_link(slug="a", **{**LINK, "timestamp": time})

    def test_a_naive_datetime(self, workflow: Workflow) -> None:
        with pytest.raises(TypeError, match=r"now must be .*datetime.now\(timezone.utc\)"):
            workflow.verify_return("", now=datetime(2024, 1, 17))

    @pytest.mark.parametrize("period", [None, True, "60", b"1", [], object(), datetime.now()])
    def test_wrong_types_of_periods(self, period: Any) -> None:
        with pytest.raises(TypeError, match="must be a number of seconds or a timedelta, not "):
            Workflow(SECRET, max_age=period)


class TestArguments:
    @pytest.mark.parametrize("name", ["unique_value", "source", "reference"])
    @pytest.mark.parametrize("value", [None, 5, b"abc", True, ["a"], object()])
    def test_wrong_types_of_a_link(self, workflow: Workflow, name: str, value: Any) -> None:
        with pytest.raises(TypeError, match=f"{name} must be str, not {type(value).__name__}"):
            workflow.sign_link(slug="a", **{**LINK, name: value})

    @pytest.mark.parametrize("name", ["submission_id", "unique_value", "reference"])
    @pytest.mark.parametrize("value", [None, 5, b"abc", True, ["a"], object()])
    def test_wrong_types_of_a_return(self, workflow: Workflow, name: str, value: Any) -> None:
        with pytest.raises(TypeError, match=f"{name} must be str, not {type(value).__name__}"):
            workflow.sign_return("https://a.example/", **{**RETURN, name: value})

    @pytest.mark.parametrize("value", [None, "5", b"5", True, 5.0, object()])
    def test_wrong_types_of_a_count(self, workflow: Workflow, value: Any) -> None:
        wanted = f"photo_count must be an int, not {type(value).__name__}"
        with pytest.raises(TypeError, match=wanted):
            workflow.sign_return("https://a.example/", **{**RETURN, "photo_count": value})

    @pytest.mark.parametrize("value", [-1, 1 << 32, -(10**40), 10**40])
    def test_a_count_out_of_range(self, workflow: Workflow, value: int) -> None:
        with pytest.raises(InvalidField) as error:
            workflow.sign_return("https://a.example/", **{**RETURN, "photo_count": value})
        assert error.value.parameters == ("cnt",)

    def test_secrets(self) -> None:
        for secret in (5, SECRET.encode(), [SECRET], WebhookSecret(SECRET), {SECRET: 1}):
            for position, secrets in enumerate(([secret], [SECRET, secret])):
                wanted = rf"secret\[{position}\] must be str or WorkflowSecret, not "
                with pytest.raises(TypeError, match=wanted):
                    Workflow(secrets)
        for wrong in (iter([SECRET]), {SECRET}, SECRET.encode()):
            with pytest.raises(TypeError, match="must be str or WorkflowSecret, not "):
                Workflow(wrong)
        for empty in ([], ()):
            with pytest.raises(InvalidSecret):
                Workflow(empty)
        with pytest.raises(TypeError):
            Workflow(SECRET, OLD_SECRET)
        assert Workflow(secrets=SECRET)
        for secret in ("short", "whsec_" + SECRET, "vsk_" + SECRET, SECRET + "\0", SECRET + "\n"):
            with pytest.raises(InvalidSecret) as error:
                Workflow([SECRET, secret])
            assert secret not in str(error.value) and SECRET not in str(error.value)
            assert isinstance(error.value, (ConfigurationError, ValueError))

    def test_a_secret_with_a_surrogate_is_not_shown(self) -> None:
        with pytest.raises(InvalidSecret) as error:
            Workflow(SECRET + "\ud800")
        assert SECRET not in repr(error.value) and error.value.__context__ is None
        assert error.value.__cause__ is None

    @pytest.mark.parametrize("lone", ["\ud800", "a\udcff"])
    def test_surrogates_in_what_the_caller_writes(self, workflow: Workflow, lone: str) -> None:
        for name in ("unique_value", "source", "reference"):
            with pytest.raises(InvalidArgument, match=f"{name} has a lone surrogate") as error:
                workflow.sign_link(slug="a", **{**LINK, name: lone})
            # Python's own error holds the whole text.
            assert error.value.__context__ is None
        with pytest.raises(InvalidArgument, match="reference has a lone surrogate"):
            workflow.verify_link("", expect={"reference": lone})
        with pytest.raises(InvalidArgument):
            workflow.verify_link("", expect={lone: "a"})
        # The core says what of these is wrong.
        url = "https://a.example/" + lone
        with pytest.raises(InvalidField) as slug:
            workflow.sign_link(slug=lone, **LINK)
        assert slug.value.parameters == ("slug",)
        with pytest.raises(InvalidUrl):
            workflow.sign_link(link=url, **LINK)
        for make in (
            lambda: RedirectTemplate(url),
            lambda: workflow.sign_return(url, **RETURN),
            lambda: workflow.verify_return("", template=url),
        ):
            with pytest.raises(InvalidTemplate):
                make()

    def test_nul(self, workflow: Workflow) -> None:
        with pytest.raises(InvalidField):
            workflow.sign_link(slug="a\0", **LINK)
        with pytest.raises(InvalidField):
            workflow.sign_link(slug="a", **{**LINK, "reference": "a\0b"})
        with pytest.raises(MalformedParameter):
            workflow.verify_return("sub=a%00&uv=a&ref=a&cnt=1&ts=1&sig=a")


class TestExpect:
    def test_it_is_compared(self, workflow: Workflow, url: str) -> None:
        given = ExpectReturn(**RETURN)
        assert workflow.verify_return(url, now=NOW, expect=given)
        assert workflow.verify_return(url, now=NOW, expect={})
        assert workflow.verify_return(url, now=NOW, expect=MappingProxyType(given))
        with pytest.raises(UnexpectedValue):
            workflow.verify_return(url, now=NOW, expect=MappingProxyType({"photo_count": 6}))
        for name, other in (
            ("submission_id", "pls_124"),
            ("unique_value", "ABC 124"),
            ("reference", "ticket-e"),
            ("photo_count", 6),
            ("timestamp", NOW + 1),
        ):
            with pytest.raises(UnexpectedValue) as error:
                workflow.verify_return(url, now=NOW, expect={name: other})
            assert (
                error.value.parameters
                == {
                    "submission_id": ("sub",),
                    "unique_value": ("uv",),
                    "reference": ("ref",),
                    "photo_count": ("cnt",),
                    "timestamp": ("ts",),
                }[name]
            )

    def test_it_fills_in_what_the_return_lacks(self, workflow: Workflow) -> None:
        template = RedirectTemplate(
            "https://your-system.com/done?id={submission_id}&ref={reference}&sig={signature}"
        )
        url = workflow.sign_return(template, **RETURN)
        with pytest.raises(MissingParameter) as error:
            workflow.verify_return(url, template=template, now=NOW)
        assert error.value.parameters == ("uv", "cnt", "ts")
        expect = {name: RETURN[name] for name in template.missing()}
        done = workflow.verify_return(url, template=str(template), now=NOW, expect=expect)
        assert done.reference == "ticket-é"

    def test_numbers_may_be_text(self, workflow: Workflow, url: str) -> None:
        expect = {"photo_count": "5", "timestamp": str(NOW)}
        assert workflow.verify_return(url, now=NOW, expect=expect)
        with pytest.raises(InvalidField):
            workflow.verify_return(url, now=NOW, expect={"photo_count": "05"})

    @pytest.mark.parametrize(
        "expect",
        [
            *({"ref": "a"}, {"": "a"}, {"source": "a"}, {"signature": "a"}, {"reference\0": ""}),
            *({"refrence": 5}, {"slug": "a"}, {"reference": "ticket-é", "nope": None}),
        ],
    )
    def test_names_that_a_return_has_not(
        self, workflow: Workflow, url: str, expect: dict[str, Any]
    ) -> None:
        for given in (expect, MappingProxyType(expect)):
            for message in ("", url):
                with pytest.raises(InvalidArgument):
                    workflow.verify_return(message, now=NOW, expect=given)

    @pytest.mark.parametrize("name", ["submission_id", "unique_value", "photo_count", "timestamp"])
    def test_a_check_does_not_turn_itself_off(
        self, workflow: Workflow, url: str, name: str
    ) -> None:
        # A session without a ticket.
        for expect in ({"reference": None}, {"reference": "ticket-é", name: None}, {name: None}):
            for given in (expect, MappingProxyType(expect), OrderedDict(expect)):
                with pytest.raises(InvalidArgument) as error:
                    workflow.verify_return(url, now=NOW, expect=given)
                assert not error.value.is_refusal
        with pytest.raises(InvalidArgument):
            workflow.verify_link(workflow.sign_link(slug="a", **LINK), expect={"source": None})

    def test_what_the_caller_passes_wrong_comes_first(self, workflow: Workflow) -> None:
        broken = "https://a.example/{nope}"
        with pytest.raises(InvalidArgument):
            workflow.verify_return("", template=broken, now=-1, expect={"reference": ""})
        with pytest.raises(InvalidArgument):
            workflow.verify_return("", template=broken, expect={"reference": None})
        with pytest.raises(InvalidTemplate):
            workflow.verify_return("", template=broken, expect={"reference": ""})
        with pytest.raises(InvalidField) as field:
            workflow.verify_return("", expect={"reference": "", "unique_value": ""})
        assert field.value.parameters == ("uv",)
        with pytest.raises(TypeError):
            workflow.verify_return(5, template=broken, now=-1)
        with pytest.raises(InvalidArgument):
            Workflow("short", max_age=-1)
        with pytest.raises(TypeError):
            Workflow(["short", 5], max_age=-1)

    @pytest.mark.parametrize(
        "expect", [5, "reference", [("reference", "a")], {5: "a"}, {b"reference": "a"}]
    )
    def test_wrong_types(self, workflow: Workflow, expect: Any) -> None:
        with pytest.raises(TypeError, match=r"must be .*, not "):
            workflow.verify_return("", expect=expect)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("reference", 5),
            ("reference", b"a"),
            ("photo_count", 5.0),
            ("photo_count", True),
            ("timestamp", []),
        ],
    )
    def test_wrong_types_of_values(self, workflow: Workflow, name: str, value: Any) -> None:
        with pytest.raises(TypeError, match=f"{name} must be .*, not {type(value).__name__}"):
            workflow.verify_return("", expect={name: value})


class TestTemplate:
    TEXT = "https://a.example/{reference}?sig={signature}"

    def test_it_says_what_it_lacks(self) -> None:
        template = RedirectTemplate(self.TEXT)
        assert template.placeholders() == ("reference", "signature")
        assert template.missing() == (
            "submission_id",
            "unique_value",
            "photo_count",
            "timestamp",
        )
        assert str(template) == self.TEXT
        assert repr(template) == f"RedirectTemplate({self.TEXT!r})"
        assert RedirectTemplate("https://a.example/").missing() == ()

    def test_it_is_a_value(self) -> None:
        template = RedirectTemplate(self.TEXT)
        assert template == RedirectTemplate(self.TEXT) and template != self.TEXT
        assert template != RedirectTemplate("https://a.example/")
        assert hash(template) == hash(RedirectTemplate(self.TEXT))
        for copied in (copy.copy(template), copy.deepcopy(template)):
            assert copied == template
        assert pickle.loads(pickle.dumps(template)) == template

    def test_where_it_is_wrong(self) -> None:
        with pytest.raises(InvalidTemplate) as error:
            RedirectTemplate("https://a.example/{ref}")
        assert error.value.position == 18
        with pytest.raises(InvalidTemplate) as error:
            RedirectTemplate("ftp://a.example/")
        assert error.value.position is None

    def test_what_cannot_be_read_back(self, workflow: Workflow) -> None:
        template = RedirectTemplate("https://a.example/{reference}{signature}")
        assert workflow.sign_return(template, **RETURN)
        for check in (
            template.check_extractable,
            lambda: workflow.verify_return("", template=template),
        ):
            with pytest.raises(InvalidTemplate) as error:
                check()
            assert error.value.position == 18

    def test_it_expands(self, workflow: Workflow) -> None:
        template = RedirectTemplate(self.TEXT)
        url = template.expand(**RETURN, signature="0" * 64)
        assert url == "https://a.example/ticket-%C3%A9?sig=" + "0" * 64
        plain = RedirectTemplate("https://a.example/done")
        signed = workflow.sign_return(plain, **RETURN)
        assert plain.expand(**RETURN, signature=signed[-64:]) == signed
        for name, value in (("reference", "a|b"), ("unique_value", ""), ("photo_count", 1 << 32)):
            with pytest.raises(InvalidField):
                template.expand(**{**RETURN, name: value}, signature="0" * 64)
        for name in ("reference", "photo_count", "timestamp", "signature"):
            with pytest.raises(TypeError, match=name):
                template.expand(**{**RETURN, "signature": "0" * 64, name: None})

    def test_climbing_path_segments(self, workflow: Workflow) -> None:
        template = RedirectTemplate("https://a.example/t/{reference}/done?s={signature}")
        for reference in ("..", ".", "../admin", "a/..", "..\\admin", "a;..", "./a"):
            for sign in (
                partial(workflow.sign_return, template),
                partial(template.expand, signature="0" * 64),
            ):
                with pytest.raises(InvalidField) as error:
                    sign(**{**RETURN, "reference": reference})
                assert error.value.parameters == ("ref",)
            path = quote(reference, safe="")
            with pytest.raises(MalformedParameter) as malformed:
                expect = {name: RETURN[name] for name in template.missing()}
                url = f"/t/{path}/done?s={'0' * 64}"
                workflow.verify_return(url, template=template, now=NOW, expect=expect)
            assert malformed.value.parameters == ("ref",)

    def test_another_record_through_the_path(self, workflow: Workflow) -> None:
        template = "https://a.example/tickets/{reference}/done?s={signature}&tenant=acme"
        url = workflow.sign_return(template, **RETURN)[len("https://a.example") :]
        expect: Any = {name: RETURN[name] for name in RedirectTemplate(template).missing()}
        known = {**expect, "reference": RETURN["reference"]}
        for given in (expect, known):
            assert workflow.verify_return(url, template=template, now=NOW, expect=given)
        for other in (
            url.replace("/tickets/ticket-%C3%A9/", "/tickets/ticket-999/"),
            url.replace("/done?", "/done/?"),
            url.replace("/tickets/", "/TICKETS/"),
            url.replace("/tickets/", "//tickets/"),
            url.replace("/tickets/", "/x/../tickets/"),
            url.replace("tenant=acme", "tenant=globex"),
            url.replace("tenant=acme", "TENANT=acme"),
            url + "&tenant=acme",
            url.replace("&tenant=acme", ""),
        ):
            assert other != url
            for given in (expect, known):
                with pytest.raises(VerificationError):
                    workflow.verify_return(other, template=template, now=NOW, expect=given)

    @pytest.mark.parametrize("value", [None, 5, b"https://a.example/", object()])
    def test_wrong_types(self, workflow: Workflow, value: Any) -> None:
        with pytest.raises(TypeError, match="template must be str, not "):
            RedirectTemplate(value)
        with pytest.raises(TypeError, match="template must be a RedirectTemplate or str, not "):
            workflow.sign_return(value, **RETURN)


class TestErrors:
    def test_there_is_one_class_for_each_code_of_the_core(self) -> None:
        classes = set(subclasses(WorkflowError))
        classes -= {WorkflowError, ConfigurationError, VerificationError}
        for kind in classes:
            assert getattr(visiono_workflow, kind.__name__) is kind
            assert kind.__name__ == "".join(word.title() for word in kind.code.split("_"))
            assert kind.__name__ in visiono_workflow.__all__
            assert issubclass(kind, ConfigurationError) == (kind.number < 200)
            assert issubclass(kind, VerificationError) == (200 <= kind.number < 300)
            assert issubclass(kind, ValueError) == (kind.number < 200 or kind.number == 301)
        # There are no buffers in Python.
        codes = {code for code in visiono_workflow._native.CODES if code[0] != "buffer_too_small"}
        assert {(kind.code, kind.number, kind.is_refusal) for kind in classes} == codes
        assert len(classes) == len(codes) > 0

    def test_they_can_be_pickled(self, workflow: Workflow) -> None:
        with pytest.raises(WorkflowError) as missing:
            workflow.verify_link("uv=a")
        with pytest.raises(WorkflowError) as expired:
            workflow.verify_link(workflow.sign_link(slug="a", **LINK), now=NOW + 3607)
        for error in (missing.value, expired.value):
            for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
                assert type(again) is type(error) and str(again) == str(error)
                assert again.__dict__ == error.__dict__ and again.code == error.code
        assert missing.value.parameters == ("src", "ref", "ts", "sig")
        assert expired.value.seconds == 7

    def test_they_hold_no_values(self, workflow: Workflow, url: str) -> None:
        signature = url[-64:]
        for message in (url.replace("5&ts", "6&ts"), url[:-1] + "x", url + "&sig=" + signature):
            with pytest.raises(VerificationError) as error:
                workflow.verify_return(message, now=NOW)
            shown = str(error.value) + repr(error.value) + repr(error.value.__dict__)
            for value in (signature, "pls_123", "ABC 123", "ticket-", SECRET):
                assert value not in shown


def subclasses(kind: type) -> list[type]:
    found = kind.__subclasses__()
    return found + [deeper for each in found for deeper in subclasses(each)]
