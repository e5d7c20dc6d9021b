"""Receivers: they read a webhook, verify it, accept it and answer.

Answers: 204 if the event is stored, 401 if the webhook is refused, 405 for another method than
POST, 413 for a body that is too large, 503 if the store didn't accept it in time, so that Visiono
sends it again, and 500 for a mistake in the program.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from http import HTTPStatus
from typing import Any, NamedTuple

from .._errors import VerificationError
from .._native import Webhook
from .._results import Delivery
from ._async_inbox import AsyncInbox
from ._inbox import Inbox, log
from ._item import InboxError

__all__ = ["ASGIReceiver", "WSGIReceiver", "django_view"]

Log = Callable[[int, str], object]
# Visiono sends no larger body, in bytes.
_MAX_BODY = 1 << 20
# Threads that accept; each has a connection of the store's.
_THREADS = 32
# After how many seconds Visiono may try again.
_RETRY_AFTER = "60"


class _Answer(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""


class _TooLarge(Exception):
    """The body has more bytes than the limit."""


class _Receiver:
    """The part that all receivers share."""

    def __init__(
        self,
        webhook: Webhook | Callable[[], Webhook],
        inbox: Any,
        deadline: float,
        log: Log | None,
    ) -> None:
        self._webhook, self._inbox, self._deadline = webhook, inbox, deadline
        self._log = log or _log
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="visiono-accept")

    def inbox(self) -> Any:
        return self._inbox() if callable(self._inbox) else self._inbox

    def verified(self, body: bytes, headers: Any) -> Delivery:
        webhook = self._webhook() if callable(self._webhook) else self._webhook
        return webhook.receive(body, headers)

    def accept(self, delivery: Delivery) -> str:
        """Accepts in another thread, which a driver may keep longer than the deadline."""
        accepted: str = self._threads.submit(self.inbox().accept, delivery).result(self._deadline)
        return accepted

    def accepted(self, delivery: Delivery, result: str) -> _Answer:
        # The texts are a stranger's: !r keeps them from forging a line.
        key = delivery.dedup_key
        self._log(logging.INFO, f"webhook accepted: {delivery.event!r} {key} {result}")
        return _Answer(204, [])

    def refused(self, error: Exception) -> _Answer:
        """Returns the answer for an error, and logs it."""
        if isinstance(error, VerificationError):
            # The sentence is for the log; the sender gets the code alone.
            self._log(logging.WARNING, f"webhook refused: {error}")
            body = json.dumps({"error": error.code}).encode()
            return _Answer(401, [("Content-Type", "application/json")], body)
        if isinstance(error, _TooLarge):
            self._log(logging.WARNING, "webhook refused: the body is too large")
            return _Answer(413, [])
        late = isinstance(error, (LateError, asyncio.TimeoutError, TimeoutError))
        if late or (isinstance(error, InboxError) and error.code != "invalid_argument"):
            reason = "the store didn't answer in time" if late else str(error)
            self._log(logging.ERROR, f"webhook not accepted: {reason}")
            return _Answer(503, [("Retry-After", _RETRY_AFTER)])
        # Its text may hold anything.
        self._log(logging.ERROR, f"webhook not accepted: {type(error).__name__}")
        return _Answer(500, [])

    def wrong_method(self) -> _Answer:
        return _Answer(405, [("Allow", "POST")])


def _log(level: int, line: str) -> None:
    log.log(level, "%s", line)


Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class ASGIReceiver(_Receiver):
    """An ASGI application that receives webhooks.

    :param webhook: the :class:`Webhook`, or a function that returns it.
    :param inbox: an :class:`AsyncInbox` or :class:`Inbox`, or a function that returns it. An
        :class:`Inbox` accepts in threads.
    :param deadline: the seconds in which the store must accept an event.
    :param log: called with a level of ``logging`` and one line for each webhook, such as the method
        ``log`` of a logger. By default the logger ``visiono_workflow.inbox`` writes it.
    """

    def __init__(
        self,
        webhook: Webhook | Callable[[], Webhook],
        inbox: AsyncInbox | Inbox | Callable[[], AsyncInbox | Inbox],
        *,
        deadline: float = 10,
        log: Log | None = None,
    ) -> None:
        super().__init__(webhook, inbox, deadline, log)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        if scope["type"] != "http":
            raise ValueError(f"webhooks come by HTTP, not by {scope['type']!r}")
        answer = await self._answer(scope, receive)
        if answer is None:
            return
        headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers]
        if answer.status != 204:
            headers.append((b"content-length", str(len(answer.body)).encode()))
        start = {"type": "http.response.start", "status": answer.status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, receive: Receive) -> _Answer | None:
        if scope["method"] != "POST":
            return self.wrong_method()
        try:
            body = bytearray()
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > _MAX_BODY:
                    raise _TooLarge
            delivery = self.verified(bytes(body), scope)
            inbox = self.inbox()
            if isinstance(inbox, AsyncInbox):
                accepted: Awaitable[str] = inbox.accept(delivery)
            else:
                loop = asyncio.get_running_loop()
                accepted = loop.run_in_executor(self._threads, inbox.accept, delivery)
            return self.accepted(delivery, await asyncio.wait_for(accepted, self._deadline))
        except Exception as error:
            return self.refused(error)


class WSGIReceiver(_Receiver):
    """A WSGI application that receives webhooks.

    :param webhook: the :class:`Webhook`, or a function that returns it.
    :param inbox: an :class:`Inbox`, or a function that returns it. It accepts in threads.
    :param deadline: as for :class:`ASGIReceiver`.
    :param log: as for :class:`ASGIReceiver`.
    """

    def __init__(
        self,
        webhook: Webhook | Callable[[], Webhook],
        inbox: Inbox | Callable[[], Inbox],
        *,
        deadline: float = 10,
        log: Log | None = None,
    ) -> None:
        super().__init__(webhook, inbox, deadline, log)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        answer = self._answer(environ)
        headers = list(answer.headers)
        if answer.status != 204:
            headers.append(("Content-Length", str(len(answer.body))))
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [answer.body] if answer.body else []

    def _answer(self, environ: dict[str, Any]) -> _Answer:
        if environ["REQUEST_METHOD"] != "POST":
            return self.wrong_method()
        try:
            delivery = self.verified(_wsgi_body(environ), environ)
            return self.accepted(delivery, self.accept(delivery))
        except Exception as error:
            return self.refused(error)


def _wsgi_body(environ: dict[str, Any]) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    stream = environ["wsgi.input"]
    if length.isdecimal():
        if int(length) > _MAX_BODY:
            raise _TooLarge
        wanted = int(length)
    elif environ.get("wsgi.input_terminated") or "chunked" in environ.get(
        "HTTP_TRANSFER_ENCODING", ""
    ):
        # The server ends the stream where the last chunk does.
        wanted = _MAX_BODY + 1
    else:
        wanted = 0
    parts: list[bytes] = []
    while wanted > 0:
        part = stream.read(wanted)
        if not part:
            break
        parts.append(part)
        wanted -= len(part)
    body = b"".join(parts)
    if len(body) > _MAX_BODY:
        raise _TooLarge
    return body


def django_view(
    webhook: Webhook | Callable[[], Webhook],
    inbox: Inbox | Callable[[], Inbox],
    *,
    deadline: float = 10,
    log: Log | None = None,
) -> Callable[[Any], Any]:
    """Makes a Django view that receives webhooks, and needs no CSRF token. Django's
    ``DATA_UPLOAD_MAX_MEMORY_SIZE``, of 2.5 MB, doesn't limit it.

    :param webhook: the :class:`Webhook`, or a function that returns it at the first request.
    :param inbox: the :class:`Inbox`, or a function that returns it at the first request.
    :param deadline: as for :class:`ASGIReceiver`.
    :param log: as for :class:`ASGIReceiver`.
    """
    receiver = _Receiver(webhook, inbox, deadline, log)

    def receive(request: Any) -> Any:
        try:
            if request.method != "POST":
                answer = receiver.wrong_method()
            else:
                delivery = receiver.verified(_django_body(request), request)
                answer = receiver.accepted(delivery, receiver.accept(delivery))
        except Exception as error:
            answer = receiver.refused(error)
        response = importlib.import_module("django.http").HttpResponse(
            answer.body, status=answer.status
        )
        for name, value in answer.headers:
            response[name] = value
        return response

    # Visiono has no token of Django's: the signature takes its place.
    receive.csrf_exempt = True  # type: ignore[attr-defined]
    return receive


def _django_body(request: Any) -> bytes:
    body: bytes = request.read(_MAX_BODY + 1)
    if len(body) > _MAX_BODY:
        raise _TooLarge
    return body
