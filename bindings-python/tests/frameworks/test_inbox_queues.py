"""The job of the inbox's guide, in Celery and RQ, with a Redis that the test starts."""

import importlib.util
import pathlib
import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from conftest import PROJECT, SECRET
from visiono_workflow import Webhook
from visiono_workflow.inbox import Inbox, Item, SQLiteStore

ROOT = PROJECT.parent
WEBHOOK = Webhook(SECRET)


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    spec = importlib.util.spec_from_file_location("databases", ROOT / "tests/inbox/databases.py")
    assert spec and spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.Databases("redis") as running:
        yield running.urls["redis"]


@pytest.fixture
def job(tmp_path: pathlib.Path) -> Iterator[Any]:
    """A module with the guide's function, and an inbox with ten events, of which one fails."""
    text = (ROOT / "docs/inbox.md").read_text("utf-8")
    [code] = re.findall(r"```python\n(def drain\(.*?)```", text, re.DOTALL)
    inbox = Inbox(SQLiteStore(tmp_path / "inbox.sqlite3"), max_attempts=1)
    inbox.migrate()
    for number in range(10):
        body = b'{"event":"a","n":%d}' % number
        inbox.accept(WEBHOOK.receive(body, {"X-Visiono-Signature": WEBHOOK.sign(body)}))

    def process(item: Item) -> None:
        if item.body["n"] == 3:
            raise ValueError("not this one")

    module: Any = ModuleType("inbox_job")
    sys.modules["inbox_job"] = module
    module.inbox, module.process = inbox, process
    exec(code, vars(module))
    yield module
    assert inbox.counts() == {"waiting": 0, "claimed": 0, "done": 9, "dead": 1}
    assert inbox.dead()[0].last_error == "ValueError('not this one')"
    inbox.close()
    del sys.modules["inbox_job"]


def test_celery(job: Any, redis_url: str) -> None:
    from celery import Celery
    from celery.contrib.testing.worker import start_worker

    app = Celery("inbox", broker=redis_url, backend=redis_url)
    drain = app.task(job.drain)
    app.conf.beat_schedule = {"inbox": {"task": drain.name, "schedule": 60}}
    with start_worker(app, pool="threads", concurrency=3, perform_ping_check=False):
        # Any number may run at once.
        assert [done.get(timeout=60) for done in [drain.delay() for _ in range(3)]] == [None] * 3


def test_rq(job: Any, redis_url: str) -> None:
    from redis import Redis
    from rq import Queue, Worker

    connection = Redis.from_url(redis_url)
    queue = Queue(connection=connection)
    jobs = [queue.enqueue(job.drain) for _ in range(2)]
    # Each job has a process of its own.
    assert Worker([queue], connection=connection).work(burst=True)
    assert [each.get_status(refresh=True).value for each in jobs] == ["finished"] * 2
