"""A FastAPI route that receives Visiono's webhooks.

Run it with: VISIONO_WEBHOOK_SECRET=… uvicorn fastapi_webhook:app
"""

import logging
import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from inbox import Inbox
from visiono_workflow import Delivery, VerificationError, Webhook

log = logging.getLogger(__name__)
webhook = Webhook(os.environ["VISIONO_WEBHOOK_SECRET"])
app = FastAPI()

# Visiono sends no larger body, in bytes.
MAX_BODY = 1 << 20


def process(delivery: Delivery) -> None:
    """Stands for the work of your program, after the answer was sent."""
    # A signed value is still text that a stranger chose: %r keeps it from forging a line.
    log.info("%r of %s", delivery.event, delivery.occurred_at)


inbox = Inbox(process)


async def raw_body(request: Request) -> bytes:
    """The body as it came: JSON that was parsed and written again has other bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(413)
    return bytes(body)


@app.exception_handler(VerificationError)
def refuse(request: Request, error: VerificationError) -> JSONResponse:
    # The sentence is for the log; the sender gets the code alone.
    log.warning("webhook refused: %s", error)
    return JSONResponse({"error": error.code}, status_code=401)


@app.post("/webhooks/visiono", status_code=204)
async def receive(request: Request, body: Annotated[bytes, Depends(raw_body)]) -> None:
    inbox.accept(webhook.receive(body, request))
