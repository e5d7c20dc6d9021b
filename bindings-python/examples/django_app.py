"""Django views that send a person to Visiono, and verify the return.

Run it with: VISIONO_WORKFLOW_SECRET=… python django_app.py runserver
"""

import logging
import os
import sys
from functools import cache

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import path
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe
from visiono_workflow import VerificationError, Workflow

if not settings.configured:
    # A project has these in its settings.py.
    settings.configure(
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["localhost"],
        SECRET_KEY="x" * 50,
        MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
    )

log = logging.getLogger(__name__)
# The Smart Link, or the sandbox's: http://localhost:4700/s/damage-report
SMART_LINK = os.environ.get("VISIONO_LINK", "https://visiono.io/s/damage-report")

# These stand for your models: what each ticket documents, and what came back.
ITEMS = {"ticket-456": "ABC123", "ticket-457": "XYZ789"}
SUBMISSIONS: dict[str, str] = {}


@cache
def workflow() -> Workflow:
    """Made at the first request, so `manage.py check` works without the secret."""
    return Workflow(os.environ["VISIONO_WORKFLOW_SECRET"])


def own_ticket(request: HttpRequest, ticket: str) -> str:
    """Your own login belongs here: without it, anyone gets a link for any ticket."""
    if ticket not in ITEMS:
        raise Http404
    return ITEMS[ticket]


def page(request: HttpRequest, text: str, ticket: str, status: int = 200) -> HttpResponse:
    html = (
        "<!doctype html><title>Photos</title><p>{}</p>"
        '<form method="post" action="/tickets/{}/photos"><button>Send photos</button>'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"></form>'
    )
    return HttpResponse(format_html(html, text, ticket, get_token(request)), status=status)


@require_safe
def show(request: HttpRequest, ticket: str) -> HttpResponse:
    own_ticket(request, ticket)
    return page(request, f"Submission: {SUBMISSIONS.get(ticket, 'none yet')}", ticket)


@require_POST
def start(request: HttpRequest, ticket: str) -> HttpResponse:
    item = own_ticket(request, ticket)
    # Signed when the person clicks, because a link is valid for an hour.
    url = workflow().sign_link(
        link=SMART_LINK, unique_value=item, source="helpdesk", reference=ticket
    )
    # 303: the browser must not send the form again.
    return HttpResponse(status=303, headers={"Location": url})


@require_safe
def done(request: HttpRequest, ticket: str) -> HttpResponse:
    item = own_ticket(request, ticket)
    try:
        verified = workflow().verify_return(
            request, expect={"reference": ticket, "unique_value": item}
        )
    except VerificationError as error:
        # The sentence is for the log, and has no value in it.
        log.warning("return refused: %s", error)
        text = f"We can't tell yet if your photos arrived ({error.code}). You can send them again."
        return page(request, text, ticket, status=400)
    # Stored, because a reload is refused after an hour.
    SUBMISSIONS[ticket] = verified.submission_id
    return HttpResponseRedirect(f"/tickets/{ticket}")


urlpatterns = [
    path("tickets/<str:ticket>", show),
    path("tickets/<str:ticket>/photos", start),
    path("tickets/<str:ticket>/done", done),
]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
