"""Arguments whose methods do what they like: raise, lie, change what is read, and call back in.

Nothing but the package's own errors, ``TypeError`` and the caller's own exceptions ever comes, and
what is genuine stays the same.
"""

import gc
import random
import weakref
from collections import OrderedDict, UserDict, namedtuple
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from types import MappingProxyType
from typing import Any, Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
import visiono_workflow
from conftest import NOW, OLD_SECRET, SECRET
from visiono_workflow import (
    Delivery,
    InvalidArgument,
    MissingParameter,
    Panic,
    RedirectTemplate,
    VerifiedLink,
    VerifiedReturn,
    VerifiedWebhook,
    Webhook,
    WebhookSecret,
    Workflow,
    WorkflowError,
    WorkflowSecret,
    _convert,
    _frameworks,
)

WORKFLOW = Workflow([SECRET, OLD_SECRET])
WEBHOOK = Webhook(["whsec_" + SECRET, OLD_SECRET])
TEMPLATE = RedirectTemplate("https://a.example/done")
LINK: Any = dict(slug="a", unique_value="A 1", source="zendesk", reference="t", timestamp=NOW)
RETURN: Any = dict(
    submission_id="pls_1", unique_value="A 1", reference="t", photo_count=2, timestamp=NOW
)
LINK_URL = WORKFLOW.sign_link(**LINK)
RETURN_URL = WORKFLOW.sign_return(TEMPLATE, **RETURN)
LINK_PAIRS = parse_qsl(urlsplit(LINK_URL).query)
RETURN_PAIRS = parse_qsl(urlsplit(RETURN_URL).query)
BODY = b'{"event":"submission.created","timestamp":"2024-01-17T14:03:20Z"}'
HEADERS = {"X-Visiono-Signature": WEBHOOK.sign(BODY), "X-Visiono-Delivery": "d-1"}
VERIFIED_LINK = WORKFLOW.verify_link(LINK_URL, now=NOW)
VERIFIED_RETURN = WORKFLOW.verify_return(RETURN_URL, now=NOW)
VERIFIED_WEBHOOK = WEBHOOK.verify(BODY, HEADERS["X-Visiono-Signature"])
DELIVERY = WEBHOOK.receive(BODY, HEADERS, now=NOW)


class TestAttacks:
    def test_an_index_that_changes_expect(self) -> None:
        for mapping in (dict, OrderedDict, UserDict, Changing):
            expect: Any = mapping(reference="t", timestamp=None, source="zendesk")

            class Index:
                def __index__(self, expect: Any = expect) -> int:
                    expect.clear()
                    expect.update({str(number): None for number in range(1000)})
                    return NOW

            expect["timestamp"] = Index()
            assert WORKFLOW.verify_link(LINK_URL, now=NOW, expect=expect) == VERIFIED_LINK
            assert len(expect) == 1000

    def test_an_index_that_grows_expect_under_a_check(self) -> None:
        expect: Any = {"photo_count": None, "reference": "another"}

        class Index:
            def __index__(self) -> int:
                del expect["reference"]
                return 2

        expect["photo_count"] = Index()
        # The values are those at the time of the call.
        with pytest.raises(visiono_workflow.UnexpectedValue) as error:
            WORKFLOW.verify_return(RETURN_URL, now=NOW, expect=expect)
        assert error.value.parameters == ("ref",)

    @pytest.mark.parametrize("value", ["a", b"a", ["a"], [5], 5, None, {}, {"a": 1}, [("a", "b")]])
    def test_a_header_that_is_called_headers(self, value: Any) -> None:
        for headers in ({**HEADERS, "headers": value}, {"headers": value, **HEADERS}):
            for form in (dict, MappingProxyType, OrderedDict, UserDict):
                assert WEBHOOK.receive(BODY, form(headers), now=NOW) == DELIVERY
        with pytest.raises(MissingParameter):
            WEBHOOK.receive(BODY, {"headers": value}, now=NOW)

    def test_an_item_that_clears_what_is_read(self) -> None:
        pairs: list[Any] = list(RETURN_PAIRS)

        class Clearing(list[Any]):
            def __iter__(self) -> Iterator[Any]:
                pairs.clear()
                return super().__iter__()

            __len__ = __getitem__ = None  # type: ignore[assignment]

        def generate() -> Iterator[Any]:
            for pair in RETURN_PAIRS:
                yield Clearing(pair)
                pairs.clear()

        assert WORKFLOW.verify_return(generate(), now=NOW) == VERIFIED_RETURN
        pairs[:] = map(Clearing, RETURN_PAIRS)
        assert WORKFLOW.verify_return(pairs, now=NOW) == VERIFIED_RETURN

    def test_a_destructor_that_runs_while_arguments_are_read(self) -> None:
        calls = []

        class Dying:
            def __del__(self) -> None:
                calls.append(WORKFLOW.verify_return(RETURN_URL, now=NOW))
                values.clear()

        def generate() -> Iterator[Any]:
            for name, value in RETURN_PAIRS:
                dying = Dying()
                dying.cycle = dying  # type: ignore[attr-defined]
                del dying
                gc.collect()
                yield name, values or value

        values: list[Any] = []
        assert WORKFLOW.verify_return(generate(), now=NOW) == VERIFIED_RETURN
        assert calls == [VERIFIED_RETURN] * len(RETURN_PAIRS)

    def test_buffers_that_are_released_or_resized(self) -> None:
        buffer = bytearray(BODY)
        view = memoryview(buffer)

        class Index:
            def __index__(self) -> int:
                view.release()
                buffer[:] = b"x" * 100_000
                return NOW

        # The body was read before the time is.
        assert WEBHOOK.receive(view, HEADERS, now=Index()) == DELIVERY
        with pytest.raises(InvalidArgument, match="body is a memoryview that was released"):
            WEBHOOK.receive(view, HEADERS)
        with pytest.raises(InvalidArgument, match="input is a memoryview that was released"):
            WORKFLOW.verify_return(view)

    def test_a_type_without_a_usable_name(self) -> None:
        for name in ("\ud800", 5, None):

            class Meta(type):
                __name__ = property(lambda cls, name=name: name)  # type: ignore[assignment]

            class Nameless(metaclass=Meta):
                pass

            for call in every_call(Nameless()):
                with pytest.raises((TypeError, WorkflowError)):
                    call()

    def test_names_of_arguments(self) -> None:
        class Name(str):
            __hash__ = str.__hash__

            def __eq__(self, other: object) -> bool:
                raise PlannedError

        for name in ("\ud800", "", "input\0", Name("nope")):
            with pytest.raises((TypeError, PlannedError)):
                WORKFLOW.verify_return(**{name: RETURN_URL})


