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
# What Visiono sends is never larger, in bytes.
app.config["MAX_CONTENT_LENGTH"] = 1 << 20


def process(delivery: Delivery) -> None:
    """Stands for what your program does, after the answer was sent."""
    app.logger.info("%s of %s", delivery.event, delivery.occurred_at)


inbox = Inbox(process)


@app.errorhandler(VerificationError)
def refuse(error: VerificationError) -> ResponseReturnValue:
    # The sentence is for the log; the sender is told the code and no more.
    app.logger.warning("webhook refused: %s", error)
    return {"error": error.code}, 401


@app.post("/webhooks/visiono")
def receive() -> ResponseReturnValue:
    # The raw body, not request.json: JSON that was parsed and written again has other bytes.
    inbox.accept(webhook.receive(request.get_data(), request.headers))
    return "", 204
