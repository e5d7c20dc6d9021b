"""A worker of the Python package, for tests of other languages that share an inbox with it.

python worker.py SQLITE_FILE|POSTGRESQL_URL FILE

It prints that it is ready, and writes a line of JSON to FILE for each item that it processes, until
SIGTERM.
"""

import json
import os
import sqlite3
import sys
import time

from visiono_workflow.inbox import Inbox, Item, PostgresStore, SQLiteStore

place, file = sys.argv[1:]


def store() -> "PostgresStore | SQLiteStore":
    if not place.startswith("postgresql:"):
        return SQLiteStore(lambda: sqlite3.connect(place, check_same_thread=False))
    import psycopg

    return PostgresStore(lambda: psycopg.connect(place))


def handle(item: Item) -> None:
    entry = {"what": "start", "key": item.dedup_key, "token": item.token, "pid": os.getpid()}
    # A single write, so that the lines of several processes don't mix.
    log = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, (json.dumps(entry) + "\n").encode())
    os.close(log)
    time.sleep(0.005)


inbox = Inbox(store())
inbox.counts()
print("ready", flush=True)
inbox.run(handle, concurrency=2, poll=0.1)
