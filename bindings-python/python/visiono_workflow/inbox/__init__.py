"""Keeps the events of webhooks in a database until they are processed.

>>> from visiono_workflow.inbox import Inbox, SQLiteStore
>>> inbox = Inbox(SQLiteStore("inbox.sqlite3"))  # doctest: +SKIP
>>> inbox.migrate()  # doctest: +SKIP

The driver of the database is yours: ``import visiono_workflow.inbox`` imports none but ``sqlite3``.
"""

from ._async_inbox import *
from ._async_stores import *
from ._inbox import *
from ._item import *
from ._receivers import *
from ._stores import *

__all__ = [
    "ASGIReceiver",
    "AsyncInbox",
    "AsyncPostgresStore",
    "AsyncRedisStore",
    "Inbox",
    "InboxError",
    "Item",
    "PostgresStore",
    "RedisStore",
    "SQLiteStore",
    "WSGIReceiver",
    "django_view",
]

# Tracebacks and pickles name the classes as they are imported.
for _name in __all__:
    globals()[_name].__module__ = "visiono_workflow.inbox"
