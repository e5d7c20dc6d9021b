"""Starts the sandbox, the examples and receivers."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import requests

EXAMPLES = Path(__file__).parent / "examples"
FOLDER = Path(os.environ["REST_FOLDER"])
# The environment without this machine's settings.
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("VISIONO_")}
PROGRAMS = {
    "php": (["php"], "php"),
    "javascript": (["node"], "mjs"),
    "python": ([sys.executable], "py"),
}
ALL_EVENTS = [
    # cargo xtask generate: events
    # "{name}",
    "photo_request.created",
    "photo_request.first_viewed",
    "photo_submission.created",
    "photo_request.submitted",
    "photo_request.expired",
    "photo_submission.dropbox_synced",
    "submission.created",
    # end generated
]


class Like:
    """Equals each text that fully matches the expression."""

    def __init__(self, expression: str):
        self.expression = expression

    def __eq__(self, other):
        return isinstance(other, str) and re.fullmatch(self.expression, other) is not None

    def __repr__(self):
        return f"Like({self.expression!r})"


class Empty:
    """Equals an empty object, and the empty array that PHP makes of it."""

    def __eq__(self, other):
        return other in ({}, [])


EMPTY = Empty()
MOMENT = Like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


def an_id(prefix: str) -> Like:
    return Like(f"{prefix}_[0-9a-f]{{16}}")


def program(language: str, name: str, *arguments: str) -> list[str]:
    """Returns the command of an example."""
    command, ending = PROGRAMS[language]
    return [*command, str(EXAMPLES / f"{name}.{ending}"), *arguments]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def serving(port: int, command: list[str], **environment: str):
    """Runs a server until the end of the block. Enters the block when the server accepts
    connections."""
    started = subprocess.Popen(command, env={**CLEAN, **environment}, stderr=subprocess.PIPE)
    try:
        while True:
            assert started.poll() is None, started.stderr.read().decode()
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        started.kill()
        started.communicate()


class Sandbox:
    """A running sandbox."""

    def __enter__(self) -> Sandbox:
        command = [os.environ["SANDBOX"], "sandbox", "--port", "0"]
        self.process = subprocess.Popen(command, env=CLEAN, stdout=subprocess.PIPE, text=True)
        said = ""
        for line in self.process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        else:
            raise AssertionError(f"the sandbox ended: {said}")
        self.origin = re.search(r"listens at (\S+)", said)[1].rstrip("/")
        self.base = f"{self.origin}/api/v1"
        self.key = self.make_key()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def console(self, method: str, path: str, body: object = None) -> dict:
        """Sends a request of the console."""
        answer = requests.request(method, self.origin + path, json=body, timeout=60)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else {}

    def make_key(self, **wanted) -> str:
        return self.console("POST", "/sandbox/keys", {"name": "test", **wanted})["key"]

    def send(self, method: str, path: str, **more) -> requests.Response:
        """Sends a request to the API."""
        headers = {"X-API-Key": self.key, **more.pop("headers", {})}
        return requests.request(method, self.base + path, headers=headers, timeout=60, **more)

    def rest(self, method: str, path: str, body: object = None, **query) -> dict:
        """Sends a request to the API that must succeed, and returns its data."""
        answer = self.send(method, path, json=body, params=query)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()["data"]

    def environment(self, **more: str) -> dict[str, str]:
        return {**CLEAN, "VISIONO_API": self.base, "VISIONO_API_KEY": self.key, **more}

    def start(self, language: str, *arguments: str, **more: str) -> subprocess.Popen:
        """Starts a command of the example `rest`."""
        pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        command = program(language, "rest", *arguments)
        return subprocess.Popen(command, env=self.environment(**more), **pipe)

    def example(self, language: str, *arguments: str, **more: str):
        """Runs a command of the example `rest`, and returns its result."""
        return finish(self.start(language, *arguments, **more))

    def submit(self, request: str, **more) -> dict:
        """Sends photos to a request, like a person."""
        return self.console("POST", f"/sandbox/photo-requests/{request}/submit", more)

    def settled(self, wanted=lambda delivery: True, count: int = 1) -> list[dict]:
        """Waits until this many of these deliveries are final, and returns them by time."""
        found, after = {}, 0
        while len(found) < count:
            answer = self.console("GET", f"/sandbox/deliveries?after={after}&wait=30")
            assert answer["deliveries"], f"{len(found)} of {count} deliveries"
            for delivery in answer["deliveries"]:
                if delivery["status"] not in ("pending", "held") and wanted(delivery):
                    found[delivery["id"]] = delivery
            after = answer["last"]
        return list(found.values())


def finish(started: subprocess.Popen):
    """Waits for an example, and returns its result."""
    out, errors = started.communicate(timeout=120)
    assert started.returncode == 0, errors
    return json.loads(out)


def text_of(command: list[str], **environment: str) -> str:
    """Runs a program, and returns its output."""
    options = {"env": {**CLEAN, **environment}, "capture_output": True, "text": True}
    finished = subprocess.run(command, timeout=120, **options)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.strip()
