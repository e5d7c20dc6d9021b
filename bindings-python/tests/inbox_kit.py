"""Helpers that the inbox tests share."""

import asyncio
import json
import pathlib
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, Optional

from visiono_workflow import Delivery, Webhook
from visiono_workflow.inbox import AsyncInbox, InboxError

SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
SHARED = pathlib.Path(__file__).resolve().parents[2] / "tests" / "inbox"
FILE = json.loads((SHARED / "scenarios.json").read_text("utf-8"))
SCENARIOS = {each["name"]: each for each in FILE["scenarios"]}
WEBHOOK = Webhook(SECRET)
START = 1_800_000_000


def received(body: bytes, now: Optional[float] = None, **headers: str) -> Delivery:
    signed = {"X-Visiono-Signature": WEBHOOK.sign(body), **headers}
    return WEBHOOK.receive(body, signed, now=now)


def body(name: str, age: float = 0, **more: Any) -> bytes:
    when = datetime.fromtimestamp(time.time() - age, timezone.utc).isoformat()
    return json.dumps({"event": name, "timestamp": when, **more}).encode()


def event(name: str, **more: Any) -> Delivery:
    return received(body(name, **more))


class Blocking:
    """An AsyncInbox whose methods wait."""

    def __init__(self, inbox: AsyncInbox, loop: asyncio.AbstractEventLoop) -> None:
        self.inbox, self.loop = inbox, loop

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inbox, name)

        def call(*arguments: Any, **named: Any) -> Any:
            return self.loop.run_until_complete(method(*arguments, **named))

        return call


def run_scenario(scenario: dict[str, Any], make: Callable[..., Any]) -> None:
    """Runs a scenario with the inbox that `make` makes of options."""
    now = START
    inbox = make(clock=lambda: now, **scenario.get("options", {}))
    deliveries = {
        name: received(json.dumps(content).encode(), START)
        for name, content in FILE["deliveries"].items()
    }
    keys = {name: delivery.dedup_key for name, delivery in deliveries.items()}
    claimed: dict[str, Any] = {}

    def do(name: str, step: dict[str, Any]) -> Any:
        subject = step[name]
        if name == "accept":
            return inbox.accept(deliveries[subject])
        if name in ("commit", "release", "fail", "extend"):
            return getattr(inbox, name)(claimed[subject], *arguments(step)) or "ok"
        if name in ("retry", "replay"):
            return getattr(inbox, name)(keys[subject]) or "ok"
        if name == "once":
            return inbox.once(subject, step["ttl"])
        if name == "events" and "after" in subject:
            subject = {**subject, "after": START + subject["after"]}
        return getattr(inbox, name)(**subject)

    for number, step in enumerate(scenario["steps"]):
        now = START + step["at"]
        (name,) = set(step) - {"at", "as", "gives", *("delay", "lease", "reason", "ttl")}
        try:
            result = do(name, step)
        except InboxError as error:
            result = error.code
        if name == "claim" and "as" in step:
            claimed.update(zip(step["as"], result))
        wanted = step["gives"]
        if isinstance(result, list):
            assert len(result) == len(wanted), (number, step, result)
            for item, members in zip(result, wanted):
                found = {
                    **vars(item),
                    "delivery": next(name for name in keys if keys[name] == item.dedup_key),
                    "received_at": round(item.received_at - START, 3),
                }
                assert found == {**found, **members}, (number, step)
                assert item.raw_body == deliveries[found["delivery"]].raw_body
        else:
            assert result == wanted and type(result) is type(wanted), (number, step, result)


def arguments(step: dict[str, Any]) -> list[Any]:
    return [step[name] for name in ("delay", "lease", "reason") if name in step]
