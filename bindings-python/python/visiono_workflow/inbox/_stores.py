"""The stores: they run operations on a database, through a driver that the caller passes."""

from __future__ import annotations

import hashlib
import importlib
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

from .._convert import wrong_type
from . import _texts
from ._item import InboxError
from ._statements import POSTGRESQL, SQLITE, Dialect, is_read, result

__all__ = ["PostgresStore", "RedisStore", "SQLiteStore"]

Parameters = dict[str, Any]
# The errors of PostgreSQL for a table and a column that it doesn't have.
_MISSING = ("42P01", "42703")
# Milliseconds for which SQLite waits for another writer.
_BUSY_TIMEOUT = 5000


class Session(Protocol):
    """A connection on which an operation, or several in one transaction, run."""

    def run(self, operation: str, parameters: Parameters) -> Any: ...

    def transaction(self) -> AbstractContextManager[object]:
        """Begins a transaction, or a savepoint if there is one."""
        ...


class Store(Protocol):
    """The methods that :class:`Inbox` needs of a store."""

    _errors: tuple[type[Exception], ...]

    def _run(self, operation: str, parameters: Parameters) -> Any: ...

    def _migrate(self, now: int | None) -> None: ...

    def _session(self, connection: Any) -> Session: ...

    def _translated(self) -> AbstractContextManager[None]: ...

    def close(self) -> None: ...


def translation(error: Exception) -> InboxError:
    """Makes the error of the inbox for a driver's. A driver's message can have a password in it, so
    only SQLite's is repeated."""
    text = str(error) if isinstance(error, sqlite3.Error) else type(error).__name__
    missing = text.startswith(("no such table: visiono_inbox", "no such column: ")) or (
        "visiono_inbox has no column" in text
    )
    if missing or getattr(error, "sqlstate", None) in _MISSING:
        return InboxError("outdated_schema", f"the tables are missing or older: migrate ({text})")
    if text == "OutOfOrderTransactionNesting":
        return InboxError("invalid_argument", "a handler must neither commit nor roll back")
    return InboxError("unavailable", f"the database didn't do it: {text}")


class _Store:
    _errors: tuple[type[Exception], ...]

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Raises a driver's errors as those of the inbox."""
        try:
            yield
        except sqlite3.ProgrammingError:
            # The caller's own mistake, such as a connection that only one thread may use.
            raise
        except self._errors as error:
            raise translation(error) from error


