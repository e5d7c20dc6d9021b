"""Uses Visiono's REST API with the package requests.

python3 rest.py COMMAND ARGUMENT...

VISIONO_API_KEY has the key. VISIONO_API may have the base URL of a local stand-in.
"""

import json
import os
import sys
import time
from pathlib import Path

# ANCHOR: call
import requests

BASE = os.environ.get("VISIONO_API", "https://www.visiono.io/api/v1")
session = requests.Session()
session.headers["X-API-Key"] = os.environ["VISIONO_API_KEY"]


class Problem(Exception):
    """An error of the API."""

    def __init__(self, status, error):
        super().__init__(f"{status} {error['code']}: {error['message']}")
        self.details = error.get("details", {})


def call(method, path, body=None, **query):
    """Sends a request, and returns the answer. Waits if the key has sent too many."""
    for attempt in range(6):
        response = session.request(method, BASE + path, json=body, params=query, timeout=30)
        if response.status_code != 429:
            break
        wait = int(response.headers.get("Retry-After", 2**attempt))
        print(f"too many requests: waiting {wait} s", file=sys.stderr)
        time.sleep(wait)
    if response.status_code == 204:
        return None
    answer = response.json()
    if not response.ok:
        raise Problem(response.status_code, answer["error"])
    return answer
# ANCHOR_END: call


# ANCHOR: create
def create():
    """Requests photos, and returns the message for the customer."""
    body = {"instructions": "Photograph the parcel from every side.", "expires_in_hours": 24}
    asked = call("POST", "/photo-requests", body)["data"]
    return (
        f"Please take your photos here: {asked['request_url']}\n"
        f"Or enter {asked['numeric_code']} at {asked['code_entry_url']}"
    )
# ANCHOR_END: create


# ANCHOR: items
def create_with_items():
    """Requests two photos, and lets Visiono send the link."""
    both = ["Front of the card", "Back of the card"]
    body = {
        "instructions": "Photograph your identity card.",
        "recipient_email": "customer@example.com",
        "send_email": True,
        "expires_in_hours": 48,
        "require_gps": False,
        "allow_submitter_notes": True,
        "internal_notes": "Ticket 123",
        "metadata": {"ticket_id": "12345"},
        "items": [{"instructions": text, "is_required": True} for text in both],
    }
    return call("POST", "/photo-requests", body)["data"]
# ANCHOR_END: items


def create_with_slots():
    """Requests two photos under the other name of items, which the page on keys uses."""
    both = [{"instructions": f"{side} view", "is_required": True} for side in ("Front", "Rear")]
    body = {"instructions": "Send photos of the car.", "photo_slots": both}
    return call("POST", "/photo-requests", body)["data"]


def use_cases():
    """Creates the requests that the guide recommends for four kinds of work."""

    def items(*texts):
        return [{"instructions": text, "is_required": True} for text in texts]

    identity = {"instructions": "Prove who you are.", "expires_in_hours": 24}
    identity["items"] = items("Front of the card", "Back of the card", "Yourself")
    warranty = {"instructions": "Show us the defect.", "expires_in_hours": 72}
    warranty["items"] = items("The product", "The defect", "The receipt")
    fleet = {"instructions": "Photograph the vehicle.", "unique_field_label": "Plate"}
    fleet["require_gps"] = True
    check_in = {"instructions": "Photograph the rooms.", "show_full_name_field": True}
    check_in["require_gps"] = True
    asked = [call("POST", "/photo-requests", body)["data"] for body in (identity, warranty)]
    return asked + [call("POST", "/smart-links", body)["data"] for body in (fleet, check_in)]


# ANCHOR: batch
def batch(*emails):
    """Requests photos from several people, and returns each one's link."""
    bodies = [{"instructions": "Photograph your meter.", "recipient_email": to} for to in emails]
    made = call("POST", "/photo-requests/batch", {"requests": bodies})["data"]
    return {asked["recipient_email"]: asked["request_url"] for asked in made}
# ANCHOR_END: batch


# ANCHOR: list
def find(status, after, before):
    """Returns the IDs of the requests in a period, from all pages."""
    found, page, last = [], 1, 1
    while page <= last:
        query = {"status": status, "created_after": after, "created_before": before}
        answer = call("GET", "/photo-requests", **query, page=page, per_page=2)
        found += [asked["id"] for asked in answer["data"]]
        last = answer["meta"]["last_page"]
        page += 1
    return found
# ANCHOR_END: list


# ANCHOR: wait
def wait(request):
    """Polls the status until it is final."""
    status = None
    while status not in ("submitted", "expired", "canceled"):
        if status:
            time.sleep(2)
        before, status = status, call("GET", f"/photo-requests/{request}")["data"]["status"]
        if status != before:
            print(status, file=sys.stderr, flush=True)
    return status
# ANCHOR_END: wait


def cancel(request):
    """Cancels a request."""
    return call("DELETE", f"/photo-requests/{request}")["data"]["status"]


def submissions(request):
    """Returns the item of each photo, and its size."""
    asked = call("GET", f"/photo-requests/{request}")["data"]
    texts = {item["id"]: item["instructions"] for item in asked["items"]}
    photos = call("GET", f"/photo-requests/{request}/submissions")["data"]
    return [[texts[photo["item_id"]], photo["file_size_kb"]] for photo in photos]


