"""Receivers, workers and databases are killed, again and again, and no event is lost.

INBOX_KILLS is the number of times that the receiver and the worker are each killed, by default 50,
and INBOX_EVENTS the number of events, by default 20 for each time. Some are sent more than once.
"""

import asyncio
import collections
import contextlib
import errno
import http.client
import json
import os
import pathlib
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Optional

import psycopg
import pytest
from inbox_kit import WEBHOOK, body
from make import ASYNC, STORES, blocking
from visiono_workflow.inbox import InboxError

KILLS = int(os.environ.get("INBOX_KILLS", "50"))
EVENTS = int(os.environ.get("INBOX_EVENTS", 20 * KILLS))
PROGRAM = pathlib.Path(__file__).with_name("crash_process.py")
# Seconds. Short, so that what a killed worker held is soon processed.
LEASE = 1.0
# Seconds until everything that was sent must be done.
PATIENCE = 120 + KILLS
COMMITS = {
    "sqlite": """
        CREATE TABLE commits (dedup_key TEXT, token INTEGER);
        CREATE TRIGGER committed AFTER UPDATE ON visiono_inbox
        WHEN NEW.state = 'done' AND OLD.state <> 'done'
        BEGIN INSERT INTO commits VALUES (NEW.dedup_key, NEW.token); END;
    """,
    "postgresql": """
        CREATE TABLE commits (dedup_key TEXT, token BIGINT);
        CREATE FUNCTION committed() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO commits VALUES (NEW.dedup_key, NEW.token); RETURN NULL; END';
        CREATE TRIGGER committed AFTER UPDATE ON visiono_inbox FOR EACH ROW
        WHEN (NEW.state = 'done' AND OLD.state <> 'done') EXECUTE FUNCTION committed();
    """,
}


