"""A view of a Django project that receives webhooks, and keeps them in the inbox."""

import logging
import os
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from visiono_workflow import VerificationError, Webhook
from visiono_workflow.inbox import Inbox, InboxError, SQLiteStore

log = logging.getLogger(__name__)


@cache
def webhook() -> Webhook:
    return Webhook(os.environ["VISIONO_WEBHOOK_SECRET"])


@cache
def inbox() -> Inbox:
    # A database that all processes share.
    made = Inbox(SQLiteStore(os.environ.get("INBOX_DATABASE", "inbox.sqlite3")))
    made.migrate()
    return made


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    try:
        delivery = webhook().receive(request.body, request)
        # It is durable now, and a worker processes it: the answer must not wait for the work.
        state = inbox().accept(delivery)
    except VerificationError as error:
        log.warning("webhook refused: %s", error)
        return HttpResponse(error.code, status=401)
    except InboxError as error:
        log.error("webhook not accepted: %s", error)
        # Visiono sends it again.
        return HttpResponse(status=503, headers={"Retry-After": "60"})
    log.info("%r of %s, %s", delivery.event, delivery.occurred_at, state)
    return HttpResponse(status=204)
