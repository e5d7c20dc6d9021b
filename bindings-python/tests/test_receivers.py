"""The examples that receive webhooks do what they say, over HTTP, in a process of their own."""

import contextlib
import http.client
import json
import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any, Optional

import pytest
from conftest import OLD_SECRET, PROJECT, SECRET
from visiono_workflow import Webhook

SENDER = Webhook(SECRET)
# The bytes that are sent of a body that is too large.
TOO_LARGE = {
    "fastapi_webhook": (1 << 20) + 1,
    "flask_webhook": 0,
    "django_webhook": (1 << 20) + 1,
}
Headers = list[tuple[str, str]]


def event(name: str, age: float = 0, **more: Any) -> bytes:
    when = datetime.fromtimestamp(time.time() - age, timezone.utc).isoformat()
    return json.dumps({"event": name, "timestamp": when, **more}).encode()


def signed(body: bytes, sender: Webhook = SENDER) -> Headers:
    return [("X-Visiono-Signature", sender.sign(body))]


class Receiver:
    """An example, as `serve_receiver.py` runs it."""

    def __init__(self, name: str, log: pathlib.Path) -> None:
        self.name = name
        self.too_large = TOO_LARGE[name]
        self.log = log
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, str(PROJECT / "tests" / "serve_receiver.py"), name],
                env={
                    **os.environ,
                    "VISIONO_WEBHOOK_SECRET": SECRET,
                    "INBOX_DATABASE": str(log.with_name("inbox.sqlite3")),
                },
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
            )
        self.port = int(self.printed())

    def printed(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, self.log.read_text("utf-8")
        return line.rstrip("\n")

    def let_one_be_processed(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def processed(self) -> str:
        """The event that is processed next."""
        self.let_one_be_processed()
        return self.printed().split(" ")[0]

    def post(self, body: bytes, headers: Headers, length: Optional[int] = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.putrequest("POST", "/webhooks/visiono", skip_host=True)
            connection.putheader("Host", "localhost")
            connection.putheader("Content-Length", str(len(body) if length is None else length))
            for name, value in headers:
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, response.read().decode()

    def get(self, path: str) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            assert response.status == 200
            return json.loads(response.read())


@pytest.fixture(scope="module", params=TOO_LARGE)
def receiver(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Receiver]:
    made = Receiver(request.param, tmp_path_factory.mktemp("log") / "stderr")
    yield made
    with made.process:
        made.process.terminate()


class TestReceivers:
    def test_the_answer_comes_before_the_work(self, receiver: Receiver) -> None:
        # Each event waits until it is let go, and both have been answered by then.
        for name in ("a.first", "a.second"):
            body = event(name)
            assert receiver.post(body, signed(body)) == (204, "")
        assert [receiver.processed(), receiver.processed()] == ["a.first", "a.second"]

    def test_a_duplicate_is_answered_and_dropped(self, receiver: Receiver) -> None:
        body, last = event("a.delivery"), event("a.last")
        signature = SENDER.sign(body)
        for name, delivery in (
            ("X-Visiono-Signature", "X-Visiono-Delivery"),
            ("X-Visiono-Signature", "X-Visiono-Delivery"),
            ("X-Webhook-Signature", "X-Webhook-ID"),
        ):
            headers = [(name, signature), (delivery, os.urandom(8).hex())]
            assert receiver.post(body, headers) == (204, "")
        assert receiver.post(last, signed(last)) == (204, "")
        assert [receiver.processed(), receiver.processed()] == ["a.delivery", "a.last"]

    def test_what_fails_stops_nothing(self, receiver: Receiver) -> None:
        for name in ("a.failure", "a.success"):
            body = event(name)
            assert receiver.post(body, signed(body)) == (204, "")
        receiver.let_one_be_processed()
        assert receiver.processed() == "a.success"
        assert "what the program does may fail" in receiver.log.read_text("utf-8")

    @pytest.mark.parametrize(
        "body, headers, code",
        [
            (event("a"), [], "missing_parameter"),
            (event("a"), [("X-Visiono-Signature", "")], "invalid_signature"),
            (event("a"), [("X-Visiono-Signature", "sha256=\xe9")], "invalid_signature"),
            (event("a"), signed(event("b")), "invalid_signature"),
            (event("a"), signed(event("a"), Webhook(OLD_SECRET)), "invalid_signature"),
            (b"[]", signed(b"[]") * 2, "invalid_signature"),
            (b"[]", signed(b"[]"), "malformed_parameter"),
            (b"", signed(b""), "malformed_parameter"),
            (b"\xff", signed(b"\xff"), "malformed_parameter"),
            (b'{"event":"a","timestamp":1}', None, "missing_parameter"),
            (event("a", 3 * 3600 + 60), None, "expired"),
            (event("a", -3600), None, "not_yet_valid"),
        ],
        ids=range(12),
    )
    def test_what_is_refused(
        self, receiver: Receiver, body: bytes, headers: Optional[Headers], code: str
    ) -> None:
        status, answer = receiver.post(body, signed(body) if headers is None else headers)
        assert (status, json.loads(answer)) == (401, {"error": code})
        told = receiver.log.read_text("utf-8")
        assert "webhook refused: " in told
        assert SECRET not in told and SENDER.sign(body)[7:] not in told

    def test_polling_for_the_events_of_a_request(self, receiver: Receiver) -> None:
        for name, data in (
            ("a.first", {"photo_request": {"id": "pr_1"}}),
            ("a.other", {"photo_request": {"id": "pr_2"}}),
            ("a.second", {"photo_request": {"id": "pr_1"}}),
        ):
            body = event(name, data=data)
            assert receiver.post(body, signed(body)) == (204, "")
            # So the times differ.
            assert receiver.processed() == name
        if receiver.name == "fastapi_webhook":
            found = receiver.get("/requests/pr_1/events")
            assert [each["event"] for each in found] == ["a.first", "a.second"]
            assert found[0]["data"] == {"photo_request": {"id": "pr_1"}}
            after = found[1]["received_at"]
            assert receiver.get(f"/requests/pr_1/events?after={after}") == found[1:]
            assert receiver.get(f"/requests/pr_1/events?after={after + 1}") == []
            assert receiver.get("/requests/pr_3/events") == []

    def test_other_methods(self, receiver: Receiver) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("GET", "/webhooks/visiono", headers={"Host": "localhost"})
            assert connection.getresponse().status == 405

    def test_the_largest_body(self, receiver: Receiver) -> None:
        body = event("a.large", x="x" * (1 << 20))
        body = body[: (1 << 20) - 2] + b'"}'
        assert receiver.post(body, signed(body)) == (204, "")
        assert receiver.processed() == "a.large"

    def test_a_larger_body_is_not_read_to_its_end(self, receiver: Receiver) -> None:
        body = b"x" * receiver.too_large
        # More is announced than ever comes, so it would wait for the rest.
        status, _ = receiver.post(body, signed(body), 1 << 30)
        assert status == 413