class Process:
    """A receiver or worker, which is started again after it was killed."""

    def __init__(self, role: str, given: dict[str, Any], log: pathlib.Path) -> None:
        self.role, self.given, self.log = role, given, log
        self.kills = self.pid = 0
        self.maker: Optional[subprocess.Popen[str]] = None
        self.start()

    def start(self) -> None:
        """Starts the first or another one. The program that makes them ends with this one."""
        if not self.maker:
            with self.log.open("ab") as log:
                self.maker = subprocess.Popen(
                    [sys.executable, str(PROGRAM), self.role],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
            self.say(json.dumps(self.given))
        self.say("")
        word, number = self.read()
        assert word == "ready", self.log.read_text("utf-8")
        self.pid = number

    def say(self, line: str) -> None:
        assert self.maker and self.maker.stdin
        self.maker.stdin.write(line + "\n")
        self.maker.stdin.flush()

    def read(self) -> tuple[str, int]:
        assert self.maker and self.maker.stdout
        word, number = self.maker.stdout.readline().split()
        return word, int(number)

    def kill(self, number: int = signal.SIGKILL) -> int:
        """Sends a signal, and returns how the process ended."""
        os.kill(self.pid, number)
        word, code = self.read()
        assert word == "ended", self.log.read_text("utf-8")
        self.pid = 0
        return code

    def end(self) -> None:
        if self.pid:
            self.kill()
        if self.maker:
            self.maker.communicate()

    def await_record(self) -> None:
        """Waits until it records something, or for a second."""
        record = pathlib.Path(self.given["record"])
        record.touch()
        size, late = record.stat().st_size, time.monotonic() + 1
        while record.stat().st_size == size and time.monotonic() < late:
            time.sleep(0.002)

    def kill_often(self, before: Callable[[], None], seconds: float) -> None:
        """Kills it after some time of the seconds for which it has something to do."""
        for _ in range(KILLS):
            before()
            time.sleep(random.random() * seconds)
            assert self.kill() == -signal.SIGKILL
            self.kills += 1
            self.start()


class Sender:
    """Sends events as Visiono does: again, until they are answered with 204; and some of them once
    more after that. They are sent as they are allowed, while processes are killed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.sent: list[str] = []
        self.answers: collections.Counter[Any] = collections.Counter()
        self.left = EVENTS
        self.allowed = threading.Semaphore(0)
        self.stopping = False
        self.threads = [
            threading.Thread(target=self.run, args=(each,), daemon=True) for each in range(4)
        ]
        for thread in self.threads:
            thread.start()

    def run(self, thread: int) -> None:
        number = 0
        while self.allowed.acquire() and not self.stopping:
            number += 1
            text = body(
                "photo_request.submitted", data={"id": f"r{thread}-{number % 10}"}, n=number
            )
            key = WEBHOOK.verify(text, WEBHOOK.sign(text)).dedup_key
            for _ in range(random.choice([1, 1, 2, 3])):
                while self.post(text) != 204:
                    time.sleep(0.05)
            self.sent.append(key)

    def post(self, text: bytes) -> Optional[int]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            try:
                headers = {"X-Visiono-Signature": WEBHOOK.sign(text)}
                connection.request("POST", "/", text, headers)
                status: Optional[int] = connection.getresponse().status
            except (OSError, http.client.HTTPException):
                status = None
        self.answers[status] += 1
        return status

    def allow(self, number: int) -> None:
        number = min(number, self.left)
        self.left -= number
        for _ in range(number):
            self.allowed.release()

    def finish(self) -> None:
        """Waits until the rest is sent."""
        self.allow(EVENTS)
        late = time.monotonic() + PATIENCE
        while len(self.sent) < EVENTS:
            assert time.monotonic() < late, (len(self.sent), self.answers)
            time.sleep(0.01)

    def stop(self) -> None:
        self.stopping = True
        for _ in self.threads:
            self.allowed.release()
        for thread in self.threads:
            thread.join(60)


def free_port() -> int:
    """Returns a port that no connection gets by itself while the receiver is down."""
    while True:
        port = random.randrange(15000, 32000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED:
                return port


def crash(
    store: str, place: dict[str, Any], tmp_path: pathlib.Path, disturb: Callable[..., None]
) -> None:
    """Sends events while `disturb` kills processes, and then looks for each of them."""
    loop = asyncio.new_event_loop()
    inbox = blocking(place, store, loop)
    inbox.migrate()
    kind = next((kind for kind in COMMITS if kind in store), None)
    if kind == "sqlite":
        with contextlib.closing(sqlite3.connect(place["sqlite"])) as connection:
            connection.executescript(COMMITS[kind])
    elif kind:
        with psycopg.connect(place["postgresql"]) as connection:
            connection.execute(COMMITS[kind])
    record = tmp_path / "record.txt"
    given = {"store": store, "place": place, "record": str(record), "lease": LEASE}
    given["port"] = free_port()
    with contextlib.ExitStack() as running:
        receiver = Process("receiver", given, tmp_path / "receiver.log")
        running.callback(receiver.end)
        worker = Process("worker", given, tmp_path / "worker.log")
        running.callback(worker.end)
        sender = Sender(given["port"])
        running.callback(sender.stop)
        disturb(receiver, worker, sender)
        sender.finish()
        wanted = {"waiting": 0, "claimed": 0, "done": len(sender.sent), "dead": 0}
        late = time.monotonic() + PATIENCE
        found: Any = None
        while found != wanted:
            assert time.monotonic() < late, (found, wanted)
            # The connection of before the database was killed is of no use.
            with contextlib.suppress(InboxError):
                found = inbox.counts()
            time.sleep(0.1)
        # It ends by itself, after what it has.
        assert worker.kill(signal.SIGTERM) == 0
    commits = None
    if kind == "sqlite":
        with contextlib.closing(sqlite3.connect(place["sqlite"])) as connection:
            commits = connection.execute("SELECT dedup_key, token FROM commits").fetchall()
    elif kind:
        with psycopg.connect(place["postgresql"]) as connection:
            commits = connection.execute("SELECT dedup_key, token FROM commits").fetchall()
    twice = judge(record, sender.sent, commits)
    inbox.close()
    loop.close()
    answers = ", ".join(f"{number} of {status}" for status, number in sender.answers.items())
    print(
        f"\n{store}: receiver killed {receiver.kills} times, worker {worker.kills} times, "
        f"{len(sender.sent)} events, answers: {answers}; 0 lost, {twice} started again, each after "
        "a lease that had ended"
    )


def judge(record: pathlib.Path, sent: list[str], commits: Optional[list[Any]]) -> int:
    """Checks what was recorded, and returns how many starts were not the first of an event."""
    claims: dict[tuple[str, int], tuple[float, float]] = {}
    starts: dict[str, list[int]] = collections.defaultdict(list)
    committed: collections.Counter[str] = collections.Counter()
    for line in record.read_text("utf-8").splitlines():
        kind, key, token, *times = line.split(" ")
        if kind == "claim":
            assert (key, int(token)) not in claims, "two workers have one token"
            claims[key, int(token)] = (float(times[0]), float(times[1]))
        elif kind == "start":
            starts[key].append(int(token))
        else:
            committed[key] += 1
    # Each was processed at least once, and nothing else was.
    assert set(starts) == set(sent) and len(set(sent)) == len(sent)
    # A worker may be killed after a commit and before it records it, but none is committed twice.
    assert max(committed.values()) == 1
    if commits is not None:
        # The database's own record has each exactly once.
        assert sorted(key for key, _ in commits) == sorted(sent)
        tokens = dict(commits)
        assert all(tokens[key] == max(starts[key]) for key in sent)
    again = 0
    for key, tokens_of_key in starts.items():
        tokens_of_key.sort()
        for earlier, later in zip(tokens_of_key, tokens_of_key[1:]):
            # The earlier lease was over: the database's clock has milliseconds.
            assert later > earlier
            assert claims[key, later][1] - claims[key, earlier][0] >= LEASE - 0.002
            again += 1
    return again


@pytest.mark.parametrize("store", ["sqlite", "postgresql", "redis", *ASYNC])
def test_receiver_and_worker_are_killed(
    store: str, place: dict[str, Any], tmp_path: pathlib.Path
) -> None:
    assert store in STORES or store in ASYNC

    def disturb(receiver: Process, worker: Process, sender: Sender) -> None:
        with ThreadPoolExecutor() as threads:
            of_worker = threads.submit(worker.kill_often, worker.await_record, 0.03)
            receiver.kill_often(lambda: sender.allow(EVENTS // KILLS), 0.1)
            of_worker.result()

    crash(store, place, tmp_path, disturb)


@pytest.mark.parametrize("store", ["postgresql", "postgresql_pool", "redis", *ASYNC])
def test_the_database_is_killed(
    store: str, place: dict[str, Any], tmp_path: pathlib.Path, databases: Any
) -> None:
    name = "redis" if "redis" in store else "postgresql"

    def disturb(receiver: Process, worker: Process, sender: Sender) -> None:
        for _ in range(3):
            for _ in range(random.randint(5, 15)):
                sender.allow(EVENTS // 50)
                time.sleep(0.1)
            databases.kill(name)
            time.sleep(random.random())
            databases.restart(name)

    crash(store, place, tmp_path, disturb)
