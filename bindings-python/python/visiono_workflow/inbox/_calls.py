"""The operations, as a store runs them: validates arguments and makes texts and milliseconds.

The parameters of a call are in the order in which the script of Redis takes them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any, Generic, TypeVar

from .._convert import wrong_type
from .._results import Delivery
from ._item import InboxError, Item, items

Result = TypeVar("Result")

# A longer time can't be right, and would overflow when it is doubled with each attempt.
_LONGEST = 10**9
# The most items of one call.
_MOST = 1000
# Keys are kept so much longer, because the clocks of the receiver and the database may differ.
_CLOCKS = 60 * 60
# Redis handles so many items of each kind at once, while all others wait.
_PURGED_AT_ONCE = 1000


@dataclass(frozen=True)
class Call(Generic[Result]):
    """An operation of a store, and the function that reads its result."""

    operation: str
    parameters: dict[str, Any]
    read: Callable[[Any], Result]


class Calls:
    def __init__(
        self,
        max_attempts: int,
        shortest_delay: float,
        longest_delay: float,
        clock: Callable[[], float] | None,
    ) -> None:
        self._max_attempts = _count("max_attempts", max_attempts, 1)
        self._shortest = _duration("shortest_delay", shortest_delay)
        self._longest = _duration("longest_delay", longest_delay)
        self._clock = clock

    def now(self) -> int | None:
        """Returns the time for the database, in milliseconds; ``None`` stands for its own clock."""
        return None if self._clock is None else round(self._clock() * 1000)

    def accept(self, delivery: Delivery) -> Call[bool]:
        """Returns true if the event is new."""
        if not isinstance(delivery, Delivery):
            raise wrong_type("delivery", "what Webhook.receive returns", delivery)
        parameters = {
            "dedup_key": delivery.dedup_key,
            "request_id": delivery.request_id,
            "event": _text(delivery.event),
            "event_time": delivery.event_time,
            "raw_body": delivery.raw_body,
            "delivery_id": _text(delivery.unauthenticated_delivery_id),
        }
        return Call("accept", parameters, bool)

    def claim(self, limit: int, lease: float) -> Call[list[Item]]:
        parameters = {
            "limit": _count("limit", limit, 1, _MOST),
            "lease": _duration("lease", lease, 1),
            "max_attempts": self._max_attempts,
        }
        # The rows of an UPDATE have no order.
        return Call(
            "claim", parameters, lambda rows: items(sorted(rows, key=lambda row: int(row[11])))
        )

    def commit(self, item: Item) -> Call[None]:
        return Call("commit", _held(item), _is_held)

    def release(self, item: Item, delay: float) -> Call[None]:
        return Call("release", {**_held(item), "delay": _duration("delay", delay)}, _is_held)

    def fail(self, item: Item, reason: str) -> Call[None]:
        if not isinstance(reason, str):
            raise wrong_type("reason", "str", reason)
        parameters = {
            **_held(item),
            "reason": _text(reason),
            "max_attempts": self._max_attempts,
            "shortest": self._shortest,
            "longest": self._longest,
            "per_mille": random.randint(0, 1000),
        }
        return Call("fail", parameters, _is_held)

    def extend(self, item: Item, lease: float) -> Call[None]:
        return Call("extend", {**_held(item), "lease": _duration("lease", lease, 1)}, _is_held)

    def hold(self, item: Item) -> Call[None]:
        return Call("hold", _held(item), _is_held)

    def again(self, dedup_key: str, state: str) -> Call[None]:
        if not isinstance(dedup_key, str):
            raise wrong_type("dedup_key", "str", dedup_key)
        # A text that is no key matches none.
        key = dedup_key if re.fullmatch("[0-9a-f]{64}", dedup_key) else ""
        return Call("again", {"dedup_key": key, "state": state}, _is_known)

    def events(self, request_id: str, after: float, limit: int) -> Call[list[Item]]:
        if not isinstance(request_id, str):
            raise wrong_type("request_id", "str", request_id)
        parameters = {
            # A text that can't be one matches none.
            "request_id": request_id if request_id == _text(request_id, 256) else "",
            "after": _milliseconds("after", after, 0, 10**11),
            "limit": _count("limit", limit, 1, _MOST),
        }
        return Call("events", parameters, items)

    def dead(self, limit: int) -> Call[list[Item]]:
        return Call("dead", {"limit": _count("limit", limit, 1, _MOST)}, items)

    def counts(self) -> Call[dict[str, int]]:
        return Call("counts", {}, _counts)

    def next(self) -> Call[float | None]:
        """Returns the seconds until an item can be claimed; ``None`` if there is none."""
        return Call("next", {}, lambda found: None if found is None else int(found) / 1000)

    def purge(
        self, older_than: float, newest: int, max_age: float, undated: float | None
    ) -> Call[list[int]]:
        older, age = _duration("older_than", older_than), _duration("max_age", max_age)
        parameters = {
            "older_than": older,
            "newest": _count("newest", newest, 0),
            "keys_for": max(older, age) + _CLOCKS * 1000,
            "undated": None if undated is None else _duration("undated", undated),
            "limit": _PURGED_AT_ONCE,
        }
        return Call("purge", parameters, lambda counts: [int(count) for count in counts])

    def once(self, name: str, ttl: float) -> Call[bool]:
        if not isinstance(name, str):
            raise wrong_type("name", "str", name)
        if not 1 <= len(_text(name, 256).encode()) <= 255 or _text(name, 256) != name:
            raise InboxError(
                "invalid_argument", "a name has 1 to 255 bytes of UTF-8, and no U+0000"
            )
        return Call("once", {"name": name, "ttl": _duration("ttl", ttl, 1)}, bool)


def _held(item: Item) -> dict[str, Any]:
    if not isinstance(item, Item):
        raise wrong_type("item", "an Item", item)
    return {"dedup_key": item.dedup_key, "token": item.token}


def _is_held(found: Any) -> None:
    if not found:
        raise InboxError("lease_lost", "another worker took the item, or it is no longer claimed")


def _is_known(changed: int) -> None:
    if not changed:
        raise InboxError("unknown_item", "no item with this key is in the state that this needs")


def _counts(rows: Any) -> dict[str, int]:
    counts = dict.fromkeys(("waiting", "claimed", "done", "dead"), 0)
    for state, number in rows:
        counts[state.decode() if isinstance(state, bytes) else state] = int(number)
    return counts


def _text(text: Any, length: int = 255) -> Any:
    """Cuts a text, and replaces what a database can't store: U+0000 and lone surrogates."""
    return text if text is None else re.sub("[\0\ud800-\udfff]", "\ufffd", text[:length])


def _count(name: str, value: int, least: int, most: int = (1 << 31) - 1) -> int:
    if not isinstance(value, int):
        raise wrong_type(name, "int", value)
    if not least <= value <= most:
        raise InboxError("invalid_argument", f"{name} must be {least} to {most}")
    return value


def _duration(name: str, value: float, least: int = 0) -> int:
    """Reads seconds. The result is in milliseconds, and at least `least` of them."""
    if isinstance(value, (int, float)) and value <= 0 and least:
        raise InboxError("invalid_argument", f"{name} must be more than 0 seconds")
    return max(_milliseconds(name, value, 0, _LONGEST), least)


def _milliseconds(name: str, value: float, least: int, most: int) -> int:
    if not isinstance(value, (int, float)):
        raise wrong_type(name, "a number of seconds", value)
    if not isfinite(value) or not least <= value <= most:
        raise InboxError("invalid_argument", f"{name} must be {least} to {most} seconds")
    return round(value * 1000)
