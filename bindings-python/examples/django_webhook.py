"""A Django project that receives Visiono's webhooks, and keeps them until they are processed.

It receives with: VISIONO_WEBHOOK_SECRET=… python django_webhook.py runserver
It processes with: python django_webhook.py process
"""

import logging
import os
import sys
from functools import cache

from django.conf import settings
from django.core.management import execute_from_command_line
from django.urls import path
from visiono_workflow import Webhook
from visiono_workflow.inbox import Inbox, Item, SQLiteStore, django_view

if not settings.configured:
    # A project has these in its settings.py.
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["localhost"], SECRET_KEY="x" * 50)

log = logging.getLogger(__name__)


# Both are made at the first request, so `manage.py check` works without the secret.
@cache
def webhook() -> Webhook:
    return Webhook(os.environ["VISIONO_WEBHOOK_SECRET"])


@cache
def inbox() -> Inbox:
    # With PostgreSQL: Inbox(PostgresStore(lambda: psycopg.connect(url)))
    made = Inbox(SQLiteStore(os.environ.get("INBOX_DATABASE", "inbox.sqlite3")))
    made.migrate()
    return made


# It answers 204 when the event is in the database, and 503 if it isn't.
urlpatterns = [path("webhooks/visiono", django_view(webhook, inbox))]


def process(item: Item) -> None:
    """Stands for the work of your program. It may run twice: pass the key on, where you can."""
    # A signed value is still text that a stranger chose: %r keeps it from forging a line.
    log.info("%r of %s, %s", item.event, item.event_time, item.dedup_key)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    # A project has a command of its own for this.
    if sys.argv[1:] == ["process"]:
        inbox().run(process)
    else:
        execute_from_command_line(sys.argv)
