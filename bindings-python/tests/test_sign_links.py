"""``sign_links`` is a loop of ``sign_link``: the same links, checks and errors."""

import gc
import itertools
import signal
import sys
import threading
import time
import tracemalloc
import weakref
from collections import OrderedDict, UserDict, namedtuple
from collections.abc import Iterator
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any

import pytest
from conftest import NOW, SECRET
from visiono_workflow import (
    InvalidArgument,
    InvalidField,
    InvalidUrl,
    Workflow,
    WorkflowError,
)

NAMES = ("unique_value", "source", "reference", "timestamp")
# More than two batches.
MANY = [(f"A {number}", "zendesk", f"ticket-{number}") for number in range(2_500)]
Named = namedtuple("Named", NAMES[:3])


def one_by_one(workflow: Workflow, rows: Any, **more: Any) -> list[str]:
    return [workflow.sign_link(**dict(zip(NAMES, row)), **more) for row in rows]


class TestRows:
    def test_the_links_are_those_of_a_loop(self, workflow: Workflow) -> None:
        wanted = one_by_one(workflow, MANY, slug="damage-report", timestamp=NOW)
        for rows in (MANY, tuple(MANY), iter(MANY), (list(row) for row in MANY)):
            links = workflow.sign_links(rows, slug="damage-report", timestamp=NOW)
            assert type(links) is list and links == wanted
        link = "https://tenant.visio.now/fleet?lang=it#top"
        links = workflow.sign_links(MANY[:3], link=link, timestamp=NOW)
        assert links == one_by_one(workflow, MANY[:3], link=link, timestamp=NOW)
        assert workflow.sign_links([], slug="a") == []

    @pytest.mark.parametrize("size", [1, 1023, 1024, 1025, 2048])
    def test_batches_have_no_seam(self, workflow: Workflow, size: int) -> None:
        links = workflow.sign_links(MANY[:size], slug="a", timestamp=NOW)
        assert links == one_by_one(workflow, MANY[:size], slug="a", timestamp=NOW)

    @pytest.mark.parametrize(
        "kind",
        [
            tuple,
            list,
            lambda row: Named(*row),
            lambda row: dict(zip(NAMES, row)),
            lambda row: dict(reversed(list(zip(NAMES, row)))),
            lambda row: OrderedDict(zip(NAMES, row)),
            lambda row: UserDict(zip(NAMES, row)),
            lambda row: MappingProxyType(dict(zip(NAMES, row))),
        ],
    )
    def test_a_row_is_a_sequence_or_a_mapping(self, workflow: Workflow, kind: Any) -> None:
        rows = [("A é", "zendesk", "2024/0815"), ("B", "crm", "50 %")]
        wanted = one_by_one(workflow, rows, slug="a", timestamp=NOW)
        assert workflow.sign_links(map(kind, rows), slug="a", timestamp=NOW) == wanted

    def test_a_row_may_have_a_timestamp(self, workflow: Workflow) -> None:
        moment = datetime.fromtimestamp(NOW, timezone.utc)
        rows = [("a", "b", "c"), ("a", "b", "c", NOW + 5), ("a", "b", "c", None)]
        rows += [("a", "b", "c", moment), dict(zip(NAMES, ("a", "b", "c", NOW + 5.9)))]
        links = workflow.sign_links(rows, slug="a", timestamp=NOW + 1)
        stamps = [workflow.verify_link(link, now=NOW).timestamp - NOW for link in links]
        assert stamps == [1, 5, 1, 0, 5]
        links = workflow.sign_links(rows[:1], slug="a", timestamp=moment)
        assert workflow.verify_link(links[0], now=NOW).timestamp == NOW

    def test_the_clock_is_read_for_each_row(self, workflow: Workflow) -> None:
        def slow() -> Iterator[tuple[str, str, str]]:
            yield ("a", "b", "c")
            start = int(time.time())
            while int(time.time()) < start + 2:
                time.sleep(0.05)
            yield ("a", "b", "c")

        first, second = map(workflow.verify_link, workflow.sign_links(slow(), slug="a"))
        assert second.timestamp >= first.timestamp + 2