class Changing(dict):  # type: ignore[type-arg]
    """A mapping of which no method says what is in it."""

    def keys(self) -> Any:
        return iter(["nope"])

    def __iter__(self) -> Any:
        raise PlannedKeyError

    def __getitem__(self, name: object) -> Any:
        raise PlannedKeyError


class Planned:
    """Marks what a hostile method raises."""


class PlannedError(Planned, Exception):
    pass


class PlannedKeyError(Planned, KeyError):
    pass


class PlannedAttributeError(Planned, AttributeError):
    pass


class PlannedTypeError(Planned, TypeError):
    pass


class PlannedValueError(Planned, ValueError):
    pass


class PlannedStop(Planned, StopIteration):
    pass


class PlannedInterrupt(Planned, KeyboardInterrupt):
    pass


RAISED = (
    *(PlannedError, PlannedKeyError, PlannedAttributeError, PlannedTypeError),
    *(PlannedValueError, PlannedStop, PlannedInterrupt),
)
# Every method that reading an argument could call, and more.
NAMES = (
    *("__index__", "__int__", "__float__", "__bool__", "__str__", "__repr__", "__bytes__"),
    *("__len__", "__length_hint__", "__iter__", "__next__", "__getitem__", "__contains__"),
    *("__hash__", "__eq__", "__lt__", "__getattr__", "__getattribute__", "__call__"),
    *("__sub__", "__rsub__", "__floordiv__", "__buffer__", "__format__", "__reduce__"),
    *(
        "keys",
        "items",
        "values",
        "get",
        "lists",
        "multi_items",
        "allitems",
        "encode",
        "decode",
        "tobytes",
    ),
    *("utcoffset", "days", "seconds", "timestamp", "astimezone", "copy", "pop", "__class__"),
)
Call = Callable[..., Any]


class Zone(tzinfo):
    def utcoffset(self, when: Any) -> timedelta:
        return timedelta(0)

    dst = tzname = None  # type: ignore[assignment]


