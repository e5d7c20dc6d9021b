"""Flask routes that send a person to Visiono, and verify the return.

Run it with: VISIONO_WORKFLOW_SECRET=… flask --app flask_app run
"""

import os
from html import escape

from flask import Flask, abort, redirect, request
from flask.typing import ResponseReturnValue
from visiono_workflow import ExpectReturn, VerificationError, Workflow

workflow = Workflow(os.environ["VISIONO_WORKFLOW_SECRET"])
app = Flask(__name__)
# The Smart Link, or the sandbox's: http://localhost:4700/s/damage-report
SMART_LINK = os.environ.get("VISIONO_LINK", "https://visiono.io/s/damage-report")

# These stand for your database: what each ticket documents, and what came back.
ITEMS = {"ticket-456": "ABC123", "ticket-457": "XYZ789"}
SUBMISSIONS: dict[str, str] = {}


def own_ticket(ticket: str) -> str:
    """Your own login belongs here: without it, anyone gets a link for any ticket."""
    if ticket not in ITEMS:
        abort(404)
    return ITEMS[ticket]


def page(text: str, ticket: str) -> str:
    action = f"/tickets/{escape(ticket)}/photos"
    form = f'<form method="post" action="{action}"><button>Send photos</button></form>'
    return f"<!doctype html><title>Photos</title><p>{escape(text)}</p>{form}"


@app.get("/tickets/<ticket>")
def show(ticket: str) -> ResponseReturnValue:
    own_ticket(ticket)
    return page(f"Submission: {SUBMISSIONS.get(ticket, 'none yet')}", ticket)


@app.post("/tickets/<ticket>/photos")
def start(ticket: str) -> ResponseReturnValue:
    item = own_ticket(ticket)
    # Signed when the person clicks, because a link is valid for an hour.
    url = workflow.sign_link(
        link=SMART_LINK, unique_value=item, source="helpdesk", reference=ticket
    )
    return redirect(url, 303)


@app.get("/tickets/<ticket>/done")
def done(ticket: str) -> ResponseReturnValue:
    expect: ExpectReturn = {"reference": ticket, "unique_value": own_ticket(ticket)}
    try:
        verified = workflow.verify_return(request, expect=expect)
    except VerificationError as error:
        # The sentence is for the log, and has no value in it.
        app.logger.warning("return refused: %s", error)
        text = f"We can't tell yet if your photos arrived ({error.code}). You can send them again."
        return page(text, ticket), 400
    # Stored, because a reload is refused after an hour.
    SUBMISSIONS[ticket] = verified.submission_id
    return redirect(f"/tickets/{ticket}", 303)