class TestErrors:
    @pytest.mark.parametrize(
        "row, error, message, parameters",
        [
            (("a", "", "c"), InvalidField, "rows[1]: source (src) is empty: pass a value", "src"),
            (("a", "b", "c|d"), InvalidField, "rows[1]: reference (ref) contains '|'", "ref"),
            (("a\n", "b", "c"), InvalidField, "rows[1]: unique value (uv) contains", "uv"),
            (("a", "b", "c", -1), InvalidField, "rows[1]: timestamp (ts)", "ts"),
            (("a", "b", "c", 10**11), InvalidField, "rows[1]: timestamp (ts)", "ts"),
            (("a", "b", "c", 10**99), InvalidField, "rows[1]: timestamp (ts)", "ts"),
            (("a", "\ud800", "c"), InvalidArgument, "rows[1].source has a lone surrogate", ""),
            (("a", "b", "c", float("nan")), InvalidArgument, "rows[1].timestamp is not a f", ""),
        ],
    )
    def test_an_error_has_the_index_of_its_row(
        self, workflow: Workflow, row: Any, error: Any, message: str, parameters: str
    ) -> None:
        good = ("a", "b", "c")
        for kind in (tuple, lambda row: dict(zip(NAMES, row))):
            rows = [good, kind(row), ("", "", ""), good]
            with pytest.raises(error) as raised:
                workflow.sign_links(rows, slug="a", timestamp=NOW)
            assert str(raised.value).startswith(message)
            assert raised.value.row_index == 1
            assert raised.value.parameters == tuple(parameters.split())
            # The class and the sentence are those of `sign_link`.
            with pytest.raises(error) as alone:
                workflow.sign_link(slug="a", **dict(zip(NAMES, row)))
            assert alone.value.row_index is None
            sentence = str(raised.value).replace("rows[1]: ", "").replace("rows[1].", "")
            assert sentence == str(alone.value)

    def test_errors_can_be_returned(self, workflow: Workflow) -> None:
        rows: list[Any] = list(MANY)
        bad = {0: "a|b", 7: "\ud800", 1023: "", 1024: "\n", 2499: "\u2028"}
        for index, text in bad.items():
            rows[index] = (text, "zendesk", "t")
        results = workflow.sign_links(rows, slug="a", timestamp=NOW, return_exceptions=True)
        assert len(results) == len(rows)
        errors = {each.row_index: each for each in results if isinstance(each, WorkflowError)}
        assert {index: type(error) for index, error in errors.items()} == {
            index: InvalidArgument if index == 7 else InvalidField for index in bad
        }
        wanted = one_by_one(workflow, MANY, slug="a", timestamp=NOW)
        for index, result in enumerate(results):
            assert result is errors.get(index) or result == wanted[index]

    def test_the_first_error_is_raised(self, workflow: Workflow) -> None:
        def rows(last: Any) -> Iterator[Any]:
            yield from MANY[:5]
            yield ("", "b", "c")
            yield last

        # A loop of `sign_link` would not come to the last one.
        for last in (("a", 5, "c"), 5, ("a",)):
            with pytest.raises(InvalidField) as raised:
                workflow.sign_links(rows(last), slug="a")
            assert raised.value.row_index == 5

        def broken() -> Iterator[Any]:
            yield ("", "b", "c")
            raise KeyError("mine")

        with pytest.raises(InvalidField):
            workflow.sign_links(broken(), slug="a")
        with pytest.raises(KeyError, match="mine"):
            workflow.sign_links(broken(), slug="a", return_exceptions=True)

    @pytest.mark.parametrize("return_exceptions", [False, True])
    @pytest.mark.parametrize(
        "row, message",
        [
            (5, "rows[2] must be a tuple, a list or a mapping of field names to values, not int"),
            ("abc", "rows[2] must be a tuple, a list or a mapping"),
            (None, "rows[2] must be a tuple, a list or a mapping"),
            ({"a"}, "rows[2] must be a tuple, a list or a mapping"),
            ((), "rows[2].unique_value is missing"),
            (("a", "b"), "rows[2].reference is missing"),
            (("a", "b", "c", NOW, "e"), "rows[2] must have at most 4 values, not 5"),
            (("a", 5, "c"), "rows[2].source must be str, not int"),
            (("a", None, "c"), "rows[2].source must be str, not NoneType"),
            (("a", b"b", "c"), "rows[2].source must be str, not bytes"),
            (("a", "b", "c", "5"), "rows[2].timestamp must be an int, a float or"),
            ({"unique_value": "a", "source": "b"}, "rows[2].reference is missing"),
            (
                {"unique_value": "a", "source": "b", "reference": "c", "note": "d"},
                "rows[2] has a name that is not one of unique_value, source, reference, timestamp",
            ),
            ({"unique_value": "a", 5: "b"}, "rows[2] has a name that is not one of"),
        ],
    )
    def test_a_wrong_type_is_a_type_error(
        self, workflow: Workflow, row: Any, message: str, return_exceptions: bool
    ) -> None:
        rows = [*MANY[:2], row]
        with pytest.raises(TypeError) as raised:
            workflow.sign_links(rows, slug="a", return_exceptions=return_exceptions)
        assert str(raised.value).startswith(message)

    def test_the_other_arguments_are_checked_first(self, workflow: Workflow) -> None:
        def never() -> Iterator[Any]:
            raise AssertionError
            yield

        for more, error in (
            ({}, InvalidArgument),
            ({"slug": "a", "link": "https://a.example/"}, InvalidArgument),
            ({"slug": "a b"}, InvalidField),
            ({"link": "https://a.example/?uv=1"}, InvalidUrl),
            ({"slug": "a", "timestamp": float("inf")}, InvalidArgument),
        ):
            with pytest.raises(error) as raised:
                workflow.sign_links(never(), **more)
            assert raised.value.row_index is None
        for more in ({"slug": 5}, {"slug": "a", "timestamp": "5"}, {"return_exceptions": 1}):
            with pytest.raises(TypeError):
                workflow.sign_links(never(), **more)
        for rows in (5, None, workflow):
            with pytest.raises(TypeError, match="is not iterable"):
                workflow.sign_links(rows, slug="a")

    def test_an_error_shows_no_value_and_no_secret(self, workflow: Workflow) -> None:
        rows = [("hidden|", "hidden", "hidden"), {"hidden": "hidden"}, ("hid\ud800den", "b", "c")]
        for row in rows:
            with pytest.raises((WorkflowError, TypeError)) as raised:
                workflow.sign_links([row], slug="a")
            assert "hidden" not in str(raised.value) and SECRET not in str(raised.value)


