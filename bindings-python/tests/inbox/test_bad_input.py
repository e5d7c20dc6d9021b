"""Bad input and a full, missing or read-only store are clear errors, and lose nothing."""

import asyncio
import contextlib
import io
import json
import os
import pathlib
import pickle
import sqlite3
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import redis
from inbox_kit import SHARED, WEBHOOK, event, received
from make import ASYNC, STORES, blocking
from visiono_workflow.inbox import (
    ASGIReceiver,
    InboxError,
    PostgresStore,
    SQLiteStore,
    WSGIReceiver,
)
from visiono_workflow.inbox import Inbox as SyncInbox

ALL = ("sqlite", "postgresql", "postgresql_pool", "redis", *ASYNC)


@pytest.fixture(params=ALL)
def inbox(request: Any, place: dict[str, Any]) -> Iterator[Any]:
    loop = asyncio.new_event_loop()
    made = blocking(place, request.param, loop)
    made.migrate()
    yield made
    made.close()
    loop.close()


def code_of(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(InboxError) as raised:
        call(*arguments, **named)
    assert raised.value.code in ("unavailable", "outdated_schema") or not raised.value.__cause__
    return raised.value.code


class Receiver:
    """Posts to a receiver of any inbox, without a server."""

    def __init__(self, inbox: Any) -> None:
        self.lines: list[str] = []
        self.inbox = inbox
        options: Any = {"log": lambda level, line: self.lines.append(line)}
        if isinstance(inbox, SyncInbox):
            self.wsgi = WSGIReceiver(WEBHOOK, inbox, **options)
        else:
            self.asgi = ASGIReceiver(WEBHOOK, inbox.inbox, **options)

    def post(self, text: bytes) -> int:
        signature = WEBHOOK.sign(text)
        if isinstance(self.inbox, SyncInbox):
            environ = {
                "REQUEST_METHOD": "POST",
                "CONTENT_LENGTH": str(len(text)),
                "wsgi.input": io.BytesIO(text),
                "wsgi.version": (1, 0),
                "HTTP_X_VISIONO_SIGNATURE": signature,
            }
            answers: list[Any] = []
            list(self.wsgi(environ, lambda *answer: answers.append(answer)))
            status, headers = int(answers[0][0][:3]), dict(answers[0][1])
        else:
            sent: list[Any] = []
            pairs = [(b"x-visiono-signature", signature.encode())]
            scope = {"type": "http", "method": "POST", "headers": pairs, "query_string": b""}

            async def receive() -> Any:
                return {"type": "http.request", "body": text}

            async def send(message: Any) -> None:
                sent.append(message)

            self.inbox.loop.run_until_complete(self.asgi(scope, receive, send))
            status = sent[0]["status"]
            headers = {name.decode().title(): value for name, value in sent[0]["headers"]}
        assert ("Retry-After" in headers) == (status == 503)
        return status


def test_the_largest_body_and_any_text(inbox: Any) -> None:
    text = json.dumps({"event": "🙂" * 300, "x": ""}, ensure_ascii=False)
    space = (1 << 20) - len(text.encode())
    text = json.dumps({"event": "🙂" * 300, "x": "x" * space}, ensure_ascii=False)
    assert len(text.encode()) == 1 << 20
    receiver = Receiver(inbox)
    assert [receiver.post(text.encode()), receiver.post(text.encode())] == [204, 204]
    assert receiver.post(text.encode() + b" ") == 413
    [item] = inbox.claim(5)
    assert item.raw_body == text and item.event == "🙂" * 255
    assert item.request_id is None and item.unauthenticated_delivery_id is None
    inbox.fail(item, "'\x00\udc80" + "ü" * 300)
    assert inbox.counts() == {"waiting": 1, "claimed": 0, "done": 0, "dead": 0}
    assert all(line.isprintable() and "xxx" not in line for line in receiver.lines)


def test_headers_without_limit_are_cut(inbox: Any) -> None:
    delivery = received(b'{"event":"a"}', **{"X-Visiono-Delivery": "d" * 5000})
    assert inbox.accept(delivery) == "new"
    [item] = inbox.claim()
    assert item.unauthenticated_delivery_id in ("d" * 255, None)


def test_arguments(inbox: Any) -> None:
    inbox.accept(event("a"))
    nan, infinite = float("nan"), float("inf")
    for name, arguments in (
        *(("claim", (1, wrong)) for wrong in (0, -1, nan, infinite, 1e10)),
        *(("claim", (wrong, 1)) for wrong in (0, -1, 1 << 40)),
        *(("events", ("x", wrong)) for wrong in (nan, -infinite, 1e300)),
        *(("once", (wrong, 1)) for wrong in ("", "x" * 256, "é" * 128, "a\x00", "a\ud800")),
        *(("once", ("a", wrong)) for wrong in (0, -1, nan)),
        *(("purge", wrong) for wrong in ((-1,), (1, -1), (1, 1, nan), (1, 1, 1, -1))),
    ):
        assert code_of(getattr(inbox, name), *arguments) == "invalid_argument"
    for name, arguments in (
        ("accept", (object(),)),
        ("accept", (None,)),
        ("claim", ("1", 1)),
        ("claim", (1.5, 1)),
        ("claim", (1, "60")),
        ("commit", (object(),)),
        ("events", (b"x",)),
        ("retry", (None,)),
        ("once", (b"x", 1)),
    ):
        with pytest.raises(TypeError):
            getattr(inbox, name)(*arguments)
    for key in ("", "x", "'; DROP TABLE visiono_inbox", "0" * 64, "\x00", "\ud800"):
        assert code_of(inbox.retry, key) == "unknown_item"
    assert inbox.events("\x00") == inbox.events("\ud800") == inbox.events("x" * 300) == []
    [item] = inbox.claim()
    assert code_of(inbox.release, item, -1) == "invalid_argument"
    with pytest.raises(TypeError):
        inbox.fail(item, ValueError())
    inbox.commit(item)
    error = pickle.loads(pickle.dumps(InboxError("lease_lost", "text")))
    assert (error.code, str(error)) == ("lease_lost", "text")


@pytest.mark.parametrize("store", ALL)
def test_a_clock_that_jumps(store: str, place: dict[str, Any]) -> None:
    loop = asyncio.new_event_loop()
    now = [1_800_000_000.0]
    inbox = blocking(place, store, loop, clock=lambda: now[0])
    inbox.migrate()
    inbox.accept(event("a"))
    [early] = inbox.claim(lease=60)
    # A day back: nobody else gets it for a day, and its worker completes it.
    now[0] -= 86400
    assert inbox.claim() == []
    inbox.accept(event("b"))
    [other] = inbox.claim(lease=60)
    # Ten years on: both can be claimed again, and the late workers can't complete them.
    now[0] += 10 * 365 * 86400
    again = inbox.claim(5)
    assert sorted(item.event for item in again) == ["a", "b"]
    assert [item.token for item in again] == [2, 2]
    assert code_of(inbox.commit, early) == code_of(inbox.commit, other) == "lease_lost"
    now[0] = 0
    for item in again:
        inbox.commit(item)
    assert inbox.counts()["done"] == 2
    inbox.close()
    loop.close()


@pytest.mark.parametrize("store", ["sqlite", "postgresql", "async_postgresql"])
def test_an_older_schema(store: str, place: dict[str, Any]) -> None:
    loop = asyncio.new_event_loop()
    inbox = blocking(place, store, loop)
    assert code_of(inbox.accept, event("a")) == "outdated_schema"
    assert Receiver(inbox).post(b'{"event":"a"}') == 503
    folder = SHARED.parents[1] / "inbox" / "schema" / store.replace("async_", "")
    connection: Any
    if store == "sqlite":
        connection = sqlite3.connect(place["sqlite"])
        run = connection.executescript
    else:
        connection = psycopg.connect(place["postgresql"])
        run = connection.execute
    with contextlib.closing(connection):
        for number in ("0000_schema", "0001_inbox"):
            run((folder / f"{number}.sql").read_text("utf-8"))
        connection.execute("INSERT INTO visiono_inbox_schema VALUES (1, 0)")
        connection.commit()
        assert inbox.accept(event("a", timestamp=None)) == "new"
        assert code_of(inbox.once, "name", 60) == "outdated_schema"
        inbox.migrate()
        inbox.migrate()
        assert inbox.once("name", 60) is True
        assert inbox.counts()["waiting"] == 1
        versions = connection.execute("SELECT version FROM visiono_inbox_schema ORDER BY version")
        assert versions.fetchall() == [(1,), (2,)]
    inbox.close()
    loop.close()


def test_sqlite_that_is_full(place: dict[str, Any]) -> None:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(place["sqlite"], check_same_thread=False)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    pages = 1000
    inbox = SyncInbox(SQLiteStore(connect))
    inbox.migrate()
    receiver = Receiver(inbox)
    stored = 0
    while receiver.post(b'{"event":"a","x":"%s","n":%d}' % (b"x" * 100_000, stored)) == 204:
        stored += 1
    assert stored > 10
    assert "database or disk is full" in receiver.lines[-1]
    assert inbox.counts()["waiting"] == stored
    # Nothing is lost, and all is processed when there is room again.
    inbox.close()
    pages = 100_000
    assert receiver.post(b'{"event":"a","n":-1}') == 204
    for item in inbox.claim(2 * stored):
        inbox.commit(item)
    assert inbox.counts()["done"] == stored + 1
    inbox.close()


def test_sqlite_that_is_read_only(place: dict[str, Any]) -> None:
    inbox = STORES["sqlite"](place)
    inbox.migrate()
    inbox.accept(event("a"))
    inbox.close()

    def connect() -> sqlite3.Connection:
        uri = f"file:{place['sqlite']}?mode=ro"
        return sqlite3.connect(uri, uri=True, check_same_thread=False)

    read_only = SyncInbox(SQLiteStore(connect))
    receiver = Receiver(read_only)
    assert receiver.post(b'{"event":"b"}') == 503
    assert "attempt to write a readonly database" in receiver.lines[0]
    assert code_of(read_only.claim) == "unavailable"
    assert len(inbox.claim(5)) == 1
    for path in ("/proc/none/inbox", os.path.dirname(place["sqlite"])):
        broken = SyncInbox(SQLiteStore(path))
        assert code_of(broken.migrate) == "unavailable" and Receiver(broken).post(b"{") == 401
        assert Receiver(broken).post(b'{"event":"b"}') == 503
    pathlib.Path(place["sqlite"] + ".txt").write_text("this is not a database" * 100)
    broken = SyncInbox(SQLiteStore(place["sqlite"] + ".txt"))
    assert code_of(broken.migrate) == "unavailable"
    for memory in ("", ":memory:"):
        with pytest.raises(InboxError) as raised:
            SQLiteStore(memory)
        assert raised.value.code == "invalid_argument"
    inbox.close()


def test_postgresql_that_is_read_only_or_wrong(place: dict[str, Any]) -> None:
    inbox = STORES["postgresql"](place)
    inbox.migrate()
    url = place["postgresql"] + "%20-cdefault_transaction_read_only%3Don"
    read_only = SyncInbox(PostgresStore(lambda: psycopg.connect(url)))
    receiver = Receiver(read_only)
    assert receiver.post(b'{"event":"a"}') == 503
    assert receiver.lines == [
        "webhook not accepted: the database didn't do it: ReadOnlySqlTransaction"
    ]
    assert read_only.counts()["waiting"] == 0
    assert receiver.post(b'{"event":"a"}') == 503
    # No password is in a message.
    for wrong in (
        place["postgresql"].replace(":pw", ":xx"),
        place["postgresql"].replace("127.0.0.1:", "127.0.0.1:1"),
        place["postgresql"].replace("//", ""),
    ):
        password = wrong.split(":")[2].split("@")[0] if "//" in wrong else "inbox:"
        broken = SyncInbox(PostgresStore(lambda wrong=wrong: psycopg.connect(wrong)))
        receiver = Receiver(broken)
        assert receiver.post(b'{"event":"a"}') == 503
        assert password not in receiver.lines[0]
    with psycopg.connect(place["postgresql"]) as connection:
        connection.execute("SELECT 1")
        shared = SyncInbox(PostgresStore(connection))
        # It is in a transaction: what is accepted would not be durable.
        assert code_of(shared.accept, event("a")) == "invalid_argument"
        assert Receiver(shared).post(b'{"event":"a"}') == 500
    with pytest.raises(TypeError):
        PostgresStore("postgresql://…")
    assert inbox.counts()["waiting"] == 0
    inbox.close()


@pytest.mark.parametrize("store", ["postgresql", "postgresql_pool", "async_postgresql"])
def test_postgresql_that_is_full(store: str, place: dict[str, Any]) -> None:
    loop = asyncio.new_event_loop()
    inbox = blocking(place, store, loop)
    inbox.migrate()
    inbox.accept(event("a"))
    receiver = Receiver(inbox)
    with psycopg.connect(place["postgresql"], autocommit=True) as connection:
        # The error of a full disk.
        connection.execute(
            "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN RAISE EXCEPTION USING ERRCODE = ''disk_full''; END'"
        )
        connection.execute(
            "CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON visiono_inbox "
            "FOR EACH ROW EXECUTE FUNCTION fill()"
        )
        assert receiver.post(b'{"event":"b"}') == 503
        assert receiver.lines[-1].endswith("the database didn't do it: DiskFull")
        assert code_of(inbox.claim) == "unavailable"
        connection.execute("DROP TRIGGER fill ON visiono_inbox")
    assert receiver.post(b'{"event":"b"}') == 204
    assert [item.event for item in inbox.claim(5)] == ["a", "b"]
    inbox.close()
    loop.close()


def test_redis_that_is_full_or_wrong(place: dict[str, Any], databases: Any) -> None:
    inbox = STORES["redis"](place)
    client = redis.Redis.from_url(place["redis"])
    receiver = Receiver(inbox)
    assert receiver.post(b'{"event":"a"}') == 204
    client.config_set("maxmemory", 1)
    try:
        assert receiver.post(b'{"event":"b"}') == 503
        assert receiver.lines[-1].endswith("OutOfMemoryError")
        assert code_of(inbox.claim) == "unavailable"
    finally:
        client.config_set("maxmemory", 0)
    assert inbox.counts()["waiting"] == 1
    client.config_set("min-replicas-to-write", 1)
    try:
        assert receiver.post(b'{"event":"b"}') == 503
    finally:
        client.config_set("min-replicas-to-write", 0)
    # The script isn't known any more after a restart.
    client.script_flush()
    assert receiver.post(b'{"event":"b"}') == 204
    [first, second] = inbox.claim(5)
    assert [first.raw_body, second.raw_body] == ['{"event":"a"}', '{"event":"b"}']
    wrong = {**place, "redis": place["redis"].replace(":pw", ":xx")}
    receiver = Receiver(STORES["redis"](wrong))
    assert receiver.post(b'{"event":"b"}') == 503
    assert "pw" not in receiver.lines[0] and "xx" not in receiver.lines[0]


def test_a_store_that_does_not_answer_in_time(place: dict[str, Any]) -> None:
    inbox = STORES["sqlite"](place)
    inbox.migrate()
    lines: list[str] = []
    receiver = Receiver(inbox)
    receiver.wsgi = WSGIReceiver(
        WEBHOOK, inbox, deadline=0.2, log=lambda level, line: lines.append(line)
    )
    with contextlib.closing(sqlite3.connect(place["sqlite"])) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert receiver.post(b'{"event":"a"}') == 503
        assert lines == ["webhook not accepted: the store didn't answer in time"]
        connection.rollback()
    inbox.close()
