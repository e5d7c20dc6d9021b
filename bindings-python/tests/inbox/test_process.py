"""A handler's writes and the completion of its item are committed together or not at all."""

import asyncio
import contextlib
import json
import pathlib
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, Callable

import psycopg
import pytest
from inbox_kit import event
from make import blocking
from visiono_workflow.inbox import InboxError

PROGRAM = pathlib.Path(__file__).with_name("process_killed.py")
STORES = ("sqlite", "postgresql", "async_postgresql")
WRITE = "INSERT INTO effects (dedup_key, attempt) VALUES ('{}', {})"


class Bench:
    """An inbox, a table of effects, and the caller's own connection."""

    def __init__(self, store: str, place: dict[str, Any], **options: Any) -> None:
        self.store, self.place = store, place
        self.loop = asyncio.new_event_loop()
        self.inbox = blocking(place, store, self.loop, **options)
        self.inbox.migrate()
        with self.reader() as reader:
            reader.execute("CREATE TABLE effects (dedup_key TEXT, attempt INTEGER)")
            reader.commit()
        self.connection = self.connect()

    def reader(self) -> Any:
        if self.store == "sqlite":
            return contextlib.closing(sqlite3.connect(self.place["sqlite"]))
        return psycopg.connect(self.place["postgresql"])

    def connect(self, **options: Any) -> Any:
        if self.store == "sqlite":
            return sqlite3.connect(self.place["sqlite"], **options)
        if self.store == "postgresql":
            return psycopg.connect(self.place["postgresql"], **options)
        connect = psycopg.AsyncConnection.connect(self.place["postgresql"], **options)
        return self.loop.run_until_complete(connect)

    def process(self, *statements: str, fails: Any = None, connection: Any = None) -> bool:
        """Processes an item with a handler that executes statements, then maybe fails."""

        def text(statement: str, item: Any) -> str:
            return statement.format(item.dedup_key, item.attempts)

        def handler(item: Any, connection: Any) -> None:
            for statement in statements:
                connection.execute(text(statement, item))
            if fails:
                raise fails

        async def async_handler(item: Any, connection: Any) -> None:
            for statement in statements:
                await connection.execute(text(statement, item))
            if fails:
                raise fails

        chosen: Callable[..., Any] = async_handler if "async" in self.store else handler
        done: bool = self.inbox.process(connection or self.connection, chosen)
        return done

    def effects(self) -> list[Any]:
        with self.reader() as reader:
            return [tuple(row) for row in reader.execute("SELECT * FROM effects ORDER BY attempt")]

    def counts(self) -> dict[str, int]:
        return {state: number for state, number in self.inbox.counts().items() if number}

    def execute(self, statement: str) -> None:
        done = self.connection.execute(statement)
        if "async" in self.store:
            self.loop.run_until_complete(done)

    def close(self) -> None:
        self.inbox.close()
        closed = self.connection.close()
        if "async" in self.store:
            self.loop.run_until_complete(closed)
        self.loop.close()


@pytest.fixture(params=STORES)
def bench(request: Any, place: dict[str, Any]) -> Iterator[Bench]:
    now = [1_800_000_000.0]
    made = Bench(request.param, place, clock=lambda: now[0])
    made.now = now  # type: ignore[attr-defined]
    yield made
    made.close()


def test_both_are_committed(bench: Bench) -> None:
    assert bench.process(WRITE) is False
    delivery = event("a")
    bench.inbox.accept(delivery)
    assert bench.process(WRITE) is True
    assert bench.effects() == [(delivery.dedup_key, 1)]
    assert bench.counts() == {"done": 1}
    assert bench.process(WRITE) is False


def test_neither_is_if_the_handler_fails(bench: Any) -> None:
    delivery = event("a")
    bench.inbox.accept(delivery)
    assert bench.process(WRITE, fails=ValueError("no \x00table \udcff")) is True
    assert bench.effects() == [] and bench.counts() == {"waiting": 1}
    assert bench.process(WRITE) is False
    bench.now[0] += 10
    [item] = bench.inbox.claim()
    assert (item.attempts, item.last_error) == (2, "ValueError: no \ufffdtable \ufffd")


def test_a_statement_that_fails_is_a_failure_of_the_handler(bench: Any) -> None:
    bench.inbox.accept(event("a"))
    assert bench.process(WRITE, "INSERT INTO nowhere VALUES (1)") is True
    assert bench.effects() == [] and bench.counts() == {"waiting": 1}
    bench.now[0] += 10
    assert "nowhere" in bench.inbox.claim()[0].last_error


def test_a_constraint_that_the_commit_checks(bench: Any) -> None:
    with bench.reader() as reader:
        reader.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
        reader.execute(
            "CREATE TABLE children (parent INTEGER REFERENCES parents (id) "
            "DEFERRABLE INITIALLY DEFERRED)"
        )
        reader.commit()
    if bench.store == "sqlite":
        bench.execute("PRAGMA foreign_keys = ON")
    bench.inbox.accept(event("a"))
    assert bench.process(WRITE, "INSERT INTO children VALUES (7)") is True
    assert bench.effects() == [] and bench.counts() == {"waiting": 1}
    bench.now[0] += 10
    assert "foreign key" in bench.inbox.claim()[0].last_error.lower()