class TestHostileRows:
    def test_rows_that_change_while_they_are_read(self, workflow: Workflow) -> None:
        rows: list[Any] = list(MANY[:100])

        class Index:
            def __init__(self, act: Any) -> None:
                self.act = act

            def __index__(self) -> int:
                self.act()
                return NOW

        # The list that is iterated is emptied, and the row that is read.
        rows[50] = ["a", "b", "c", Index(rows.clear)]
        links = workflow.sign_links(rows, slug="a", timestamp=NOW)
        assert len(links) == 51 and rows == []
        row: list[Any] = ["a", "b", "c"]
        row.append(Index(row.clear))
        by_name: dict[str, Any] = {"unique_value": "a", "source": "b", "reference": "c"}
        by_name["timestamp"] = Index(by_name.clear)
        links = workflow.sign_links([row, by_name], slug="a")
        assert links == one_by_one(workflow, [("a", "b", "c", NOW)] * 2, slug="a")
        assert row == [] and by_name == {}
        # Many more rows come while a row is read.
        grown: list[Any] = [("a", "b", "c", NOW)]
        grown.append(("a", "b", "c", Index(lambda: grown.extend(MANY))))
        assert len(workflow.sign_links(grown, slug="a")) == 2 + len(MANY)

    def test_the_callers_exceptions_come_through(self, workflow: Workflow) -> None:
        class Planned(BaseException):
            pass

        class Raises:
            def __index__(self) -> int:
                raise Planned

        def fails(after: int) -> Iterator[Any]:
            yield from MANY[:after]
            raise Planned

        class Keys(UserDict):  # type: ignore[type-arg]
            def __iter__(self) -> Any:
                raise Planned

        for return_exceptions in (False, True):
            for rows in (fails(0), fails(3), fails(1500), [("a", "b", "c", Raises())], [Keys()]):
                with pytest.raises(Planned):
                    workflow.sign_links(rows, slug="a", return_exceptions=return_exceptions)

    def test_keys_that_run_code(self, workflow: Workflow) -> None:
        class Key:
            def __init__(self, row: dict[Any, Any]) -> None:
                self.row = row

            def __hash__(self) -> int:
                return hash("reference")

            def __eq__(self, other: object) -> bool:
                self.row.clear()
                return False

        row: dict[Any, Any] = {"unique_value": "a", "source": "b"}
        row[Key(row)] = "c"
        with pytest.raises((TypeError, RuntimeError)):
            workflow.sign_links([row], slug="a")

    def test_it_calls_back_into_itself(self, workflow: Workflow) -> None:
        def nested(depth: int) -> Iterator[Any]:
            yield ("a", "b", "c", NOW)
            if depth:
                workflow.sign_links(nested(depth - 1), slug="a")
            yield ("a", "b", "d", NOW)

        wanted = one_by_one(workflow, [("a", "b", "c", NOW), ("a", "b", "d", NOW)], slug="a")
        assert workflow.sign_links(nested(5), slug="a") == wanted

    def test_nothing_is_kept(self, workflow: Workflow) -> None:
        class Witness(str):
            pass

        witness = Witness("a")
        gone = weakref.ref(witness)
        workflow.sign_links([(witness, witness, witness)], slug="a")
        results = workflow.sign_links([(witness, "|", "c")], slug="a", return_exceptions=True)
        assert isinstance(results[0], InvalidField)
        del witness
        gc.collect()
        assert gone() is None


