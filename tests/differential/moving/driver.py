"""Calls the functions that the documentation shows, in the file that is named."""

import json
import runpy
import sys
from datetime import datetime, timezone

from visiono_workflow import Webhook, Workflow

shown = runpy.run_path(sys.argv[1])
workflow = Workflow("0123456789abcdef0123456789abcdef")
webhook = Webhook("whsec_0123456789abcdef")

print(shown["start"](workflow, "ABC123", "ticket-456").split("&ts=")[0])
url = workflow.sign_return(
    "https://your-system.com/done",
    submission_id="pls_123",
    unique_value="ABC123",
    reference="ticket-456",
    photo_count=5,
)
print(shown["done"](workflow, url, "ticket-456"))
print(shown["done"](workflow, url, "ticket-457"))
timestamp = datetime.now(timezone.utc).isoformat()
body = json.dumps({"event": "photo_request.submitted", "timestamp": timestamp})
print(shown["hook"](webhook, body, {"X-Visiono-Signature": webhook.sign(body)}))
print(shown["hook"](webhook, body, {}))
