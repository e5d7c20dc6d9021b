"""Requests of real frameworks, as real servers hand them over."""

import contextlib
import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from conftest import SECRET
from visiono_workflow import Webhook, Workflow

FOLDER = pathlib.Path(__file__).parent
TEMPLATE = (
    "https://app.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}"
    "&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}"
)
WSGI = ("flask", "django", "rest", "bottle", "pyramid", "falcon", "cherrypy")
ASGI = ("fastapi", "starlette", "django_asgi", "falcon_asgi", "quart", "litestar", "blacksheep")
# Servers that don't hand over the target, so a slash in a value is lost.
DECODING = ("wsgiref", "gevent", "runserver", "granian-wsgi", "a2wsgi")
SERVED = [
    *(("gunicorn", framework) for framework in ("wsgi", *WSGI)),
    *(("uvicorn", framework) for framework in ("asgi", *ASGI)),
    *(
        ("own", framework)
        for framework in ("aiohttp", "tornado", "sanic", "twisted", "http_server")
    ),
    *((server, "wsgi") for server in ("wsgiref", "gevent", "granian-wsgi", "a2wsgi")),
    *((server, "wsgi") for server in ("werkzeug", "cheroot", "gunicorn-gevent", "uwsgi")),
    *(("runserver", "django"), ("werkzeug", "flask"), ("cheroot", "cherrypy")),
    *((server, "asgi") for server in ("uvicorn-h11", "hypercorn", "daphne", "granian")),
]


class Served:
    """A program that runs, and what it answers."""

    def __init__(self, server: str, framework: str, log: pathlib.Path) -> None:
        self.server, self.framework = server, framework
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        command = [sys.executable, "serve.py", server, framework, str(self.port)]
        with log.open("wb") as out:
            environment = {**os.environ, "SECRET": SECRET, "DJANGO_SETTINGS_MODULE": ""}
            self.process = subprocess.Popen(
                command, cwd=FOLDER, env=environment, stdout=out, stderr=out
            )
        end = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            assert self.process.poll() is None and time.monotonic() < end, log.read_text("utf-8")
            time.sleep(0.05)

    def ask(
        self, method: str, target: bytes, headers: list[tuple[str, str]], body: bytes = b""
    ) -> tuple[int, str]:
        # A socket, because a client would write another target.
        lines = [method.encode() + b" " + target + b" HTTP/1.1", b"Host: localhost"]
        lines += [f"{name}: {value}".encode() for name, value in headers]
        if method == "POST":
            lines.append(b"Content-Length: %d" % len(body))
        lines.append(b"Connection: close")
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
            response = http.client.HTTPResponse(connection)
            response.begin()
            return response.status, response.read().decode()

    def come_back(self, target: bytes) -> tuple[int, str]:
        return self.ask("GET", target, [])


@pytest.fixture(scope="module", params=SERVED, ids="-".join)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    made = Served(*request.param, tmp_path_factory.mktemp("log") / "out")
    yield made
    made.process.terminate()
    try:
        made.process.wait(10)
    except subprocess.TimeoutExpired:
        made.process.kill()
        made.process.wait()


def target(reference: str) -> bytes:
    url = Workflow(SECRET).sign_return(
        TEMPLATE, submission_id="pls_1", unique_value="A 1", reference=reference, photo_count=2
    )
    return url.removeprefix("https://app.example").encode()


@pytest.mark.parametrize("reference", ["ticket-456", "50%", "%41", "é ü", "a+b&c=d", "a?b#c"])
def test_a_path_with_what_is_encoded(served: Served, reference: str) -> None:
    assert served.come_back(target(reference)) == (200, json.dumps(reference))
    # CherryPy itself answers 404 to a query that isn't UTF-8.
    others = b"&tag=a&tag=b&utm=" + (b"" if served.framework == "cherrypy" else b"&%FF=%ff")
    assert served.come_back(target(reference) + others) == (200, json.dumps(reference))


def test_a_slash_in_a_value_of_the_path(served: Served) -> None:
    wanted = (400, "missing_parameter") if served.server in DECODING else (200, '"2024/0815"')
    # Cheroot hands over the target, but doesn't decode this in the path, so a router has `%2F`.
    if (served.server, served.framework) == ("cheroot", "wsgi"):
        wanted = (400, "unexpected_value")
    assert served.come_back(target("2024/0815")) == wanted
    # All six fields are in the query, so the recommended URL needs no template.
    wanted = (200, '"2024/0815"') if served.server in DECODING else wanted
    assert served.come_back(target("2024/0815") + b"&plain=1") == wanted


def test_what_is_refused(served: Served) -> None:
    genuine = target("ticket-456")
    for other, code in (
        (genuine + b"&ref=ticket-456", "duplicate_parameter"),
        (genuine + b"&REF=x", "duplicate_parameter"),
        (genuine.replace(b"cnt=2", b"cnt=3"), "invalid_signature"),
        (genuine.replace(b"/ticket-456/", b"/ticket-457/"), "duplicate_parameter"),
        (genuine.partition(b"?")[0], "missing_parameter"),
        (genuine.replace(b"?", b"?RAW_URI=/x&raw_path=/x&url=/x&"), None),
    ):
        wanted = (400, code) if code else (200, '"ticket-456"')
        assert served.come_back(other) == wanted


def test_a_webhook(served: Served) -> None:
    made = Webhook(SECRET).test_delivery("submission.created")
    headers = list(made.headers.items())
    assert served.ask("POST", b"/hook", headers, made.body) == (200, '"submission.created"')
    [signature] = [header for header in headers if header[0].lower() == "x-visiono-signature"]
    for changed, body, code in (
        # Cheroot drops the first one.
        ([*headers, signature], made.body, served.server != "cheroot" and "invalid_signature"),
        (headers, made.body + b"\n", "invalid_signature"),
        (headers, b"", "invalid_signature"),
        ([], made.body, "missing_parameter"),
        ([], b"", "missing_parameter"),
    ):
        wanted = (400, code) if code else (200, '"submission.created"')
        assert served.ask("POST", b"/hook", changed, body) == wanted