class Surroundings:
    """The hostile objects of one call, and what they may do."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.depth = 0
        # Objects are made while their methods behave.
        self.armed = False
        # Objects that are changed while they are read.
        self.shared: list[Any] = []

    def act(self, genuine: Any) -> Any:
        """Does what a method must not do, and returns what it must not return."""
        choose = self.random.random()
        if choose < 0.25:
            raise self.random.choice(RAISED)
        for thing in self.shared:
            if self.random.random() < 0.5:
                change(thing, self.random)
        if choose < 0.35 and self.depth < 2:
            self.depth += 1
            try:
                _, call, arguments = self.random.choice(METHODS)
                call(**self.spoil(arguments))
            finally:
                self.depth -= 1
        if choose < 0.40:
            gc.collect(0)
        if choose < 0.60:
            return genuine
        lies = (None, 5, -1, 1 << 100, 0.5, "x", "\ud800", b"\xff", [], (), {}, object(), len)
        return self.random.choice((*lies, NotImplemented, iter([("ref", "x")]), [("a", "b")]))

    def method(self, base: type, name: str, genuine: Any) -> Any:
        behave = getattr(base, name, None)

        def hostile(*arguments: Any) -> Any:
            if not self.armed and behave is not None:
                return behave(*arguments)
            return self.act(genuine) if self.armed else None

        return hostile

    def kind(self, base: type, genuine: Any) -> Any:
        """A subclass, some of whose methods are hostile."""
        names = self.random.sample(NAMES, self.random.randrange(1, len(NAMES)))
        members: dict[str, Any] = {name: self.method(base, name, genuine) for name in names}
        # A class with an `__eq__` of its own has no other hash.
        members.setdefault("__hash__", base.__hash__)
        if "__class__" in members:
            kinds = (str, dict, bytes, int, tuple, datetime)
            members["__class__"] = property(lambda _: self.random.choice(kinds))
        if self.random.random() < 0.3:
            members["__del__"] = self.destructor()
        return type("Hostile", (base,), members)

    def destructor(self) -> Any:
        def hostile(*arguments: Any) -> None:
            try:
                if self.armed:
                    self.act(None)
            except BaseException:
                return

        return hostile

    def hostile(self, genuine: Any) -> Any:
        """A hostile object in the place of a genuine argument."""
        if isinstance(genuine, dict) and self.random.random() < 0.7:
            return self.mapping(genuine)
        if isinstance(genuine, list) and self.random.random() < 0.7:
            return self.pairs(genuine)
        for base in (str, bytes, int, float):
            if type(genuine) is base and self.random.random() < 0.6:
                return self.kind(base, genuine)(genuine)
        if genuine == BODY or isinstance(genuine, str):
            buffer = bytearray(genuine if isinstance(genuine, bytes) else genuine.encode())
            self.shared.append(buffer)
            choose = self.random.random()
            if choose < 0.2:
                return buffer
            if choose < 0.4:
                view = memoryview(buffer)
                self.shared.append(view)
                return view
        if type(genuine) is int and self.random.random() < 0.5:
            zone = self.kind(Zone, timedelta(0))()
            choose = self.random.random()
            if choose < 0.3:
                return datetime.fromtimestamp(NOW, timezone.utc).replace(tzinfo=zone)
            if choose < 0.6:
                return self.kind(datetime, timedelta(0))(2024, 1, 17, tzinfo=timezone.utc)
            return self.kind(timedelta, timedelta(1))(1)
        return self.kind(object, genuine)()

    def mapping(self, genuine: dict[Any, Any]) -> Any:
        items = {self.name(name): self.maybe(value) for name, value in genuine.items()}
        self.shared.append(items)
        choose = self.random.random()
        if choose < 0.3:
            return items
        if choose < 0.5:
            return MappingProxyType(items)
        if choose < 0.7:
            return self.kind(dict, genuine)(items)
        if choose < 0.85:
            return self.kind(UserDict, genuine)(items)
        made = self.kind(Mapping, genuine)
        made.__abstractmethods__ = frozenset()
        return made()

    def pairs(self, genuine: list[Any]) -> Any:
        """Pairs, or rows of more values."""
        Pair = namedtuple("Pair", "name value")
        items: list[Any] = []
        for item in genuine:
            if isinstance(item, str):
                items.append(self.maybe(item))
                continue
            if isinstance(item, dict):
                items.append(self.mapping(item))
                continue
            pair = [self.maybe(value) for value in item]
            kind = self.random.choice((tuple, list, self.kind(list, 5), self.kind(tuple, 5)))
            is_named = len(pair) == 2 and self.random.random() < 0.2
            items.append(Pair(*pair) if is_named else kind(pair))
        self.shared.append(items)

        def generate() -> Iterator[Any]:
            for item in list(items):
                change(items, self.random)
                if self.random.random() < 0.05:
                    self.act(None)
                yield item

        choose = self.random.random()
        if choose < 0.4:
            return items
        return generate() if choose < 0.7 else self.kind(list, genuine)(items)

    def name(self, genuine: Any) -> Any:
        if self.random.random() < 0.8:
            return genuine
        return self.kind(type(genuine), genuine)(genuine)

    def maybe(self, genuine: Any) -> Any:
        choose = self.random.random()
        if choose < 0.8:
            return genuine
        return [genuine] if choose < 0.85 else self.hostile(genuine)

    def spoil(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Makes one to three of the arguments hostile."""
        armed, self.armed = self.armed, False
        names = self.random.sample(list(arguments), self.random.randint(1, min(3, len(arguments))))
        spoiled = {
            name: self.hostile(value) if name in names else value
            for name, value in arguments.items()
        }
        self.armed = armed
        return spoiled


