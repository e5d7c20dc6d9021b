"""The code that replaces the documented snippet works as docs/moving.md says."""

import json
import re
from datetime import datetime, timezone
from typing import Any

import visiono_workflow
from conftest import PROJECT, SECRET


def test_the_replacement_of_the_snippet() -> None:
    page = (PROJECT.parent / "docs/moving.md").read_text("utf-8")
    # The snippet comes first, then its replacement.
    _, replacement = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.M)
    code: dict[str, Any] = {}
    exec(replacement, code)
    workflow, webhook = visiono_workflow.Workflow(SECRET), visiono_workflow.Webhook(SECRET)

    link = code["start"](workflow, "ABC123", "ticket-456")
    start = "https://visiono.io/s/damage-report?uv=ABC123&src=zendesk&ref=ticket-456&ts="
    assert link.startswith(start)
    fields: Any = dict(unique_value="ABC123", reference="ticket-456", photo_count=5)
    url = workflow.sign_return("https://app.example/done", submission_id="pls_123", **fields)
    assert code["done"](workflow, url, "ticket-456") == "5 photos"
    assert code["done"](workflow, url, "ticket-457") == "unexpected_value"
    timestamp = datetime.now(timezone.utc).isoformat()
    body = json.dumps({"event": "photo_request.submitted", "timestamp": timestamp})
    headers = {"X-Visiono-Signature": webhook.sign(body)}
    assert code["hook"](webhook, body, headers) == "photo_request.submitted"
    assert code["hook"](webhook, body, {}) == "missing_parameter"
