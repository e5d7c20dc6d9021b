"""Makes the stores of the tests, in this process or another one, which loads no more than it needs:
the crash tests start hundreds."""

import asyncio
import importlib
import sqlite3
from typing import Any, Callable

from inbox_kit import Blocking
from visiono_workflow.inbox import (
    AsyncInbox,
    AsyncPostgresStore,
    AsyncRedisStore,
    Inbox,
    PostgresStore,
    RedisStore,
    SQLiteStore,
)

Place = dict[str, Any]
load: Callable[[str], Any] = importlib.import_module


def sqlite(place: Place, **options: Any) -> Inbox:
    return Inbox(SQLiteStore(place["sqlite"]), **options)


def sqlite_connect(place: Place, **options: Any) -> Inbox:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(place["sqlite"], check_same_thread=False)
        connection.row_factory = sqlite3.Row
        return connection

    return Inbox(SQLiteStore(connect), **options)


def postgresql(place: Place, **options: Any) -> Inbox:
    psycopg = load("psycopg")
    return Inbox(PostgresStore(lambda: psycopg.connect(place["postgresql"])), **options)


def postgresql_connection(place: Place, **options: Any) -> Inbox:
    psycopg = load("psycopg")
    # Its own rows and cursors don't matter.
    rows = psycopg.rows.dict_row
    connection = psycopg.connect(
        place["postgresql"], row_factory=rows, cursor_factory=psycopg.RawCursor
    )
    return Inbox(PostgresStore(connection), **options)


def postgresql_pool(place: Place, **options: Any) -> Inbox:
    pool = load("psycopg_pool").ConnectionPool(
        place["postgresql"], min_size=1, max_size=4, open=True
    )
    return Inbox(PostgresStore(pool), **options)


def redis_py(place: Place, **options: Any) -> Inbox:
    client = load("redis").Redis.from_url(place["redis"])
    return Inbox(RedisStore(client, place["prefix"]), **options)


def redis_decoded(place: Place, **options: Any) -> Inbox:
    client = load("redis").Redis.from_url(place["redis"], decode_responses=True)
    return Inbox(RedisStore(client, place["prefix"]), **options)


def async_postgresql(place: Place, **options: Any) -> AsyncInbox:
    connect = load("psycopg").AsyncConnection.connect
    return AsyncInbox(AsyncPostgresStore(lambda: connect(place["postgresql"])), **options)


def async_redis(place: Place, **options: Any) -> AsyncInbox:
    client = load("redis.asyncio").Redis.from_url(place["redis"])
    return AsyncInbox(AsyncRedisStore(client, place["prefix"]), **options)


STORES: dict[str, Callable[..., Inbox]] = {
    "sqlite": sqlite,
    "sqlite_connect": sqlite_connect,
    "postgresql": postgresql,
    "postgresql_connection": postgresql_connection,
    "postgresql_pool": postgresql_pool,
    "redis": redis_py,
    "redis_decoded": redis_decoded,
}
ASYNC: dict[str, Callable[..., AsyncInbox]] = {
    "async_postgresql": async_postgresql,
    "async_redis": async_redis,
}


def blocking(place: Place, name: str, loop: asyncio.AbstractEventLoop, **options: Any) -> Any:
    """Makes any of them, with methods that wait."""
    if name in STORES:
        return STORES[name](place, **options)

    # In the loop, because before Python 3.10 a lock belongs to the loop in which it is made.
    async def make() -> AsyncInbox:
        return ASYNC[name](place, **options)

    return Blocking(loop.run_until_complete(make()), loop)