def change(thing: Any, source: random.Random) -> None:
    """Changes a container or a buffer as far as it lets itself be changed."""
    try:
        if isinstance(thing, memoryview):
            thing.release()
        elif isinstance(thing, bytearray):
            thing[:] = b"x" * source.randrange(10_000)
        elif source.random() < 0.5:
            thing.clear()
        elif isinstance(thing, dict):
            thing.update({str(number): number for number in range(50)})
        else:
            thing.extend([("ref", "x")] * 50)
    except (BufferError, ValueError):
        return


def checked(result: Any) -> str:
    """Checks that a result is a genuine one, whatever was passed."""
    if isinstance(result, VerifiedLink):
        assert result == VERIFIED_LINK
    elif isinstance(result, VerifiedReturn):
        assert result == VERIFIED_RETURN
    elif isinstance(result, VerifiedWebhook):
        assert result == VERIFIED_WEBHOOK
    elif isinstance(result, Delivery):
        assert result.body == DELIVERY.body and result.secret_index == 0
    elif isinstance(result, list):
        assert all(isinstance(each, (str, WorkflowError)) for each in result)
    elif isinstance(result, (Workflow, Webhook, WorkflowSecret, WebhookSecret)):
        assert SECRET not in repr(result)
    return type(result).__name__


VERIFY_LINK = {"now": NOW, "expect": {"reference": "t", "timestamp": NOW}}
VERIFY_RETURN = {"now": NOW, "expect": {"reference": "t", "photo_count": 2}}
ROW = {name: value for name, value in LINK.items() if name != "slug"}
ROWS = [tuple(ROW.values()), ROW, list(ROW.values())[:3]]
PERIODS = {"max_age": 3600, "leeway": 60}
METHODS: list[tuple[str, Call, dict[str, Any]]] = [
    ("Workflow", Workflow, {"secrets": SECRET, **PERIODS}),
    ("Workflow", Workflow, {"secrets": [SECRET, OLD_SECRET], **PERIODS}),
    ("WorkflowSecret", lambda secret: WorkflowSecret(secret), {"secret": SECRET}),
    ("WebhookSecret", lambda secret: WebhookSecret(secret), {"secret": SECRET}),
    ("Webhook", Webhook, {"secrets": SECRET, **PERIODS, "require_timestamp": True}),
    ("sign_link", WORKFLOW.sign_link, LINK),
    ("sign_link", WORKFLOW.sign_link, {**LINK, "slug": None, "link": "https://a.example/s"}),
    ("sign_links", WORKFLOW.sign_links, {"rows": ROWS, "slug": "a", "timestamp": NOW}),
    (
        "sign_links",
        WORKFLOW.sign_links,
        {"rows": ROWS, "link": "https://a.example/s", "return_exceptions": True},
    ),
    ("verify_link", WORKFLOW.verify_link, {"input": LINK_URL, **VERIFY_LINK}),
    ("verify_link", WORKFLOW.verify_link, {"input": LINK_PAIRS, **VERIFY_LINK}),
    ("sign_return", WORKFLOW.sign_return, {"template": "https://a.example/", **RETURN}),
    ("verify_return", WORKFLOW.verify_return, {"input": RETURN_URL.encode(), **VERIFY_RETURN}),
    (
        "verify_return",
        WORKFLOW.verify_return,
        {"input": dict(RETURN_PAIRS), "template": "https://a.example/done", **VERIFY_RETURN},
    ),
    ("verify_return", WORKFLOW.verify_return, {"input": RETURN_PAIRS, **VERIFY_RETURN}),
    ("RedirectTemplate", lambda template: RedirectTemplate(template), {"template": "https://a.b/"}),
    ("expand", TEMPLATE.expand, {**RETURN, "signature": "0" * 64}),
    ("equal", lambda other: (other == TEMPLATE, other != VERIFIED_RETURN), {"other": "x"}),
    ("receive", WEBHOOK.receive, {"body": BODY, "headers": HEADERS, "now": NOW}),
    ("receive", WEBHOOK.receive, {"body": BODY, "headers": list(HEADERS.items()), "now": NOW}),
    (
        "receive",
        WEBHOOK.receive,
        {"body": BODY, "headers": {"type": "http", "headers": list(HEADERS.items())}, "now": NOW},
    ),
    ("verify", WEBHOOK.verify, {"body": BODY, "header": HEADERS["X-Visiono-Signature"]}),
    ("sign", WEBHOOK.sign, {"body": BODY}),
    (
        "test_delivery",
        WEBHOOK.test_delivery,
        {"event": "submission.created", "id": "a", "style": "guide", "timestamp": True, "now": NOW},
    ),
    (
        "matches",
        lambda verified: LINK_OF_EVENT.matches(verified),
        {"verified": VERIFIED_RETURN},
    ),
]