# ANCHOR: download
def download(owner, folder):
    """Saves the photos of a request or a Smart Link, and returns where each was taken."""
    kind = "smart-links" if owner.startswith("sl_") else "photo-requests"
    told = []
    for photo in call("GET", f"/{kind}/{owner}/download-urls")["data"]["submissions"]:
        for name, url in (("", photo["download_url"]), ("_thumb", photo["thumbnail_url"])):
            # The URL is signed, so the key is not sent.
            response = requests.get(url, timeout=30)
            response.raise_for_status()
            ending = photo["mime_type"].removeprefix("image/")
            Path(folder, f"{photo['id']}{name}.{ending}").write_bytes(response.content)
        place = "no position"
        if photo["has_gps_data"]:
            place = f"{photo['gps_latitude']}, {photo['gps_longitude']}"
        told.append(f"{photo['id']}: {place}")
    return told
# ANCHOR_END: download


# ANCHOR: qrcode
def qrcode(owner):
    """Returns an element with the QR code of a request or a Smart Link."""
    kind = "smart-links" if owner.startswith("sl_") else "photo-requests"
    url = call("GET", f"/{kind}/{owner}/qrcode")["data"]["qrcode_url"]
    return f'<img src="{url}" alt="Scan this to send photos" width="200" height="200">'
# ANCHOR_END: qrcode


# ANCHOR: smart-link
def smart_link(slug):
    """Creates a link for a fleet, finds it by its tags, and changes it."""
    body = {
        "instructions": "Photograph the vehicle.",
        "custom_slug": slug,
        "unique_field_label": "License plate",
        "show_full_name_field": True,
        "full_name_required": True,
        "require_gps": True,
        "tags": ["fleet", "inspection"],
        "items": [
            {"instructions": "Front view", "is_required": True},
            {"instructions": "Damage, if any", "is_required": False},
        ],
    }
    made = call("POST", "/smart-links", body)["data"]
    found = call("GET", "/smart-links", is_active="true", tags="fleet,inspection")["data"]
    path = f"/smart-links/{made['id']}"
    changed = call("PUT", path, {"instructions": "Photograph the car.", "tags": ["fleet"]})["data"]
    assert call("GET", path)["data"] == changed
    return {"made": made, "found": [link["id"] for link in found], "changed": changed}
# ANCHOR_END: smart-link


def link_submissions(link):
    """Returns the people who sent photos through a link, and the number of their photos."""
    sent = call("GET", f"/smart-links/{link}/submissions")["data"]
    names = ("unique_field_value", "external_source", "external_reference", "photo_count")
    return [[one[name] for name in names] for one in sent]


def archive(link):
    """Archives a link, and returns the active ones."""
    call("DELETE", f"/smart-links/{link}")
    return [one["id"] for one in call("GET", "/smart-links", is_active="true")["data"]]


# ANCHOR: workflow
def workflow(slug, redirect):
    """Creates a link in Workflow Mode. Only this answer shows its secret."""
    body = {"instructions": "Photograph the damage.", "custom_slug": slug}
    body |= {"workflow_mode": True, "workflow_redirect_url": redirect}
    made = call("POST", "/smart-links", body)["data"]
    return {"id": made["id"], "url": made["request_url"], "secret": made["workflow_secret"]}
# ANCHOR_END: workflow


# ANCHOR: webhook
def webhook(url):
    """Creates an endpoint for two events. Only this answer shows its secret."""
    events = ["photo_submission.created", "photo_request.submitted"]
    return call("POST", "/webhooks", {"url": url, "events": events})["data"]


def test_webhook(endpoint):
    """Sends a test event to an endpoint."""
    return call("POST", f"/webhooks/{endpoint}/test", {"event": "photo_request.submitted"})["data"]
# ANCHOR_END: webhook


def webhooks(endpoint):
    """Lists endpoints and events, then changes and deletes an endpoint."""
    known = [event["name"] for event in call("GET", "/webhooks/events")["data"]]
    path = f"/webhooks/{endpoint}"
    before = call("GET", path)["data"]
    assert before in call("GET", "/webhooks")["data"]
    changed = call("PATCH", path, {"is_active": False, "events": ["photo_request.expired"]})["data"]
    gone = call("DELETE", path)
    left = [one["id"] for one in call("GET", "/webhooks")["data"]]
    return {"events": known, "before": before, "changed": changed, "gone": gone, "left": left}


# ANCHOR: problems
def problems():
    """Returns the messages of an error, field by field."""
    bad = {"instructions": "", "expires_in_hours": "soon", "items": [{"is_required": True}]}
    try:
        call("POST", "/photo-requests", bad)
    except Problem as problem:
        return {"error": str(problem), "details": problem.details}
# ANCHOR_END: problems


def status():
    """Checks the key, and returns the error if it is invalid."""
    try:
        return call("GET", "/status")["data"]
    except Problem as problem:
        return str(problem)


def write_without_scope():
    """Returns the error for a key that may only read."""
    try:
        create()
    except Problem as problem:
        return {"error": str(problem), "details": problem.details}


def read(request):
    """Returns a request, or the error."""
    try:
        return call("GET", f"/photo-requests/{request}")["data"]
    except Problem as problem:
        return str(problem)


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    print(json.dumps(globals()[command](*arguments)))
