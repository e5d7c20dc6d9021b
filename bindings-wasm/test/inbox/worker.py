"""A worker of the Python package, which gets the arguments of worker-process.js.

OTHER_WORKER="python3 worker.py" makes every second worker of databases.test.js one of these.
"""

import os
import sqlite3
import sys

from visiono_workflow.inbox import Inbox, Item, PostgresStore, SQLiteStore

kind, place, file = sys.argv[1:]


def store() -> PostgresStore | SQLiteStore:
    if kind == "sqlite":
        return SQLiteStore(lambda: sqlite3.connect(place, check_same_thread=False))
    import psycopg

    url = os.environ["POSTGRESQL"]
    return PostgresStore(lambda: psycopg.connect(url, options=f"-c search_path={place}"))


def handle(item: Item) -> None:
    line = f"{item.dedup_key} {item.attempts} {item.token} {os.getpid()}\n"
    # One write, so that the lines of several processes don't mix.
    log = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, line.encode())
    os.close(log)


inbox = Inbox(store())
print("ready", flush=True)
inbox.run(handle, concurrency=2, poll=0.1)
