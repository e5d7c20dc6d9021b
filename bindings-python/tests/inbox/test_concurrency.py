"""Eight processes accept and process at once: nothing is accepted, committed or used twice."""

import json
import pathlib
import subprocess
import sys
from typing import Any

import pytest
from make import STORES

PROGRAM = pathlib.Path(__file__).with_name("concurrent_worker.py")
WORKERS, EVENTS = 8, 200


@pytest.mark.parametrize("limit", [1, 5])
@pytest.mark.parametrize("store", ["sqlite", "postgresql", "postgresql_pool", "redis"])
def test_eight_workers(store: str, limit: int, place: dict[str, Any]) -> None:
    given = {"store": store, "place": place, "limit": limit, "events": EVENTS}
    workers = [
        subprocess.Popen(
            [sys.executable, str(PROGRAM)],
            **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True},
        )
        for _ in range(WORKERS)
    ]

    def tell(line: str) -> None:
        for worker in workers:
            assert worker.stdin
            worker.stdin.write(line + "\n")
            worker.stdin.flush()

    def read() -> list[str]:
        return [worker.stdout.readline() for worker in workers if worker.stdout]

    tell(json.dumps(given))
    assert read() == ["ready\n"] * WORKERS
    tell("")
    assert read() == ["accepted\n"] * WORKERS
    tell("")
    results = [json.loads(line) for line in read()]
    for worker in workers:
        with worker:
            assert worker.wait() == 0
    committed = [key for result in results for key in result[1]]
    assert sum(result[0] for result in results) == EVENTS
    assert len(committed) == len(set(committed)) == EVENTS
    assert sum(result[2] for result in results) == 0
    # Each name was given to one of them.
    assert sum(result[4] for result in results) == 20
    inbox = STORES[store](place)
    assert inbox.counts() == {"waiting": 0, "claimed": 0, "done": EVENTS, "dead": 0}
    inbox.close()
    shares = sorted(len(result[1]) for result in results)
    print(f"\n{store}: shares {shares}, longest claim {max(each[3] for each in results):.3f} s")
