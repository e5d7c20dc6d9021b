"""Serves an example that receives webhooks, on a free port of this machine, and processes them.

It prints the port. Each event that it processes waits for a line of input, and is then printed.
"""

import importlib
import pathlib
import socket
import sys
import threading
from typing import Any
from wsgiref.simple_server import make_server

import uvicorn
from visiono_workflow.inbox import Inbox, Item

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "examples"))


def process(item: Item) -> None:
    if item.event == "a.failure" and item.attempts > 1:
        return
    sys.stdin.readline()
    if item.event == "a.failure":
        raise ValueError("what the program does may fail")
    print(item.event, item.dedup_key, flush=True)


def serve_wsgi(application: Any) -> None:
    server = make_server("127.0.0.1", 0, application)
    print(server.server_port, flush=True)
    server.serve_forever()


def main(name: str) -> None:
    module = importlib.import_module(name)
    inbox = module.inbox if isinstance(module.inbox, Inbox) else module.inbox()
    run = threading.Thread(target=inbox.run, args=(process,), kwargs={"poll": 0.1}, daemon=True)
    run.start()
    if name == "fastapi_webhook":
        listening = socket.create_server(("127.0.0.1", 0))
        print(listening.getsockname()[1], flush=True)
        uvicorn.Server(uvicorn.Config(module.app, access_log=False)).run([listening])
    elif name == "flask_webhook":
        serve_wsgi(module.app)
    else:
        from django.core.wsgi import get_wsgi_application

        serve_wsgi(get_wsgi_application())


main(sys.argv[1])
