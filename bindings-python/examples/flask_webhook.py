"""A Flask route that receives Visiono's webhooks.

Run it with: VISIONO_WEBHOOK_SECRET=… flask --app flask_webhook run
"""

import os

from flask import Flask, request
from flask.typing import ResponseReturnValue
from inbox import Inbox
from visiono_workflow import Delivery, VerificationError, Webhook

webhook = Webhook(os.environ["VISIONO_WEBHOOK_SECRET"])
app = Flask(__name__)
# Visiono sends no larger body, in bytes.
app.config["MAX_CONTENT_LENGTH"] = 1 << 20


def process(delivery: Delivery) -> None:
    """Stands for the work of your program, after the answer was sent."""
    # A signed value is still text that a stranger chose: %r keeps it from forging a line.
    app.logger.info("%r of %s", delivery.event, delivery.occurred_at)


inbox = Inbox(process)


@app.errorhandler(VerificationError)
def refuse(error: VerificationError) -> ResponseReturnValue:
    # The sentence is for the log; the sender gets the code alone.
    app.logger.warning("webhook refused: %s", error)
    return {"error": error.code}, 401


@app.post("/webhooks/visiono")
def receive() -> ResponseReturnValue:
    # The raw body, not request.json: JSON that was parsed and written again has other bytes.
    inbox.accept(webhook.receive(request.get_data(), request))
    return "", 204
