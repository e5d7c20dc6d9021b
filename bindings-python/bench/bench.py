"""Measures the speed of the package, beside peers in the same run.

The peers take turns, in an order that changes each round, so that what else the machine does
falls on all of them. A ratio is taken within a round; its spread is that of the middle half of
the rounds.
"""

import argparse
import gc
import hashlib
import hmac
import json
import math
import os
import platform
import random
import statistics
import sys
import time
from datetime import datetime, timezone
from typing import Any, Callable
from urllib.parse import parse_qs, urlencode, urlsplit

from itsdangerous import TimestampSigner
from visiono_workflow import Webhook, Workflow, __version__

SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
Call = Callable[[], Any]

workflow = Workflow(SECRET)
webhook = Webhook(SECRET)
signer = TimestampSigner(SECRET)

URL = workflow.sign_return(
    "https://your-system.com/done",
    submission_id="pls_123",
    unique_value="ABC123",
    reference="ticket-456",
    photo_count=5,
)
TOKEN = signer.sign("pls_123|ABC123|ticket-456|5")
BODY = json.dumps(
    {
        "event": "submission.created",
        "timestamp": datetime.now(timezone.utc).isoformat(),
        "data": {
            "permanent_link_submission": {
                "id": "pls_123",
                "unique_field_value": "ABC123",
                "external_source": "zendesk",
                "external_reference": "ticket-456",
            }
        },
    }
).encode()
HEADERS = {
    "content-type": "application/json",
    "user-agent": "visiono",
    "x-visiono-event": "submission.created",
    "x-visiono-delivery": "d-1",
    "x-visiono-signature": webhook.sign(BODY),
}


def sign_package() -> str:
    return workflow.sign_link(
        slug="damage-report", unique_value="ABC123", source="zendesk", reference="ticket-456"
    )


def sign_snippet() -> str:
    fields = {"uv": "ABC123", "src": "zendesk", "ref": "ticket-456", "ts": str(int(time.time()))}
    payload = "|".join(fields.values())
    fields["sig"] = hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).hexdigest()
    return f"https://visiono.io/s/damage-report?{urlencode(fields)}"


def sign_itsdangerous() -> bytes:
    return signer.sign("ABC123|zendesk|ticket-456")


def verify_package() -> object:
    return workflow.verify_return(URL)


def verify_package_expecting() -> object:
    return workflow.verify_return(URL, expect={"reference": "ticket-456"}).submission_id


def verify_snippet() -> dict[str, str]:
    fields = {name: values[0] for name, values in parse_qs(urlsplit(URL).query).items()}
    payload = "|".join(fields[name] for name in ("sub", "uv", "ref", "cnt", "ts"))
    wanted = hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, fields["sig"]):
        raise ValueError("signature")
    if abs(time.time() - int(fields["ts"])) > 3600:
        raise ValueError("expired")
    return fields


def verify_itsdangerous() -> bytes:
    return signer.unsign(TOKEN, max_age=3600)


def receive_package() -> object:
    return webhook.receive(BODY, HEADERS)


def receive_snippet() -> Any:
    wanted = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
    if not hmac.compare_digest("sha256=" + wanted, HEADERS["x-visiono-signature"]):
        raise ValueError("signature")
    body = json.loads(BODY)
    if abs(time.time() - datetime.fromisoformat(body["timestamp"]).timestamp()) > 3 * 3600:
        raise ValueError("expired")
    return body


ROWS = [(f"ABC{number}", "zendesk", f"ticket-{number}") for number in range(1000)]
NAMED_ROWS = [dict(zip(("unique_value", "source", "reference"), row)) for row in ROWS]


def sign_rows() -> list[str]:
    return workflow.sign_links(ROWS, slug="damage-report")


def sign_named_rows() -> list[str]:
    return workflow.sign_links(NAMED_ROWS, slug="damage-report")


def sign_loop() -> list[str]:
    return [
        workflow.sign_link(
            slug="damage-report", unique_value=unique_value, source=source, reference=reference
        )
        for unique_value, source, reference in ROWS
    ]