def link_of_event() -> Any:
    test = WEBHOOK.test_delivery("submission.created", now=NOW)
    return WEBHOOK.receive(test.body, test.headers, now=NOW).link


LINK_OF_EVENT = link_of_event()


def every_call(value: Any) -> Iterator[Call]:
    """A call of every method with this object in each place in turn, but for the mappings."""
    for _, call, arguments in METHODS:
        for name in arguments:
            if name not in ("other", "headers", "input") or isinstance(value, (int, type(None))):
                yield lambda call=call, arguments={**arguments, name: value}: call(**arguments)


def is_the_callers(error: BaseException) -> bool:
    """Distinguishes an error of an argument's Python code from one of the package itself."""
    frame = error.__traceback__
    assert frame
    while frame.tb_next:
        frame = frame.tb_next
    code = frame.tb_frame.f_code
    own_files = (_convert.__file__, _frameworks.__file__)
    own = code.co_filename in own_files or (code.co_filename, code.co_name) in OWN_FRAMES
    if not own or isinstance(error.__cause__, Planned):
        return True
    # Python's own types complain without a frame.
    changed = isinstance(error, RuntimeError) and "changed size during iteration" in str(error)
    of_a_zone = isinstance(error, ValueError) and "offset" in str(error)
    return changed or of_a_zone


# The frames that call the package.
OWN_FRAMES = {
    (__file__, "<lambda>"),
    (__file__, "act"),
    (__file__, "test_no_method_of_an_argument_makes_anything_but_an_error"),
}


@pytest.mark.parametrize("part", range(4))
def test_no_method_of_an_argument_makes_anything_but_an_error(part: int) -> None:
    """Fuzzes every method with hostile arguments, from fixed seeds."""
    outcomes: dict[str, set[str]] = {}
    refused = 0
    for number in range(5_000):
        surroundings = Surroundings(part * 5_000 + number)
        name, call, arguments = surroundings.random.choice(METHODS)
        spoiled = surroundings.spoil(arguments)
        outcome = "an error"
        surroundings.armed = True
        try:
            outcome = checked(call(**spoiled))
        except BaseException as error:
            refused += 1
            allowed = (WorkflowError, TypeError, Planned)
            told = (part, number, name, type(error), error.__traceback__)
            assert isinstance(error, allowed) or is_the_callers(error), told
            assert not isinstance(error, (Panic, SystemError)), told
            assert type(error).__name__ != "PanicException", told
            if isinstance(error, WorkflowError):
                assert SECRET not in str(error)
        surroundings.armed = False
        outcomes.setdefault(name, set()).add(outcome)
    # Every method was reached, and each but two both worked and refused.
    assert set(outcomes) == {name for name, _, _ in METHODS}
    for name, found in outcomes.items():
        assert name in ("equal", "matches") or (len(found) > 1 and "an error" in found), (
            name,
            found,
        )
    assert 500 < refused < 4_900, refused
    # Genuine messages are still accepted.
    assert WORKFLOW.sign_link(**LINK) == LINK_URL
    assert WORKFLOW.verify_return(RETURN_URL, now=NOW) == VERIFIED_RETURN
    assert WEBHOOK.receive(BODY, HEADERS, now=NOW) == DELIVERY


def test_hostile_arguments_are_not_kept() -> None:
    class Witness(str):
        pass

    for name in ("unique_value", "source", "reference"):
        witness = Witness("a")
        gone = weakref.ref(witness)
        WORKFLOW.sign_link(**{**LINK, name: witness})
        with pytest.raises(InvalidArgument):
            WORKFLOW.sign_link(**{**LINK, name: witness, "link": "a"})
        del witness
        gc.collect()
        assert gone() is None
