"""A Django view that verifies the return from Visiono.

Run it with: VISIONO_WORKFLOW_SECRET=… python django_app.py runserver
"""

import logging
import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from visiono_workflow import VerificationError, Workflow

if not settings.configured:
    # A project has these in its settings.py.
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["localhost"], SECRET_KEY="x" * 50)

log = logging.getLogger(__name__)
workflow = Workflow(os.environ["VISIONO_WORKFLOW_SECRET"])

# Stands for the table of tickets, with what each one documents.
TICKETS = {"ticket-456": "ABC123"}


def done(request: HttpRequest, ticket: str) -> HttpResponse:
    if ticket not in TICKETS:
        raise Http404
    try:
        # A genuine return for another ticket is refused as well.
        verified = workflow.verify_return(
            request.get_full_path(), expect={"reference": ticket, "unique_value": TICKETS[ticket]}
        )
    except VerificationError as error:
        # The sentence is for the log; the browser gets the code alone.
        log.warning("return refused: %s", error)
        return JsonResponse({"error": error.code}, status=400)
    return JsonResponse({"submission": verified.submission_id, "photos": verified.photo_count})


urlpatterns = [path("tickets/<str:ticket>/done", done)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
