"""FastAPI routes that send a person to Visiono, and verify the return.

Run it with: VISIONO_WORKFLOW_SECRET=… uvicorn fastapi_app:app
"""

import logging
import os
from html import escape
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from visiono_workflow import VerificationError, Workflow

log = logging.getLogger(__name__)
workflow = Workflow(os.environ["VISIONO_WORKFLOW_SECRET"])
app = FastAPI()
# The Smart Link, or the sandbox's: http://localhost:4700/s/damage-report
SMART_LINK = os.environ.get("VISIONO_LINK", "https://visiono.io/s/damage-report")

# These stand for your database: what each ticket documents, and what came back.
ITEMS = {"ticket-456": "ABC123", "ticket-457": "XYZ789"}
SUBMISSIONS: dict[str, str] = {}


def own_ticket(ticket: str) -> str:
    """Your own login belongs here: without it, anyone gets a link for any ticket."""
    if ticket not in ITEMS:
        raise HTTPException(404)
    return ticket


Ticket = Annotated[str, Depends(own_ticket)]


def page(text: str, ticket: str, status: int = 200) -> HTMLResponse:
    action = f"/tickets/{escape(ticket)}/photos"
    form = f'<form method="post" action="{action}"><button>Send photos</button></form>'
    return HTMLResponse(f"<!doctype html><title>Photos</title><p>{escape(text)}</p>{form}", status)


@app.get("/tickets/{ticket}")
def show(ticket: Ticket) -> HTMLResponse:
    return page(f"Submission: {SUBMISSIONS.get(ticket, 'none yet')}", ticket)


@app.post("/tickets/{ticket}/photos")
def start(ticket: Ticket) -> RedirectResponse:
    # Signed when the person clicks, because a link is valid for an hour.
    url = workflow.sign_link(
        link=SMART_LINK, unique_value=ITEMS[ticket], source="helpdesk", reference=ticket
    )
    return RedirectResponse(url, 303)


@app.get("/tickets/{ticket}/done")
def done(ticket: Ticket, request: Request) -> RedirectResponse:
    verified = workflow.verify_return(
        request, expect={"reference": ticket, "unique_value": ITEMS[ticket]}
    )
    # Stored, because a reload is refused after an hour.
    SUBMISSIONS[ticket] = verified.submission_id
    return RedirectResponse(f"/tickets/{ticket}", 303)


@app.exception_handler(VerificationError)
def refuse(request: Request, error: VerificationError) -> HTMLResponse:
    # The sentence is for the log, and has no value in it.
    log.warning("return refused: %s", error)
    text = f"We can't tell yet if your photos arrived ({error.code}). You can send them again."
    return page(text, request.path_params["ticket"], 400)
