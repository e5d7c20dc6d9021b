"""Receives webhooks as in the guide, stores them by request, and serves them to pollers.

python3 receiver.py PORT

VISIONO_WEBHOOK_SECRET has the endpoint's secret. A real receiver uses the package and its inbox.
"""

import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRET = os.environ["VISIONO_WEBHOOK_SECRET"].encode()
LATEST, DAY = 50, 24 * 60 * 60
kept = {}


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        expected = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, self.headers.get("X-Visiono-Signature", "")):
            return self.answer(401)
        event = json.loads(body)
        about = event["data"].get("photo_request", {}).get("id", "")
        # Stored per request: in a common list, one request would displace the events of another.
        events = [one for one in kept.get(about, []) if one["received_at"] > time.time() - DAY]
        delivery = self.headers["X-Visiono-Delivery"]
        if all(one["delivery"] != delivery for one in events):
            events.append({**event, "delivery": delivery, "received_at": time.time()})
        kept[about] = events[-LATEST:]
        self.answer(204)

    def do_GET(self):
        """Returns the events of a request: `/events/pr_…`."""
        self.answer(200, kept.get(self.path.removeprefix("/events/"), []))

    def answer(self, status, value=None):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        if value is not None:
            self.wfile.write(json.dumps(value).encode())


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