class _Connections:
    """Connections that a function makes. One thread at a time has each of them, and it is kept for
    the next one, unless it failed."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        # By process: after a fork, the child must neither use nor close those of its parent. There
        # is no lock, which another thread could have at that moment.
        self._idle: dict[int, list[Any]] = {}

    @contextmanager
    def lend(self) -> Iterator[Any]:
        idle = self._idle.setdefault(os.getpid(), [])
        try:
            connection = idle.pop()
        except IndexError:
            connection = self._connect()
        try:
            yield connection
        except BaseException:
            # The others are probably of no more use, as when a server was restarted.
            connection.close()
            self.close()
            raise
        idle.append(connection)

    def close(self) -> None:
        idle = self._idle.get(os.getpid(), [])
        while idle:
            idle.pop().close()


def is_locked(error: sqlite3.OperationalError) -> bool:
    """Returns true if another connection writes. Before Python 3.11 there is no code of it."""
    return "locked" in str(error)


class _SQLiteSession:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _execute(self, statement: str, parameters: Parameters | tuple[()] = ()) -> Any:
        cursor = self._connection.cursor()
        cursor.row_factory = None
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else cursor.rowcount

    def run(self, operation: str, parameters: Parameters) -> Any:
        steps = SQLITE.steps(operation)
        if is_read(operation):
            return result(operation, [self._execute(steps[0], parameters)])
        with self.transaction():
            return result(operation, [self._execute(step, parameters) for step in steps])

    def _begin(self) -> None:
        """Begins a transaction that writes, within the busy timeout of the connection.

        SQLite itself would sleep longer and longer between its attempts, up to 100 ms, and
        processes that have just come would be faster, for seconds.
        """
        [[timeout]] = self._execute("PRAGMA busy_timeout")
        late = time.monotonic() + timeout / 1000
        self._execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    self._execute("BEGIN IMMEDIATE")
                    return
                except sqlite3.OperationalError as error:
                    if not is_locked(error) or time.monotonic() > late:
                        raise
                    time.sleep(random.random() * 0.004)
        finally:
            self._execute(f"PRAGMA busy_timeout = {timeout}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        end, undo = "COMMIT", ["ROLLBACK"]
        if self._connection.in_transaction:
            end = "RELEASE visiono_inbox"
            undo = ["ROLLBACK TO visiono_inbox", end]
            self._execute("SAVEPOINT visiono_inbox")
        else:
            self._begin()
        try:
            yield
            self._execute(end)
        except BaseException:
            for statement in undo:
                # A full disk has rolled back already.
                if self._connection.in_transaction:
                    self._execute(statement)
            raise


class SQLiteStore(_Store):
    """Keeps the inbox in a file of SQLite 3.35 or later, with the module ``sqlite3``.

    Sets ``journal_mode = WAL``, ``synchronous = FULL`` and ``busy_timeout = 5000``. Any number of
    threads and processes of one machine may use a file.

    :param source: the path of the file; or a function that connects to it, with
        ``check_same_thread=False``, because a connection is kept for the next thread.
    :raises InboxError: ``invalid_argument`` if the file would be in memory: each connection would
        have its own.
    """

    _errors: tuple[type[Exception], ...] = (sqlite3.DatabaseError, OSError)

    def __init__(self, source: str | os.PathLike[str] | Callable[[], sqlite3.Connection]) -> None:
        if isinstance(source, (str, os.PathLike)):
            path = os.fspath(source)
            if path in ("", ":memory:"):
                raise InboxError("invalid_argument", "the inbox needs a file, to be durable")
            self._connect: Callable[[], sqlite3.Connection] = lambda: sqlite3.connect(
                path, check_same_thread=False
            )
        elif callable(source):
            self._connect = source
        else:
            raise wrong_type("source", "a path or a function that connects", source)
        self._connections = _Connections(self._open)
        self._turns: dict[int, threading.Lock] = {}

    def _open(self) -> sqlite3.Connection:
        connection = self._connect()
        try:
            connection.isolation_level = None
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT}")
            late = time.monotonic() + _BUSY_TIMEOUT / 1000
            while True:
                try:
                    # It fails without waiting if another connection makes the same change.
                    connection.execute("PRAGMA journal_mode = WAL")
                    break
                except sqlite3.OperationalError as error:
                    if not is_locked(error) or time.monotonic() > late:
                        raise
                    time.sleep(0.01)
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Lets the threads of a process write one after another. Each would sleep for up to 100 ms
        while SQLite lets another one write, and the last of them for seconds."""
        turn = self._turns.setdefault(os.getpid(), threading.Lock())
        if not turn.acquire(timeout=_BUSY_TIMEOUT / 1000):
            raise sqlite3.OperationalError("database is locked")
        try:
            yield
        finally:
            turn.release()

    def _run(self, operation: str, parameters: Parameters) -> Any:
        turn = nullcontext() if is_read(operation) else self._turn()
        with self._translated(), turn, self._connections.lend() as connection:
            return _SQLiteSession(connection).run(operation, parameters)

    def _migrate(self, now: int | None) -> None:
        with self._translated(), self._connections.lend() as connection:
            session = _SQLiteSession(connection)
            with session.transaction():
                for statement, parameters in migration(SQLITE, now, session.run):
                    session._execute(statement, parameters)

    def _session(self, connection: Any) -> Session:
        if not isinstance(connection, sqlite3.Connection):
            raise wrong_type("connection", "a sqlite3.Connection", connection)
        if connection.in_transaction:
            # So is one with autocommit=False, always.
            raise InboxError("invalid_argument", "the connection is in a transaction")
        return _SQLiteSession(connection)

    def close(self) -> None:
        """Closes the connections that no thread is using."""
        self._connections.close()


def migration(
    dialect: Dialect, now: int | None, run: Callable[[str, Parameters], Any]
) -> Iterator[tuple[str, Parameters]]:
    """Yields the statements that make or update the tables, with their parameters."""
    for statement in dialect.migrations[0]:
        yield statement, {}
    found = run("version", {})[0][0] or 0
    yield from missing_migrations(dialect, now, found)


def missing_migrations(
    dialect: Dialect, now: int | None, found: int
) -> Iterator[tuple[str, Parameters]]:
    for version, statements in dialect.migrations.items():
        if version > found:
            for statement in statements:
                yield statement, {}
            yield dialect.steps("migrated")[0], {"version": version, "now": now}


class _PostgresSession:
    def __init__(self, driver: Any, connection: Any) -> None:
        self._driver, self._connection = driver, connection
        self._depth = 0

    def execute(self, statement: str, parameters: Parameters) -> Any:
        # The connection's own kind of cursor can have other parameters and rows.
        cursor = self._driver.Cursor(self._connection, row_factory=self._driver.rows.tuple_row)
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else cursor.rowcount

    def run(self, operation: str, parameters: Parameters) -> Any:
        steps = POSTGRESQL.steps(operation)
        if self._connection.autocommit and len(steps) == 1:
            return result(operation, [self.execute(steps[0], parameters)])
        with self.transaction():
            return result(operation, [self.execute(step, parameters) for step in steps])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        check_begun(self._driver, self._connection, self._depth)
        self._depth += 1
        try:
            with self._connection.transaction():
                yield
        finally:
            self._depth -= 1


