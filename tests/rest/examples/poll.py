"""Waits for the photos of a request by polling the receiver's store of events, as in the guide.

python3 poll.py RECEIVER REQUEST CREATED_AT
"""

import json
import sys
import time
from datetime import datetime
from urllib.request import urlopen

SUBMITTED = ("photo_submission.created", "photo_request.submitted")


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def poll(receiver, request, created_at):
    """Returns the first event that reports photos of this request since its creation."""
    while True:
        with urlopen(f"{receiver}/events/{request}", timeout=30) as response:
            events = json.load(response)
        for event in events:
            is_wanted = event["event"] in SUBMITTED
            is_new = moment(event["timestamp"]) >= moment(created_at)
            if is_wanted and is_new and event["data"]["photo_request"]["id"] == request:
                return event["event"]
        time.sleep(2)


if __name__ == "__main__":
    print(poll(*sys.argv[1:]))
