"""A Flask program that receives Visiono's webhooks, and keeps them until they are processed.

It receives with: VISIONO_WEBHOOK_SECRET=… flask --app flask_webhook run
It processes with: VISIONO_WEBHOOK_SECRET=… python flask_webhook.py
"""

import logging
import os

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from visiono_workflow import Webhook
from visiono_workflow.inbox import Inbox, Item, SQLiteStore, WSGIReceiver

log = logging.getLogger(__name__)
webhook = Webhook(os.environ["VISIONO_WEBHOOK_SECRET"])
# With PostgreSQL: Inbox(PostgresStore(lambda: psycopg.connect(url)))
inbox = Inbox(SQLiteStore(os.environ.get("INBOX_DATABASE", "inbox.sqlite3")))
inbox.migrate()

app = Flask(__name__)
receiver = WSGIReceiver(webhook, inbox)


@app.post("/webhooks/visiono")
def receive() -> ResponseReturnValue:
    # It answers 204 when the event is in the database, and 503 if it isn't.
    return Response.from_app(receiver, request.environ)


def process(item: Item) -> None:
    """Stands for the work of your program. It may run twice: pass the key on, where you can."""
    # A signed value is still text that a stranger chose: %r keeps it from forging a line.
    log.info("%r of %s, %s", item.event, item.event_time, item.dedup_key)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    inbox.run(process)