class PostgresStore(_Store):
    """Keeps the inbox in PostgreSQL 12 or later, with psycopg 3.

    One thread at a time uses a connection that is passed, and it isn't made again after it failed:
    a function or a pool is better.

    :param source: a function that connects, such as ``lambda: psycopg.connect(url)``; or a
        ``psycopg_pool.ConnectionPool``; or a ``psycopg.Connection``.
    """

    def __init__(self, source: Any) -> None:
        self._driver: Any = importlib.import_module("psycopg")
        self._errors: tuple[type[Exception], ...] = (self._driver.Error, OSError)
        self._connections: _Connections | None = None
        if isinstance(source, self._driver.Connection):
            lock = threading.Lock()

            @contextmanager
            def lend() -> Iterator[Any]:
                with lock:
                    yield source

            self._lend: Callable[[], AbstractContextManager[Any]] = lend
        elif hasattr(source, "getconn"):
            self._lend = source.connection
        elif callable(source):
            self._connect = source
            self._connections = _Connections(self._open)
            self._lend = self._connections.lend
        else:
            raise wrong_type("source", "a function that connects, a pool or a connection", source)

    def _open(self) -> Any:
        connection = self._connect()
        connection.autocommit = True
        return connection

    def _run(self, operation: str, parameters: Parameters) -> Any:
        with self._translated(), self._lend() as connection:
            return self._session(connection).run(operation, parameters)

    def _migrate(self, now: int | None) -> None:
        with self._translated(), self._lend() as connection:
            session = self._session(connection)
            with session.transaction():
                session.execute(POSTGRESQL.steps("lock")[0], {})
                for statement, parameters in migration(POSTGRESQL, now, session.run):
                    session.execute(statement, parameters)

    def _session(self, connection: Any) -> _PostgresSession:
        if not isinstance(connection, self._driver.Connection):
            raise wrong_type("connection", "a psycopg.Connection", connection)
        check_idle(self._driver, connection)
        return _PostgresSession(self._driver, connection)

    def close(self) -> None:
        """Closes the connections that the function made and that no thread is using."""
        if self._connections:
            self._connections.close()


def check_idle(driver: Any, connection: Any) -> None:
    """Refuses a connection in a transaction: what the inbox does would not be durable."""
    status = connection.info.transaction_status
    if status not in (driver.pq.TransactionStatus.IDLE, driver.pq.TransactionStatus.UNKNOWN):
        raise InboxError("invalid_argument", "the connection is in a transaction")


def check_begun(driver: Any, connection: Any, depth: int) -> None:
    """Refuses to go on after a handler that ended the transaction: psycopg before 3.3 would fail an
    assertion."""
    if depth and connection.info.transaction_status == driver.pq.TransactionStatus.IDLE:
        raise InboxError("invalid_argument", "a handler must neither commit nor roll back")


# The commands of a Redis store, which calls its script by digest.
SCRIPT_SHA = hashlib.sha1(_texts.REDIS.encode(), usedforsecurity=False).hexdigest()


def script_arguments(prefix: str, operation: str, parameters: Parameters) -> list[Any]:
    """Returns what follows the script: the number of keys, the key and the arguments."""
    given = {"now": None, **parameters}
    now = given.pop("now")
    values = [now, *given.values()]
    return [1, prefix, operation, *("" if value is None else value for value in values)]


def redis_prefix(prefix: str) -> str:
    if not isinstance(prefix, str):
        raise wrong_type("prefix", "str", prefix)
    return prefix


class RedisStore(_Store):
    """Keeps the inbox in Redis 6.2 or later, with redis-py.

    An event is durable if Redis has ``appendonly yes`` and ``appendfsync always``, and no eviction:
    ``maxmemory-policy noeviction``.

    :param client: a ``redis.Redis``.
    :param prefix: the beginning of all keys. Its braces keep them on one node of a cluster.
    """

    def __init__(self, client: Any, prefix: str = "{visiono_inbox}") -> None:
        driver: Any = importlib.import_module("redis.exceptions")
        self._errors: tuple[type[Exception], ...] = (driver.RedisError, OSError)
        self._unknown_script = driver.NoScriptError
        self._client, self._prefix = client, redis_prefix(prefix)

    def _run(self, operation: str, parameters: Parameters) -> Any:
        arguments = script_arguments(self._prefix, operation, parameters)
        with self._translated():
            try:
                return self._client.evalsha(SCRIPT_SHA, *arguments)
            except self._unknown_script:
                return self._client.eval(_texts.REDIS, *arguments)

    def _migrate(self, now: int | None) -> None:
        """Does nothing: Redis has no tables."""

    def _session(self, connection: Any) -> Session:
        raise InboxError("invalid_argument", "Redis has no transactions for this: claim and commit")

    def close(self) -> None:
        """Does nothing: the client is the caller's."""
