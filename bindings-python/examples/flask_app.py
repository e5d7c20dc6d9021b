"""A Flask route that verifies the return from Visiono.

Run it with: VISIONO_WORKFLOW_SECRET=… flask --app flask_app run
"""

import os

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue
from visiono_workflow import VerificationError, Workflow

workflow = Workflow(os.environ["VISIONO_WORKFLOW_SECRET"])
app = Flask(__name__)

# Stands for the table of tickets, with what each one documents.
TICKETS = {"ticket-456": "ABC123"}


@app.errorhandler(VerificationError)
def refuse(error: VerificationError) -> ResponseReturnValue:
    # The sentence is for the log; the browser gets the code alone.
    app.logger.warning("return refused: %s", error)
    return {"error": error.code}, 400


@app.get("/tickets/<ticket>/done")
def done(ticket: str) -> ResponseReturnValue:
    if ticket not in TICKETS:
        abort(404)
    # A genuine return for another ticket is refused as well. The "?" says that this is a query.
    verified = workflow.verify_return(
        b"?" + request.query_string, expect={"reference": ticket, "unique_value": TICKETS[ticket]}
    )
    return {"submission": verified.submission_id, "photos": verified.photo_count}
