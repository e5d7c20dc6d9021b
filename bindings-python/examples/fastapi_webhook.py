"""A FastAPI program that receives Visiono's webhooks, and keeps them until they are processed.

It receives with: VISIONO_WEBHOOK_SECRET=… uvicorn fastapi_webhook:app
It processes with: VISIONO_WEBHOOK_SECRET=… python fastapi_webhook.py
"""

import logging
import os
from typing import Any

from fastapi import FastAPI
from starlette.routing import Route
from visiono_workflow import Webhook
from visiono_workflow.inbox import ASGIReceiver, Inbox, Item, SQLiteStore

log = logging.getLogger(__name__)
webhook = Webhook(os.environ["VISIONO_WEBHOOK_SECRET"])
# With PostgreSQL: AsyncInbox(AsyncPostgresStore(lambda: psycopg.AsyncConnection.connect(url)))
inbox = Inbox(SQLiteStore(os.environ.get("INBOX_DATABASE", "inbox.sqlite3")))
inbox.migrate()

app = FastAPI()
# It answers 204 when the event is in the database; and 503 if not: then Visiono sends it again.
app.router.routes.append(Route("/webhooks/visiono", ASGIReceiver(webhook, inbox)))


@app.get("/requests/{request_id}/events")
def poll(request_id: str, after: float = 0) -> list[dict[str, Any]]:
    """The events of a request since a time, the oldest first. Let only its owner see them."""
    return [
        {"event": item.event, "received_at": item.received_at, "data": item.body.get("data")}
        for item in inbox.events(request_id, after)
    ]


def process(item: Item) -> None:
    """Stands for the work of your program. It may run twice: pass the key on, where you can."""
    # A signed value is still text that a stranger chose: %r keeps it from forging a line.
    log.info("%r of %s, %s", item.event, item.event_time, item.dedup_key)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    inbox.run(process)