def sign_rows_snippet() -> list[str]:
    now = str(int(time.time()))
    urls = []
    for unique_value, source, reference in ROWS:
        fields = {"uv": unique_value, "src": source, "ref": reference, "ts": now}
        payload = "|".join(fields.values())
        fields["sig"] = hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).hexdigest()
        urls.append(f"https://visiono.io/s/damage-report?{urlencode(fields)}")
    return urls


OPERATIONS: dict[str, dict[str, Call]] = {
    "sign a link": {
        "visiono-workflow": sign_package,
        "the documented snippet (hmac, urlencode)": sign_snippet,
        "itsdangerous TimestampSigner, no URL": sign_itsdangerous,
    },
    "sign 1000 links": {
        "visiono-workflow, sign_links of tuples": sign_rows,
        "visiono-workflow, sign_links of dicts": sign_named_rows,
        "visiono-workflow, a loop of sign_link": sign_loop,
        "a loop of the documented snippet": sign_rows_snippet,
    },
    "verify a return": {
        "visiono-workflow": verify_package,
        "visiono-workflow with expect, one field read": verify_package_expecting,
        "the documented snippet (parse_qs, compare_digest)": verify_snippet,
        "itsdangerous TimestampSigner, no URL": verify_itsdangerous,
    },
    "receive a webhook": {
        "visiono-workflow": receive_package,
        "a snippet (hmac, compare_digest, json)": receive_snippet,
    },
}

# SHA-256 compressions where they aren't two: of the signature, and of the key for duplicates.
COMPRESSIONS = {
    "sign 1000 links": 2 * len(ROWS),
    "receive a webhook": 2 * math.ceil((len(BODY) + 9) / 64) + 1,
}


def nanoseconds(call: Call, number: int) -> float:
    start = time.perf_counter()
    for _ in range(number):
        call()
    return (time.perf_counter() - start) / number * 1e9


def measure(peers: dict[str, Call], rounds: int, seconds: float) -> dict[str, list[float]]:
    numbers = {
        name: max(1, int(seconds * 1e9 / nanoseconds(call, 200))) for name, call in peers.items()
    }
    times: dict[str, list[float]] = {name: [] for name in peers}
    names = list(peers)
    for done in range(rounds):
        random.shuffle(names)
        for name in names:
            times[name].append(nanoseconds(peers[name], numbers[name]))
        if sys.stderr.isatty():
            print(f"\rround {done + 1} of {rounds}", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print("\r" + " " * 24, end="\r", file=sys.stderr)
    return times


def report(operation: str, times: dict[str, list[float]]) -> None:
    ours = next(iter(times.values()))
    print(f"\n{operation:52}  ns each   times ours (middle half)")
    rows = []
    for name, theirs in times.items():
        ratios = [their / our for their, our in zip(theirs, ours)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        nanos = statistics.median(theirs)
        print(f"  {name:50}  {nanos:7.0f}   {middle:5.2f}  ({low:.2f} to {high:.2f})")
        rows.append(
            {
                "runtime": f"{platform.python_implementation()} {platform.python_version()}",
                "operation": operation,
                "contender": "" if theirs is ours else name,
                "nanoseconds": nanos,
                "ratio": [middle, low, high],
                "compressions": COMPRESSIONS.get(operation, 2),
            }
        )
    # For the table of all runtimes, which `cargo xtask bench` makes.
    if "BENCHMARKS" in os.environ:
        with open(os.environ["BENCHMARKS"], "a", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=101, help="how often each one has its turn")
    parser.add_argument("--seconds", type=float, default=0.01, help="how long a turn is")
    parser.add_argument("--version", action="version", version=__version__)
    arguments = parser.parse_args()
    print(f"visiono-workflow {__version__}, {platform.python_implementation()} ", end="")
    print(f"{platform.python_version()}, {platform.machine()}")
    gc.disable()
    for operation, peers in OPERATIONS.items():
        report(operation, measure(peers, arguments.rounds, arguments.seconds))


if __name__ == "__main__":
    main()
