"""The receivers, called as servers call them. test_receivers.py runs them over HTTP."""

import asyncio
import io
import json
import pathlib
from collections.abc import Iterator
from typing import Any, Optional

import pytest
from inbox_kit import WEBHOOK, body
from visiono_workflow import Webhook
from visiono_workflow.inbox import (
    ASGIReceiver,
    Inbox,
    InboxError,
    SQLiteStore,
    WSGIReceiver,
    django_view,
)

Answer = tuple[int, dict[str, str], bytes]
EVENT = body("a.delivery")


@pytest.fixture()
def inbox(tmp_path: pathlib.Path) -> Iterator[Inbox]:
    made = Inbox(SQLiteStore(tmp_path / "inbox"))
    made.migrate()
    yield made
    made.close()


def wsgi(receiver: WSGIReceiver, text: bytes, **more: Any) -> Answer:
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": str(len(text)),
        "wsgi.input": io.BytesIO(text),
        "wsgi.version": (1, 0),
        "HTTP_X_VISIONO_SIGNATURE": WEBHOOK.sign(text),
        **more,
    }
    started: list[Any] = []
    parts = b"".join(receiver(environ, lambda *arguments: started.append(arguments)))
    return int(started[0][0].partition(" ")[0]), dict(started[0][1]), parts


