"""Schemathesis makes requests from the document, follows its links, and compares each answer with it.

What is compared: there is no 500; the status, the headers, the type and the form of each answer are as
described; data is accepted if and only if the document allows it; no operation works without a key;
what was made can be read, and what was deleted can't.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from harness import CLEAN, FOLDER, Sandbox

SEED = 20
EXAMPLES = 25
# Of each round of a long run.
LONG_EXAMPLES = 100


def test_every_answer_is_as_described(pytestconfig):
    seconds = pytestconfig.getoption("--long")
    seen, seed, end = defaultdict(set), SEED, time.monotonic() + (seconds or 0)
    total = run(seed, LONG_EXAMPLES if seconds else EXAMPLES, seen)
    # A round fills the sandbox: each has its own.
    while time.monotonic() < end:
        seed += 1
        total += run(seed, LONG_EXAMPLES, seen)
    print(f"{total} answers in {seed - SEED + 1} rounds")
    unreached = [label for label, statuses in seen.items() if not statuses & {200, 201, 204}]
    assert (len(seen), unreached) == (24, [])


def run(seed: int, examples: int, seen: dict) -> int:
    """Fuzzes a sandbox of its own, notes the statuses of each operation, and returns their number."""
    report = FOLDER / "schemathesis.ndjson"
    report.unlink(missing_ok=True)
    with Sandbox() as sandbox:
        sandbox.console("PUT", "/sandbox/rate-limit", {"limit": 1_000_000})
        fill(sandbox)
        command = [Path(sys.executable).with_name("st"), "--config-file", "schemathesis.toml", "run"]
        command += [f"{sandbox.origin}/api/v1.openapi", "--header", f"X-API-Key: {sandbox.key}"]
        command += ["--seed", str(seed), "--max-examples", str(examples)]
        command += ["--report", "ndjson", "--report-ndjson-path", report]
        environment = {**CLEAN, "HYPOTHESIS_STORAGE_DIRECTORY": str(FOLDER / "hypothesis")}
        finished = subprocess.run(command, cwd=Path(__file__).parent, env=environment)
        assert finished.returncode == 0, f"schemathesis found something with seed {seed}"
        assert sandbox.process.poll() is None, "the sandbox ended"
    total = 0
    for line in report.read_text("utf-8").splitlines():
        recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
        for key, interaction in recorder.get("interactions", {}).items():
            case = recorder["cases"][key]["value"]
            seen[f"{case['method']} {case['path']}"].add(interaction["response"]["status_code"])
            total += 1
    return total


def fill(sandbox):
    """Makes requests and links in each state, with photos: the API alone can't send any."""
    items = [{"instructions": "Front", "is_required": True}]
    for number in range(4):
        body = {"instructions": str(number), "expires_in_hours": 1 if number == 3 else 48, "items": items}
        id = sandbox.rest("POST", "/photo-requests", body)["id"]
        if number < 2:
            sandbox.submit(id, photos=2, submit=number == 0)
    sandbox.console("POST", "/sandbox/clock", {"advance": 2 * 60 * 60})
    fields = {"unique_value": "ABC 123", "source": "zendesk", "reference": "ticket-456"}
    sandbox.console("POST", "/sandbox/submissions", {**fields, "photos": 2})
