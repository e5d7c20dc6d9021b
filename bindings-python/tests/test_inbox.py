"""The inbox does what its contract says, on SQLite. `run.py inbox` tests the other databases."""

import contextlib
import logging
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from inbox_kit import SCENARIOS, event, run_scenario
from visiono_workflow.inbox import Inbox, InboxError, Item, SQLiteStore


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str, tmp_path: pathlib.Path) -> None:
    def make(**options: Any) -> Inbox:
        made = Inbox(SQLiteStore(tmp_path / "inbox"), **options)
        made.migrate()
        return made

    run_scenario(SCENARIOS[name], make)


def test_all_scenarios_ran() -> None:
    assert len(SCENARIOS) == 16


@pytest.fixture()
def inbox(tmp_path: pathlib.Path) -> Iterator[Inbox]:
    made = Inbox(SQLiteStore(str(tmp_path / "inbox")))
    made.migrate()
    yield made
    made.close()


def counts(inbox: Inbox) -> dict[str, int]:
    return {state: number for state, number in inbox.counts().items() if number}


def test_importing_it_imports_no_driver() -> None:
    code = (
        "import sys, visiono_workflow; assert 'sqlite3' not in sys.modules\n"
        "import visiono_workflow.inbox; print({'psycopg', 'redis', 'django'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_the_file_is_durable(inbox: Inbox, tmp_path: pathlib.Path) -> None:
    with inbox._store._connections.lend() as connection:  # type: ignore[attr-defined]
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("busy_timeout", 5000)):
            assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)


def test_only_a_verified_delivery_is_accepted(inbox: Inbox) -> None:
    for wrong in ({"event": "a"}, "text", None, object()):
        with pytest.raises(TypeError, match="delivery must be what Webhook"):
            inbox.accept(wrong)  # type: ignore[arg-type]
    assert counts(inbox) == {}


class TestRun:
    def test_it_completes_and_fails_items(
        self, inbox: Inbox, caplog: pytest.LogCaptureFixture
    ) -> None:
        stop, ended = threading.Event(), []
        for name in ("a.first", "a.failure", "a.last"):
            inbox.accept(event(name))

        def handler(item: Item) -> None:
            if item.event == "a.failure":
                raise ValueError("forged\nline")

        def progress(item: Item, outcome: str) -> None:
            ended.append((item.event, outcome))
            if len(ended) == 3:
                stop.set()

        inbox.run(handler, stop=stop, progress=progress)
        assert ended == [("a.first", "done"), ("a.failure", "failed"), ("a.last", "done")]
        assert counts(inbox) == {"done": 2, "waiting": 1}
        assert "forged" not in "".join(record.getMessage() for record in caplog.records)

    def test_many_at_once(self, inbox: Inbox) -> None:
        stop, barrier = threading.Event(), threading.Barrier(5)
        for number in range(5):
            inbox.accept(event("a", number=number))

        def handler(item: Item) -> None:
            # It is passed when all five handlers run.
            barrier.wait(60)
            stop.set()

        inbox.run(handler, concurrency=5, stop=stop)
        assert counts(inbox) == {"done": 5}

    def test_a_lease_is_extended_while_the_handler_runs(self, inbox: Inbox) -> None:
        stop = threading.Event()
        inbox.accept(event("a"))

        def handler(item: Item) -> None:
            for _ in range(6):
                time.sleep(0.3)
                assert inbox.claim() == []
            stop.set()

        outcomes: list[str] = []
        inbox.run(handler, lease=1, stop=stop, progress=lambda item, end: outcomes.append(end))
        assert outcomes == ["done"] and counts(inbox) == {"done": 1}

    def test_a_lost_lease_is_reported(self, inbox: Inbox) -> None:
        stop = threading.Event()
        delivery = event("a")
        inbox.accept(delivery)
        outcomes: list[str] = []

        def handler(item: Item) -> None:
            # As if the clock jumped, and another worker was quicker.
            inbox.commit(item)
            inbox.replay(delivery.dedup_key)
            stop.set()

        inbox.run(handler, stop=stop, progress=lambda item, end: outcomes.append(end))
        assert outcomes == ["lost"] and counts(inbox) == {"waiting": 1}

    def test_it_waits_for_a_database_that_is_away(
        self, inbox: Inbox, tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        late = Inbox(SQLiteStore(tmp_path / "missing" / "inbox"))
        stop = threading.Event()
        thread = threading.Thread(
            target=late.run, args=(lambda item: stop.set(),), kwargs={"poll": 0.05, "stop": stop}
        )
        thread.start()
        while not caplog.records:
            time.sleep(0.01)
        (tmp_path / "missing").mkdir()
        late.migrate()
        late.accept(event("a"))
        thread.join()
        assert counts(late) == {"done": 1}
        late.close()

    def test_an_error_of_the_program_ends_it(self, inbox: Inbox) -> None:
        def progress(item: Item, outcome: str) -> None:
            raise RuntimeError("a bug")

        inbox.accept(event("a"))
        with pytest.raises(RuntimeError, match="a bug"):
            inbox.run(print, concurrency=2, progress=progress)
        for wrong in ({"concurrency": 0}, {"lease": 0}):
            with pytest.raises(InboxError):
                inbox.run(print, **wrong)  # type: ignore[arg-type]

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_it_after_what_it_has(
        self, inbox: Inbox, tmp_path: pathlib.Path, number: signal.Signals
    ) -> None:
        for each in range(3):
            inbox.accept(event("a", number=each))
        code = (
            "import sys, time; from visiono_workflow.inbox import *\n"
            "def handler(item): print('began', flush=True); sys.stdin.readline()\n"
            "Inbox(SQLiteStore(sys.argv[1])).run(handler); print('ended')"
        )
        with subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "inbox")],
            **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True},
        ) as process:
            assert process.stdin and process.stdout
            assert process.stdout.readline() == "began\n"
            process.send_signal(number)
            time.sleep(0.2)
            process.stdin.write("\n")
            process.stdin.flush()
            assert process.stdout.read() == "ended\n"
            assert process.wait() == 0
        assert counts(inbox) == {"done": 1, "waiting": 2}


