"""Processes items in transactions of its own connection, and is killed between its write and the
completion, as long as `kills` of the line of JSON are left."""

import asyncio
import json
import os
import pathlib
import signal
import sqlite3
import sys
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import psycopg
from make import ASYNC, STORES

given = json.loads(sys.stdin.readline())
place, store = given["place"], given["store"]
WRITE = "INSERT INTO effects (dedup_key, attempt) VALUES ({}, {})"


def end() -> None:
    if given["kill"]:
        os.kill(os.getpid(), signal.SIGKILL)


def write_sqlite(item: Any, connection: Any) -> None:
    connection.execute(WRITE.format("?", "?"), (item.dedup_key, item.attempts))
    end()


def write_postgresql(item: Any, connection: Any) -> None:
    connection.execute(WRITE.format("%s", "%s"), (item.dedup_key, item.attempts))
    end()


async def write_async(item: Any, connection: Any) -> None:
    await connection.execute(WRITE.format("%s", "%s"), (item.dedup_key, item.attempts))
    end()


async def process_async() -> bool:
    inbox = ASYNC[store](place)
    connection = await psycopg.AsyncConnection.connect(place["postgresql"])
    async with connection:
        return await inbox.process(connection, write_async, lease=0.2)


if store == "async_postgresql":
    print(asyncio.run(process_async()))
elif store == "sqlite":
    print(STORES[store](place).process(sqlite3.connect(place[store]), write_sqlite, lease=0.2))
else:
    print(STORES[store](place).process(psycopg.connect(place[store]), write_postgresql, lease=0.2))
