"""A view of a Django project that receives webhooks, and knows duplicates by Django's cache."""

import logging
import os
from functools import cache

from django.core.cache import cache as store
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from visiono_workflow import VerificationError, Webhook

log = logging.getLogger(__name__)


@cache
def webhook() -> Webhook:
    return Webhook(os.environ["VISIONO_WEBHOOK_SECRET"])


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    try:
        delivery = webhook().receive(request.body, request)
    except VerificationError as error:
        log.warning("webhook refused: %s", error)
        return HttpResponse(error.code, status=401)
    # A cache that all processes share. An undated event is kept for good.
    keep = None if delivery.event_time is None else 24 * 60 * 60
    if store.add(f"visiono-{delivery.dedup_key}", True, keep):
        # Queue the delivery here: the answer must not wait for the work.
        log.info("%r of %s", delivery.event, delivery.occurred_at)
    return HttpResponse(status=204)