def asgi(receiver: ASGIReceiver, *messages: Any, **more: Any) -> Optional[Answer]:
    text = b"".join(message.get("body", b"") for message in messages)
    pairs = [(b"x-visiono-signature", WEBHOOK.sign(text).encode())]
    scope = {
        **{"type": "http", "method": "POST", "query_string": b"", "headers": pairs},
        **more,
    }
    waiting, sent = list(messages), []

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(receiver(scope, receive, send))
    if not sent:
        return None
    headers = {name.decode().title(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, sent[1]["body"]


def chunk(text: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": text, "more_body": more}


def django(view: Any, text: bytes, method: str = "POST", **more: Any) -> Answer:
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    from django.test import RequestFactory

    request: Any = RequestFactory().generic(
        method, "/", text, "application/json", HTTP_X_VISIONO_SIGNATURE=WEBHOOK.sign(text), **more
    )
    response = view(request)
    headers = {name: value for name, value in response.items() if name != "Content-Type"}
    return response.status_code, headers, response.content


def all_three(inbox: Any, webhook: Any = WEBHOOK, **more: Any) -> list[Any]:
    receivers = WSGIReceiver(webhook, inbox, **more), ASGIReceiver(webhook, inbox, **more)
    view = django_view(webhook, inbox, **more)
    return [
        lambda text: wsgi(receivers[0], text)[:2],
        lambda text: (asgi(receivers[1], chunk(text)) or ())[:2],
        lambda text: django(view, text)[:2],
    ]


def test_an_event_is_stored_before_the_answer(inbox: Inbox) -> None:
    lines: list[tuple[int, str]] = []
    for answer in all_three(inbox, log=lambda *line: lines.append(line)):
        assert answer(EVENT) == (204, {})
    [item] = inbox.claim(5)
    assert item.raw_body == EVENT.decode()
    line = f"webhook accepted: 'a.delivery' {item.dedup_key} "
    assert lines == [(20, line + "new"), (20, line + "duplicate"), (20, line + "duplicate")]


def test_functions_are_called_at_the_first_request(inbox: Inbox) -> None:
    made: list[str] = []

    def webhook() -> Webhook:
        made.append("webhook")
        return WEBHOOK

    def lazy() -> Inbox:
        made.append("inbox")
        return inbox

    answers = all_three(lazy, webhook)
    assert made == []
    for answer in answers:
        assert answer(EVENT)[0] == 204
    assert made == ["webhook", "inbox"] * 3


def test_a_refused_webhook_gets_the_code_alone(inbox: Inbox) -> None:
    lines: list[str] = []
    other = Webhook("another-secret-of-the-receiver")
    receiver = WSGIReceiver(other, inbox, log=lambda level, line: lines.append(line))
    status, headers, answer = wsgi(receiver, EVENT)
    assert (status, json.loads(answer)) == (401, {"error": "invalid_signature"})
    assert headers == {"Content-Type": "application/json", "Content-Length": str(len(answer))}
    assert len(lines) == 1 and lines[0].startswith("webhook refused: no configured secret")
    assert inbox.counts()["waiting"] == 0


def test_other_methods_and_larger_bodies(inbox: Inbox) -> None:
    one, two = WSGIReceiver(WEBHOOK, inbox), ASGIReceiver(WEBHOOK, inbox)
    view = django_view(WEBHOOK, inbox)
    for method in ("GET", "HEAD", "PUT", "OPTIONS"):
        wanted = (405, {"Allow": "POST"}, b"")
        found = wsgi(one, b"", REQUEST_METHOD=method)
        assert (found[0], found[1]["Allow"], found[2]) == (405, "POST", b"")
        answer = asgi(two, chunk(b""), method=method)
        assert answer and (answer[0], answer[1]["Allow"]) == (405, "POST")
        assert django(view, b"", method) == wanted
    large = b"x" * ((1 << 20) + 1)
    assert [answer(large)[0] for answer in all_three(inbox)] == [413, 413, 413]
    # The rest isn't read: a stream that fails would raise.
    assert wsgi(one, b"", CONTENT_LENGTH=str(1 << 30), **{"wsgi.input": None})[0] == 413
    halves = chunk(large[: 1 << 19], True), chunk(large, True)
    answer = asgi(two, *halves)
    assert answer and answer[0] == 413


def test_bodies_in_chunks(inbox: Inbox) -> None:
    one, two = WSGIReceiver(WEBHOOK, inbox), ASGIReceiver(WEBHOOK, inbox)
    chunked: Any = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    assert wsgi(one, EVENT, **chunked)[0] == 204
    large = b" " * ((1 << 20) + 1)
    assert wsgi(one, large, **chunked)[0] == 413
    # Without a length, a server that doesn't end the stream has no body.
    assert wsgi(one, EVENT, CONTENT_LENGTH="")[0] == 401
    answer = asgi(two, chunk(EVENT[:9], True), chunk(b"", True), chunk(EVENT[9:]))
    assert answer and answer[0] == 204
    # The sender went away: nobody reads an answer.
    assert asgi(two, chunk(EVENT[:9], True), {"type": "http.disconnect"}) is None
    assert inbox.counts()["waiting"] == 1


def test_what_the_store_does_not_do() -> None:
    class Broken(Inbox):
        error: Any = None

        def __init__(self) -> None: ...

        def accept(self, delivery: Any) -> Any:
            raise self.error

    inbox = Broken()
    lines: list[str] = []
    answers = all_three(inbox, log=lambda level, line: lines.append(line))
    for error, status, line in (
        (InboxError("unavailable", "it is away"), 503, "it is away"),
        (InboxError("outdated_schema", "migrate"), 503, "migrate"),
        (InboxError("invalid_argument", "wrong"), 500, "InboxError"),
        (ValueError("may hold a\nsecret"), 500, "ValueError"),
    ):
        inbox.error = error
        for answer in answers:
            found = answer(EVENT)
            assert found[0] == status
            assert found[1].get("Retry-After") == ("60" if status == 503 else None)
            assert lines.pop() == f"webhook not accepted: {line}"


def test_asgi_beside_http(inbox: Inbox) -> None:
    receiver = ASGIReceiver(WEBHOOK, inbox)
    sent: list[str] = []
    waiting = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    asyncio.run(receiver({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    with pytest.raises(ValueError, match="by HTTP, not by 'websocket'"):
        asyncio.run(receiver({"type": "websocket"}, receive, send))


def test_the_view_needs_no_csrf_token(inbox: Inbox) -> None:
    assert django_view(WEBHOOK, inbox).csrf_exempt is True  # type: ignore[attr-defined]
