"""The items and the errors of an inbox."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["InboxError", "Item"]

Code = Literal["unavailable", "outdated_schema", "lease_lost", "unknown_item", "invalid_argument"]


class InboxError(Exception):
    """An operation of the inbox was not done. No message has a secret or a body in it."""

    code: Code
    """``unavailable``: the database can't be reached, is busy, full or read-only; the driver's
    error is the ``__cause__``. ``outdated_schema``: call ``migrate``. ``lease_lost``: another
    worker took the item, or it is no longer claimed. ``unknown_item``: no item with this key is in
    the state that the operation needs. ``invalid_argument``: an argument can't be right."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.code, str(self))


@dataclass(frozen=True)
class Item:
    """An event that the inbox keeps."""

    dedup_key: str
    """The hexadecimal SHA-256 of the body: the event's name in the inbox."""
    request_id: str | None
    """The ID by which ``events`` finds it."""
    event: str
    """The event's name, cut to 255 characters, with U+FFFD for U+0000."""
    event_time: int | None
    """The time of the event, in Unix seconds; ``None`` if the body has none."""
    received_at: float
    """The time at which it was accepted, in Unix seconds with milliseconds."""
    raw_body: str = field(repr=False)
    """The body as it was signed."""
    unauthenticated_delivery_id: str | None
    """The delivery's ID, for logs. It is not authenticated."""
    state: Literal["waiting", "claimed", "done", "dead"]
    """The state in which it was read."""
    attempts: int
    """The number of times it was claimed, this one included."""
    token: int
    """The number of this claim, which a later one exceeds."""
    last_error: str | None
    """The reason of the last failure."""

    @property
    def body(self) -> dict[str, Any]:
        """The whole body, parsed. Whole numbers are exact."""
        body: dict[str, Any] = json.loads(self.raw_body)
        return body


def item(row: Sequence[Any]) -> Item:
    """Reads a row, whose texts are ``bytes`` if Redis sends it."""
    texts: list[Any] = [each.decode() if isinstance(each, bytes) else each for each in row]
    (key, request, event, at, received, body, delivery, state, attempts, token, error, _) = texts
    time = None if at is None else int(at)
    received_at, numbers = int(received) / 1000, (int(attempts), int(token))
    return Item(key, request, event, time, received_at, body, delivery, state, *numbers, error)


def items(rows: Sequence[Sequence[Any]]) -> list[Item]:
    return [item(row) for row in rows]