def test_a_handler_that_ends_the_transaction(bench: Any) -> None:
    bench.inbox.accept(event("a"))
    if bench.store == "sqlite":
        # sqlite3 can't keep a handler from it: what it committed stays. The failure is recorded.
        assert bench.process(WRITE, "COMMIT") is True
        assert bench.counts() == {"waiting": 1}
        assert bench.process() is False
    else:
        with pytest.raises(InboxError) as raised:
            bench.process(WRITE, "ROLLBACK")
        assert raised.value.code == "invalid_argument"
        assert bench.effects() == [] and bench.counts() == {"claimed": 1}
        bench.now[0] += 60
        # psycopg still counts the transaction that ended, and refuses to begin another.
        connection = bench.connect()
        assert bench.process(WRITE, connection=connection) is True
        closed = connection.close()
        if "async" in bench.store:
            bench.loop.run_until_complete(closed)
        assert bench.counts() == {"done": 1}


def test_the_connection_is_in_no_transaction(bench: Any) -> None:
    bench.inbox.accept(event("a"))
    bench.execute("BEGIN")
    with pytest.raises(InboxError) as raised:
        bench.process(WRITE)
    assert raised.value.code == "invalid_argument"
    assert bench.counts() == {"waiting": 1}
    bench.execute("ROLLBACK")
    with pytest.raises(TypeError):
        bench.inbox.process(object(), print)
    assert bench.process(WRITE) is True


@pytest.mark.parametrize("autocommit", [True, False])
def test_any_mode_of_the_connection(bench: Any, autocommit: bool) -> None:
    delivery = event("a")
    bench.inbox.accept(delivery)
    if bench.store != "sqlite":
        options: Any = {"autocommit": autocommit, "row_factory": psycopg.rows.dict_row}
    else:
        options = {"isolation_level": None if autocommit else "EXCLUSIVE"}
    connection = bench.connect(**options)
    if bench.store == "sqlite":
        connection.row_factory = sqlite3.Row
    assert bench.process(WRITE, connection=connection) is True
    assert bench.effects() == [(delivery.dedup_key, 1)] and bench.counts() == {"done": 1}
    closed = connection.close()
    if "async" in bench.store:
        bench.loop.run_until_complete(closed)


def test_other_workers_go_on_while_a_handler_runs(place: dict[str, Any]) -> None:
    """Even when its lease has run out, in its last attempt: PostgreSQL's workers skip its row."""
    bench = Bench("postgresql", place, max_attempts=1)
    bench.inbox.accept(event("long"))
    entered, leave = threading.Event(), threading.Event()

    def handler(item: Any, connection: Any) -> None:
        entered.set()
        assert leave.wait(60)

    thread = threading.Thread(
        target=bench.inbox.process, args=(bench.connection, handler), kwargs={"lease": 0.1}
    )
    thread.start()
    assert entered.wait(60)
    time.sleep(0.2)
    other = event("other")
    bench.inbox.accept(other)
    # A claim that waited for the row would wait for ever.
    [item] = bench.inbox.claim()
    assert item.dedup_key == other.dedup_key
    bench.inbox.commit(item)
    leave.set()
    thread.join()
    assert bench.counts() == {"done": 2}
    bench.close()


@pytest.mark.parametrize("store", STORES)
def test_a_handler_is_killed_between_its_write_and_the_completion(
    store: str, place: dict[str, Any]
) -> None:
    bench = Bench(store, place)
    keys = []
    for number in range(3):
        delivery = event("a", number=number)
        keys.append(delivery.dedup_key)
        bench.inbox.accept(delivery)

    def run(kill: bool) -> tuple[int, str]:
        given = json.dumps({"store": store, "place": place, "kill": kill})
        command = [sys.executable, str(PROGRAM)]
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    for number in range(9):
        assert run(kill=True) == (-9, "")
        assert bench.effects() == []
        if number % 3 == 2:
            # Until the leases end.
            time.sleep(0.3)
    for _ in keys:
        assert run(kill=False) == (0, "True\n")
    assert run(kill=False) == (0, "False\n")
    # Each has its effect once, and each death was counted as an attempt.
    assert sorted(bench.effects()) == sorted((key, 4) for key in keys)
    assert bench.counts() == {"done": 3}
    bench.close()


@pytest.mark.parametrize("store", STORES)
def test_a_handler_that_always_kills_its_process_reaches_the_last_attempt(
    store: str, place: dict[str, Any]
) -> None:
    bench = Bench(store, place)
    bench.inbox.accept(event("a"))
    for _ in range(12):
        given = json.dumps({"store": store, "place": place, "kill": True})
        command = [sys.executable, str(PROGRAM)]
        assert subprocess.run(command, input=given, text=True).returncode == -9
        time.sleep(0.2)
    assert bench.process(WRITE) is False
    assert bench.effects() == [] and bench.counts() == {"dead": 1}
    assert bench.inbox.dead()[0].attempts == 12
    bench.close()
