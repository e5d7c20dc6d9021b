"""Makes receivers or workers that are killed: python crash_process.py receiver|worker

It reads a line of JSON, and for each further line makes a process, which says that it is ready. It
says how that ended. It is forked, because to start Python and import takes longer than all else.

A worker records each claim, start and commit in a file, with one write each, which SIGKILL can't
undo.
"""

import asyncio
import importlib
import json
import os
import random
import socketserver
import sys
import time
import traceback
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from inbox_kit import WEBHOOK
from make import ASYNC, STORES
from visiono_workflow.inbox import ASGIReceiver, WSGIReceiver

# Kills alone must not make an item dead.
KILLED = {"max_attempts": 1_000_000}


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class Handler(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        pass


class Record:
    def __init__(self, path: str) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, *words: object) -> None:
        os.write(self.file, (" ".join(map(str, words)) + "\n").encode())

    def ran(self, operation: str, parameters: dict[str, Any], result: Any, began: float) -> None:
        if operation == "claim":
            for row in result:
                key = row[0].decode() if isinstance(row[0], bytes) else row[0]
                self.write("claim", key, int(row[9]), began, time.time())
        elif operation == "commit" and result:
            self.write("commit", parameters["dedup_key"], parameters["token"])

    def watch(self, store: Any) -> None:
        """Records what a store does."""
        run = store._run

        def watched(operation: str, parameters: dict[str, Any]) -> Any:
            began = time.time()
            result = run(operation, parameters)
            self.ran(operation, parameters, result, began)
            return result

        async def watched_async(operation: str, parameters: dict[str, Any]) -> Any:
            began = time.time()
            result = await run(operation, parameters)
            self.ran(operation, parameters, result, began)
            return result

        store._run = watched_async if asyncio.iscoroutinefunction(run) else watched


def ready() -> None:
    print("ready", os.getpid(), flush=True)


def receive(given: dict[str, Any]) -> None:
    if given["store"] in STORES:
        inbox = STORES[given["store"]](given["place"])
        application = WSGIReceiver(WEBHOOK, inbox)
        server = make_server("127.0.0.1", given["port"], application, Server, Handler)
        ready()
        server.serve_forever()
    else:
        import uvicorn

        class Announced(uvicorn.Server):
            async def startup(self, sockets: Any = None) -> None:
                await super().startup(sockets)
                ready()

        application = ASGIReceiver(WEBHOOK, ASYNC[given["store"]](given["place"]))
        config = uvicorn.Config(application, port=given["port"], log_level="warning")
        Announced(config).run()


def work(given: dict[str, Any]) -> None:
    record = Record(given["record"])
    options = {"concurrency": 3, "lease": given["lease"], "poll": 0.1}

    def begin(item: Any) -> float:
        record.write("start", item.dedup_key, item.token, time.time())
        return random.random() * 0.02

    if given["store"] in STORES:
        inbox = STORES[given["store"]](given["place"], **KILLED)
        record.watch(inbox._store)
        ready()
        inbox.run(lambda item: time.sleep(begin(item)), **options)
        return

    async def run() -> None:
        inbox = ASYNC[given["store"]](given["place"], **KILLED)
        record.watch(inbox._store)

        async def handler(item: Any) -> None:
            await asyncio.sleep(begin(item))

        ready()
        await inbox.run(handler, **options)

    asyncio.run(run())


def run(job: Any, given: dict[str, Any]) -> int:
    # Not as in the process that was forked before.
    random.seed()
    try:
        job(given)
        return 0
    except BaseException:
        traceback.print_exc()
        return 1


job = {"receiver": receive, "worker": work}[sys.argv[1]]
given = json.loads(sys.stdin.readline())
# The modules that the stores load when they are made.
for word, name in (("postgresql", "psycopg"), ("redis", "redis.asyncio"), ("async", "uvicorn")):
    if word in given["store"]:
        importlib.import_module(name)
while sys.stdin.readline():
    child = os.fork()
    if child == 0:
        os._exit(run(job, given))
    print("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
