"""A Django view that receives Visiono's webhooks.

Run it with: VISIONO_WEBHOOK_SECRET=… python django_webhook.py runserver
"""

import logging
import os
import sys
from functools import cache

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from inbox import Inbox
from visiono_workflow import Delivery, VerificationError, Webhook

if not settings.configured:
    # A project has these in its settings.py.
    settings.configure(
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["localhost"],
        SECRET_KEY="x" * 50,
        # Visiono sends no larger body, in bytes.
        DATA_UPLOAD_MAX_MEMORY_SIZE=1 << 20,
    )

log = logging.getLogger(__name__)


@cache
def webhook() -> Webhook:
    """Made at the first request, so `manage.py check` works without the secret."""
    return Webhook(os.environ["VISIONO_WEBHOOK_SECRET"])


def process(delivery: Delivery) -> None:
    """Stands for the work of your program, after the answer was sent."""
    # A signed value is still text that a stranger chose: %r keeps it from forging a line.
    log.info("%r of %s", delivery.event, delivery.occurred_at)


inbox = Inbox(process)


# Visiono has no token of Django's: the signature takes its place.
@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    try:
        delivery = webhook().receive(request.body, request)
    except VerificationError as error:
        # The sentence is for the log; the sender gets the code alone.
        log.warning("webhook refused: %s", error)
        return JsonResponse({"error": error.code}, status=401)
    inbox.accept(delivery)
    return HttpResponse(status=204)


urlpatterns = [path("webhooks/visiono", receive)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