class TestWhileItWorks:
    def test_the_memory_is_that_of_the_links(self, workflow: Workflow) -> None:
        # Of Python's memory. What Rust has is at most a batch of rows and of URLs.
        tracemalloc.start()
        links = workflow.sign_links((("a", "b", str(n)) for n in range(20_000)), slug="a")
        held, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert held > sum(map(sys.getsizeof, links))
        # A row has three texts of about 35 bytes, and the list of links is made from another.
        assert peak - held < 1024 * 600 + 20_000 * 16

    def test_other_threads_run(self, workflow: Workflow) -> None:
        ran = threading.Event()
        lock = threading.Lock()

        def wait() -> None:
            with lock:
                ran.set()

        # Nobody takes the interpreter away: the other thread runs if it is let go.
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1_000)
        try:
            lock.acquire()
            thread = threading.Thread(target=wait)
            thread.start()
            lock.release()
            workflow.sign_links(itertools.repeat(("a", "b", "c"), 200_000), slug="a")
            assert ran.is_set()
        finally:
            sys.setswitchinterval(interval)
            thread.join()

    def test_many_threads_use_one_object(self, workflow: Workflow) -> None:
        wanted = one_by_one(workflow, MANY, slug="a", timestamp=NOW)
        found: list[bool] = []

        def sign() -> None:
            found.append(workflow.sign_links(MANY, slug="a", timestamp=NOW) == wanted)

        threads = [threading.Thread(target=sign) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [True] * 8

    def test_ctrl_c_ends_it(self, workflow: Workflow) -> None:
        # Nothing of Python's own, which would look for signals, runs while it signs.
        rows = itertools.repeat(("a", "b", "c"), 5_000_000)
        timer = threading.Timer(0.1, signal.raise_signal, [signal.SIGINT])
        # The parent process may ignore the signal.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        timer.start()
        try:
            with pytest.raises(KeyboardInterrupt):
                workflow.sign_links(rows, slug="a")
        finally:
            timer.join()
            signal.signal(signal.SIGINT, before)
