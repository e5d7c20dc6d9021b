"""Uses the generated Python client: creates an endpoint and a request, and receives the webhook.

python3 client.py BASE PORT, with the key in VISIONO_API_KEY. The package verifies the webhook.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from generated import AuthenticatedClient
from generated.api.photo_requests import create_photo_request, get_photo_request
from generated.api.webhooks import create_webhook
from generated.models import EventName, NewItem, NewPhotoRequest, NewWebhook
from visiono_workflow import Webhook

base, port = sys.argv[1], int(sys.argv[2])
client = AuthenticatedClient(
    base_url=base,
    token=os.environ["VISIONO_API_KEY"],
    prefix="",
    auth_header_name="X-API-Key",
    raise_on_unexpected_status=True,
)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.delivery = self.server.webhook.receive(body, self.headers)
        self.send_response(204)
        self.end_headers()


url = f"http://127.0.0.1:{port}/webhook"
endpoint = create_webhook.sync(
    client=client, body=NewWebhook(url=url, events=[EventName("photo_request.created")])
)
server = HTTPServer(("127.0.0.1", port), Receiver)
server.webhook = Webhook(endpoint.data.secret)

body = NewPhotoRequest(
    instructions="Front and back, please.",
    expires_in_hours=48,
    items=[NewItem(instructions="Front", is_required=True), NewItem(instructions="Back")],
)
made = create_photo_request.sync(client=client, body=body)
read = get_photo_request.sync(made.data.id, client=client)
server.handle_request()
delivery = server.delivery
result = {
    "made": made.data.to_dict(),
    "read": read.data.to_dict(),
    "event": delivery.event,
    "request": delivery.data["photo_request"]["id"],
}
print(json.dumps(result))
