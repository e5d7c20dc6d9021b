"""The stores of asyncio."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from typing import Any, Protocol

from .._convert import wrong_type
from . import _texts
from ._item import InboxError
from ._statements import POSTGRESQL, result
from ._stores import (
    SCRIPT_SHA,
    Parameters,
    _Store,
    check_begun,
    check_idle,
    missing_migrations,
    redis_prefix,
    script_arguments,
)

__all__ = ["AsyncPostgresStore", "AsyncRedisStore"]


class AsyncSession(Protocol):
    """A connection on which an operation, or several in one transaction, run."""

    async def run(self, operation: str, parameters: Parameters) -> Any: ...

    def transaction(self) -> AbstractAsyncContextManager[object]:
        """Begins a transaction, or a savepoint if there is one."""
        ...


class AsyncStore(Protocol):
    """The methods that :class:`AsyncInbox` needs of a store."""

    _errors: tuple[type[Exception], ...]

    async def _run(self, operation: str, parameters: Parameters) -> Any: ...

    async def _migrate(self, now: int | None) -> None: ...

    def _session(self, connection: Any) -> AsyncSession: ...

    def _translated(self) -> AbstractContextManager[None]: ...

    async def close(self) -> None: ...


class _AsyncPostgresSession:
    def __init__(self, driver: Any, connection: Any) -> None:
        self._driver, self._connection = driver, connection
        self._depth = 0

    async def execute(self, statement: str, parameters: Parameters) -> Any:
        rows = self._driver.rows.tuple_row
        cursor = self._driver.AsyncCursor(self._connection, row_factory=rows)
        await cursor.execute(statement, parameters or None)
        return await cursor.fetchall() if cursor.description else cursor.rowcount

    async def run(self, operation: str, parameters: Parameters) -> Any:
        steps = POSTGRESQL.steps(operation)
        if self._connection.autocommit and len(steps) == 1:
            return result(operation, [await self.execute(steps[0], parameters)])
        async with self.transaction():
            return result(operation, [await self.execute(step, parameters) for step in steps])

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        check_begun(self._driver, self._connection, self._depth)
        self._depth += 1
        try:
            async with self._connection.transaction():
                yield
        finally:
            self._depth -= 1


class AsyncPostgresStore(_Store):
    """Keeps the inbox in PostgreSQL 12 or later, with psycopg 3 and asyncio.

    :param source: a function that connects, such as
        ``lambda: psycopg.AsyncConnection.connect(url)``; or a ``psycopg_pool.AsyncConnectionPool``;
        or a ``psycopg.AsyncConnection``, which one task at a time uses.
    """

    def __init__(self, source: Any) -> None:
        self._driver: Any = importlib.import_module("psycopg")
        self._errors: tuple[type[Exception], ...] = (self._driver.Error, OSError)
        self._idle: list[Any] = []
        if isinstance(source, self._driver.AsyncConnection):
            self._lock: asyncio.Lock | None = None
            self._source = source
            self._lend: Callable[[], AbstractAsyncContextManager[Any]] = self._lend_shared
        elif hasattr(source, "getconn"):
            self._lend = source.connection
        elif callable(source):
            self._connect: Callable[[], Awaitable[Any]] = source
            self._lend = self._lend_made
        else:
            raise wrong_type("source", "a function that connects, a pool or a connection", source)

    @asynccontextmanager
    async def _lend_shared(self) -> AsyncIterator[Any]:
        # Made here, because before Python 3.10 it belongs to the loop that runs when it is made.
        self._lock = self._lock or asyncio.Lock()
        async with self._lock:
            yield self._source

    @asynccontextmanager
    async def _lend_made(self) -> AsyncIterator[Any]:
        connection = self._idle.pop() if self._idle else await self._open()
        try:
            yield connection
        except BaseException:
            # The others are probably of no more use, as when the server was restarted.
            await connection.close()
            await self.close()
            raise
        self._idle.append(connection)

    async def _open(self) -> Any:
        connection = await self._connect()
        await connection.set_autocommit(True)
        return connection

    async def _run(self, operation: str, parameters: Parameters) -> Any:
        with self._translated():
            async with self._lend() as connection:
                return await self._session(connection).run(operation, parameters)

    async def _migrate(self, now: int | None) -> None:
        with self._translated():
            async with self._lend() as connection:
                session = self._session(connection)
                async with session.transaction():
                    for statement in (*POSTGRESQL.steps("lock"), *POSTGRESQL.migrations[0]):
                        await session.execute(statement, {})
                    found = (await session.run("version", {}))[0][0] or 0
                    for statement, parameters in missing_migrations(POSTGRESQL, now, found):
                        await session.execute(statement, parameters)

    def _session(self, connection: Any) -> _AsyncPostgresSession:
        if not isinstance(connection, self._driver.AsyncConnection):
            raise wrong_type("connection", "a psycopg.AsyncConnection", connection)
        check_idle(self._driver, connection)
        return _AsyncPostgresSession(self._driver, connection)

    async def close(self) -> None:
        """Closes the connections that the function made and that no task is using."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()


class AsyncRedisStore(_Store):
    """Keeps the inbox in Redis 6.2 or later, with redis-py and asyncio.

    It is durable as :class:`RedisStore` is.

    :param client: a ``redis.asyncio.Redis``.
    :param prefix: the beginning of all keys. Its braces keep them on one node of a cluster.
    """

    def __init__(self, client: Any, prefix: str = "{visiono_inbox}") -> None:
        driver: Any = importlib.import_module("redis.exceptions")
        self._errors: tuple[type[Exception], ...] = (driver.RedisError, OSError)
        self._unknown_script = driver.NoScriptError
        self._client, self._prefix = client, redis_prefix(prefix)

    async def _run(self, operation: str, parameters: Parameters) -> Any:
        arguments = script_arguments(self._prefix, operation, parameters)
        with self._translated():
            try:
                return await self._client.evalsha(SCRIPT_SHA, *arguments)
            except self._unknown_script:
                return await self._client.eval(_texts.REDIS, *arguments)

    async def _migrate(self, now: int | None) -> None:
        """Does nothing: Redis has no tables."""

    def _session(self, connection: Any) -> AsyncSession:
        raise InboxError("invalid_argument", "Redis has no transactions for this: claim and commit")

    async def close(self) -> None:
        """Does nothing: the client is the caller's."""
