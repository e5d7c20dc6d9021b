"""Schemathesis makes requests from the document, and follows its links.

There must be no 500. The status, headers, type and form of each answer must be as described. Data
must be accepted if and only if the document allows it. No operation may work without a key. Created
objects can be read, deleted ones can't.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from harness import FOLDER, Sandbox
from test_document import OPERATIONS

SEED = 20
EXAMPLES = 25
# The number of examples in each round of a long run.
LONG_EXAMPLES = 100


def test_every_answer_is_as_described(pytestconfig):
    seconds = pytestconfig.getoption("--long")
    seen, seed, end = defaultdict(set), SEED, time.monotonic() + (seconds or 0)
    total = run(seed, LONG_EXAMPLES if seconds else EXAMPLES, seen)
    # A round fills the sandbox, so each has a new one.
    while time.monotonic() < end:
        seed += 1
        total += run(seed, LONG_EXAMPLES, seen)
    print(f"{total} answers in {seed - SEED + 1} rounds")
    assert [name for name in OPERATIONS if not seen[name] & {200, 201, 204}] == []


def run(seed: int, examples: int, seen: dict) -> int:
    """Fuzzes a new sandbox, records each operation's statuses, and returns their number."""
    report = FOLDER / "schemathesis.ndjson"
    report.unlink(missing_ok=True)
    with Sandbox() as sandbox:
        sandbox.console("PUT", "/sandbox/rate-limit", {"limit": 1_000_000})
        fill(sandbox)
        config = Path(__file__).with_name("schemathesis.toml")
        command = [Path(sys.executable).with_name("st"), "--config-file", config]
        command += ["run", f"{sandbox.base}.openapi", "--seed", str(seed)]
        command += ["--max-examples", str(examples)]
        command += ["--report", "ndjson", "--report-ndjson-path", report]
        finished = subprocess.run(command, cwd=FOLDER, env=sandbox.environment())
        assert finished.returncode == 0, f"schemathesis found something with seed {seed}"
        assert sandbox.process.poll() is None, "the sandbox ended"
    total = 0
    for line in report.read_text("utf-8").splitlines():
        recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
        for interaction in recorder.get("interactions", {}).values():
            request = interaction["request"]
            path = request["uri"].removeprefix(sandbox.base).partition("?")[0]
            operation = operation_of(f"{request['method']} {path}")
            seen[operation].add(interaction["response"]["status_code"])
            total += 1
    return total


def operation_of(request: str) -> str | None:
    """Returns the operation of a method and a path."""
    if request in OPERATIONS:
        return request
    patterns = {name: re.escape(name).replace(r"\{id\}", "[^/]+") for name in OPERATIONS}
    return next((name for name in OPERATIONS if re.fullmatch(patterns[name], request)), None)


def fill(sandbox):
    """Creates requests and links in each state, with photos, which the API alone can't send."""
    body = {"instructions": "Any.", "items": [{"instructions": "Front", "is_required": True}]}
    for hours in (48, 48, 48, 1):
        sandbox.rest("POST", "/photo-requests", {**body, "expires_in_hours": hours})
    _, _, started, done = sandbox.rest("GET", "/photo-requests")
    sandbox.submit(started["id"], photos=2, submit=False)
    sandbox.submit(done["id"], photos=2)
    sandbox.console("POST", "/sandbox/clock", {"advance": 2 * 60 * 60})
    fields = {"unique_value": "ABC 123", "source": "zendesk", "reference": "ticket-456"}
    sandbox.console("POST", "/sandbox/submissions", {**fields, "photos": 2})
