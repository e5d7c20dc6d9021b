"""A FastAPI dependency that verifies the return from Visiono.

Run it with: VISIONO_WORKFLOW_SECRET=… uvicorn fastapi_app:app
"""

import logging
import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from visiono_workflow import VerificationError, VerifiedReturn, Workflow

log = logging.getLogger(__name__)
workflow = Workflow(os.environ["VISIONO_WORKFLOW_SECRET"])
app = FastAPI()

# Stands for the table of tickets, with what each one documents.
TICKETS = {"ticket-456": "ABC123"}


def verified_return(ticket: str, request: Request) -> VerifiedReturn:
    """The return for this ticket. A genuine one for another ticket is refused as well."""
    if ticket not in TICKETS:
        raise HTTPException(404)
    # The query as it came: str(request.url) is put together again from decoded parts.
    query = b"?" + request.scope["query_string"]
    return workflow.verify_return(
        query, expect={"reference": ticket, "unique_value": TICKETS[ticket]}
    )


@app.exception_handler(VerificationError)
def refuse(request: Request, error: VerificationError) -> JSONResponse:
    # The sentence is for the log; the browser gets the code alone.
    log.warning("return refused: %s", error)
    return JSONResponse({"error": error.code}, status_code=400)


@app.get("/tickets/{ticket}/done")
def done(verified: Annotated[VerifiedReturn, Depends(verified_return)]) -> dict[str, object]:
    return {"submission": verified.submission_id, "photos": verified.photo_count}
