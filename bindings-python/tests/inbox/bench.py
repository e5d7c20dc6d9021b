"""Measures how many events a second are accepted, and in what time, on each store.

python bench.py [EVENTS]

Beside each store is the documented snippet's way on the same database, in the same run: it verifies
with `hmac`, and inserts a row with a unique key. Both are called as a receiver calls them, without
HTTP, by one thread and by eight. They take turns, so that what else the machine does falls on both.
"""

import hashlib
import hmac
import json
import pathlib
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from typing import Any, Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "inbox"))

import psycopg
import redis
from databases import Databases  # type: ignore[import-not-found]
from inbox_kit import SECRET, WEBHOOK, body
from make import STORES, Place

EVENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 400
ROUNDS = 5
Accept = Callable[[bytes, dict[str, str]], object]
TABLE = "CREATE TABLE IF NOT EXISTS snippet (dedup_key TEXT PRIMARY KEY, body TEXT NOT NULL)"


def verified_by_snippet(text: bytes, headers: dict[str, str]) -> str:
    wanted = hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()
    if not hmac.compare_digest("sha256=" + wanted, headers["X-Visiono-Signature"]):
        raise ValueError("signature")
    json.loads(text)
    return hashlib.sha256(text).hexdigest()


def by_inbox(store: str, place: Place) -> Accept:
    inbox = STORES[store](place)
    inbox.migrate()
    return lambda text, headers: inbox.accept(WEBHOOK.receive(text, headers))


def by_snippet(store: str, place: Place) -> Accept:
    local = threading.local()

    def connection() -> Any:
        if not hasattr(local, "connection"):
            if store == "sqlite":
                local.connection = sqlite3.connect(place["sqlite"], isolation_level=None)
                local.connection.execute("PRAGMA journal_mode = WAL")
                local.connection.execute("PRAGMA synchronous = FULL")
            elif store == "redis":
                local.connection = redis.Redis.from_url(place["redis"])
            else:
                local.connection = psycopg.connect(place["postgresql"], autocommit=True)
        return local.connection

    def accept(text: bytes, headers: dict[str, str]) -> object:
        key = verified_by_snippet(text, headers)
        if store == "redis":
            return connection().set(f"snippet:{key}", text, nx=True)
        mark = "?" if store == "sqlite" else "%s"
        insert = f"INSERT INTO snippet VALUES ({mark}, {mark}) ON CONFLICT DO NOTHING"
        return connection().execute(insert, (key, text.decode()))

    if store != "redis":
        connection().execute(TABLE)
    return accept


def measure(accept: Accept, threads: int) -> tuple[float, list[float]]:
    """Returns the events a second, and the seconds that each of them took."""
    each = EVENTS // threads
    took: list[float] = []

    def run(messages: list[Any]) -> None:
        for text, headers in messages:
            began = time.perf_counter()
            accept(text, headers)
            took.append(time.perf_counter() - began)

    messages = [[made() for _ in range(each)] for _ in range(threads)]
    running = [threading.Thread(target=run, args=(part,)) for part in messages]
    began = time.perf_counter()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return len(took) / (time.perf_counter() - began), took


def made() -> tuple[bytes, dict[str, str]]:
    made.number += 1  # type: ignore[attr-defined]
    text = body(
        "submission.created",
        n=made.number,  # type: ignore[attr-defined]
        data={"permanent_link_submission": {"id": "pls_123", "external_reference": "ticket-456"}},
    )
    return text, {"X-Visiono-Signature": WEBHOOK.sign(text)}


made.number = 0  # type: ignore[attr-defined]


def verification() -> tuple[float, float]:
    """Returns the seconds of one verification: the package's, and the snippet's."""
    text, headers = made()
    times: list[list[float]] = [[], []]
    for _ in range(2000):
        for number, verify in enumerate((WEBHOOK.receive, verified_by_snippet)):
            began = time.perf_counter()
            verify(text, headers)
            times[number].append(time.perf_counter() - began)
    return statistics.median(times[0]), statistics.median(times[1])


def main() -> None:
    package, snippet = verification()
    print(f"verification: {package * 1e6:.1f} µs; the snippet's: {snippet * 1e6:.1f} µs")
    print("| store | threads | way | accepted/s | p50 ms | p99 ms | verification |")
    print("|---|---|---|---|---|---|---|")
    with Databases("postgresql", "redis") as databases, tempfile.TemporaryDirectory() as folder:
        place = {
            "sqlite": folder + "/inbox.sqlite3",
            "prefix": "{bench}",
            **databases.urls,
        }
        for store in ("sqlite", "postgresql", "redis"):
            for threads in (1, 8):
                ways = {"inbox": by_inbox(store, place), "snippet": by_snippet(store, place)}
                rates: dict[str, list[float]] = {way: [] for way in ways}
                took: dict[str, list[float]] = {way: [] for way in ways}
                for number in range(ROUNDS):
                    for way in sorted(ways, reverse=bool(number % 2)):
                        rate, times = measure(ways[way], threads)
                        rates[way].append(rate)
                        took[way] += times
                for way in ways:
                    cuts = statistics.quantiles(took[way], n=100)
                    share = (package if way == "inbox" else snippet) / statistics.median(took[way])
                    print(
                        f"| {store} | {threads} | {way} | {statistics.median(rates[way]):.0f} "
                        f"| {cuts[49] * 1e3:.2f} | {cuts[98] * 1e3:.2f} | {share:.1%} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