def test_a_forked_process_has_connections_of_its_own(inbox: Inbox) -> None:
    inbox.accept(event("a"))
    child = os.fork()
    if child == 0:
        try:
            inbox.accept(event("b"))
            inbox.close()
            os._exit(0 if len(inbox._store._connections._idle) == 2 else 2)  # type: ignore[attr-defined]
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    inbox.accept(event("c"))
    assert counts(inbox) == {"waiting": 3}


def test_threads_that_come_and_go_share_connections(inbox: Inbox) -> None:
    for number in range(20):
        thread = threading.Thread(target=inbox.accept, args=(event("a", number=number),))
        thread.start()
        thread.join()
    assert len(inbox._store._connections._idle[os.getpid()]) == 1  # type: ignore[attr-defined]
    assert counts(inbox) == {"waiting": 20}


def test_a_connection_of_one_thread_is_the_callers_mistake(tmp_path: pathlib.Path) -> None:
    made = Inbox(SQLiteStore(lambda: sqlite3.connect(tmp_path / "inbox")))
    made.migrate()
    raised: list[BaseException] = []

    def accept() -> None:
        try:
            made.accept(event("a"))
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=accept)
    thread.start()
    thread.join()
    assert type(raised[0]) is sqlite3.ProgrammingError
    with contextlib.suppress(sqlite3.ProgrammingError):
        made.close()


def test_what_is_logged_of_a_failure(inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()
    delivery = event("a.secret", data={"name": "a customer"})
    inbox.accept(delivery)

    def handler(item: Item) -> None:
        stop.set()
        raise KeyError("why")

    with caplog.at_level(logging.INFO, "visiono_workflow.inbox"):
        inbox.run(handler, stop=stop)
    assert caplog.records[0].getMessage() == (f"inbox: event {delivery.dedup_key} failed")
    assert "a customer" not in caplog.text and "KeyError: 'why'" in caplog.text
    assert "a customer" not in repr(inbox.claim())
