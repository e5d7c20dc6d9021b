"""Tests every example of the guide, in PHP, JavaScript and Python, with one expectation for all
three."""

from __future__ import annotations

import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import requests
import zxingcpp
from PIL import Image

from harness import (
    ALL_EVENTS,
    EMPTY,
    MOMENT,
    Like,
    an_id,
    finish,
    free_port,
    program,
    serving,
    text_of,
)

RECEIVERS = {
    "php": lambda port: ["php", "-S", f"127.0.0.1:{port}", program("php", "receiver")[1]],
    "javascript": lambda port: program("javascript", "receiver", str(port)),
    "python": lambda port: program("python", "receiver", str(port)),
}


def hours(asked: dict) -> timedelta | None:
    """Returns the time until a request expires."""
    if asked["expires_at"]:
        created, expires = (
            datetime.fromisoformat(asked[at]) for at in ("created_at", "expires_at")
        )
        return (expires - created) / timedelta(hours=1)


def item(text: str, is_required: bool = True) -> dict:
    return {"id": an_id("pri"), "instructions": text, "is_required": is_required}


def request_like(sandbox, **known) -> dict:
    """Returns the API's description of a request that nobody has opened."""
    return {
        "id": an_id("pr"),
        "unique_code": Like("[A-HJKMNP-Z2-9]{6}"),
        "numeric_code": Like("[0-9]{6}"),
        "status": "pending",
        "recipient_email": None,
        "request_url": Like(f"{sandbox.origin}/p/[A-Z2-9]{{6}}"),
        "code_entry_url": f"{sandbox.origin}/code",
        "expires_at": None,
        "created_at": MOMENT,
        "metadata": EMPTY,
        "items": [],
        "require_gps": False,
        "allow_submitter_notes": True,
        "send_email": False,
        "internal_notes": None,
        "submissions_count": 0,
        "first_viewed_at": None,
        "submitted_at": None,
        **known,
    }


def link_like(sandbox, **known) -> dict:
    """Returns the API's description of a Smart Link."""
    return {
        "id": an_id("sl"),
        "unique_code": Like("[A-HJKMNP-Z2-9]{6}"),
        "custom_slug": None,
        "is_active": True,
        "unique_field_label": None,
        "request_url": Like(f"{sandbox.origin}/s/[a-z2-9]{{6}}"),
        "created_at": MOMENT,
        "tags": [],
        "items": [],
        "name": known.get("custom_slug", Like("[a-z2-9]{6}")),
        "show_full_name_field": False,
        "full_name_required": False,
        "require_gps": False,
        "allow_submitter_notes": True,
        "workflow_mode": False,
        "workflow_redirect_url": None,
        **known,
    }


def test_checks_a_key(sandbox, language):
    assert sandbox.example(language, "status") == {"status": "ok"}
    unknown = sandbox.example(language, "status", VISIONO_API_KEY="vsk_test_unknown")
    assert unknown == Like("401 unauthenticated: .+")


def test_creates_a_request_and_words_a_message(sandbox, language):
    message = sandbox.example(language, "create")
    [asked] = sandbox.rest("GET", "/photo-requests")
    text = "Photograph the parcel from every side."
    code = asked["numeric_code"]
    assert asked == request_like(sandbox, instructions=text, expires_at=MOMENT)
    assert hours(asked) == 24
    assert asked["request_url"] == f"{sandbox.origin}/p/{asked['unique_code']}"
    assert message == (
        f"Please take your photos here: {asked['request_url']}\n"
        f"Or enter {code} at {sandbox.origin}/code"
    )
    # One person opens the link, another one enters the code.
    assert text in requests.get(asked["request_url"], timeout=30).text
    entered = requests.post(asked["code_entry_url"], data={"code": code}, timeout=30)
    assert entered.ok and entered.url.startswith(asked["request_url"])
    assert text in entered.text
    viewed = sandbox.rest("GET", f"/photo-requests/{asked['unique_code']}")
    assert viewed == {**asked, "first_viewed_at": MOMENT}


def test_creates_a_request_with_items(sandbox, language):
    made = sandbox.example(language, "create_with_items")
    assert made == request_like(
        sandbox,
        instructions="Photograph your identity card.",
        recipient_email="customer@example.com",
        expires_at=MOMENT,
        metadata={"ticket_id": "12345"},
        items=[item("Front of the card"), item("Back of the card")],
        allow_submitter_notes=True,
        send_email=True,
        internal_notes="Ticket 123",
    )
    assert hours(made) == 48
    slots = sandbox.example(language, "create_with_slots")
    views = [item("Front view"), item("Rear view")]
    assert slots == request_like(sandbox, instructions="Send photos of the car.", items=views)


def test_use_cases(sandbox, language):
    identity, warranty, fleet, check_in = sandbox.example(language, "use_cases")
    items = ["Front of the card", "Back of the card", "Yourself"]
    assert identity == request_like(
        sandbox, instructions="Prove who you are.", expires_at=MOMENT, items=[*map(item, items)]
    )
    items = ["The product", "The defect", "The receipt"]
    assert warranty == request_like(
        sandbox, instructions="Show us the defect.", expires_at=MOMENT, items=[*map(item, items)]
    )
    assert [hours(identity), hours(warranty)] == [24, 72]
    vehicle = {"instructions": "Photograph the vehicle.", "unique_field_label": "Plate"}
    assert fleet == link_like(sandbox, **vehicle, require_gps=True)
    rooms = {"instructions": "Photograph the rooms.", "show_full_name_field": True}
    assert check_in == link_like(sandbox, **rooms, require_gps=True)


def test_batch(sandbox, language):
    emails = [f"{name}@example.com" for name in ("ann", "bob", "cem")]
    made = sandbox.example(language, "batch", *emails)
    listed = {
        one["recipient_email"]: one["request_url"] for one in sandbox.rest("GET", "/photo-requests")
    }
    assert list(made) == emails
    assert made == listed


def test_finds_requests_on_all_pages(sandbox, language):
    def make(text):
        return sandbox.rest("POST", "/photo-requests", {"instructions": text})

    make("too old")
    sandbox.console("POST", "/sandbox/clock", {"advance": 3600})
    wanted = [make(str(number)) for number in range(5)]
    canceled = make("canceled")
    sandbox.rest("DELETE", f"/photo-requests/{canceled['id']}")
    sandbox.console("POST", "/sandbox/clock", {"advance": 3600})
    make("too new")
    after, before = wanted[0]["created_at"], canceled["created_at"]
    found = sandbox.example(language, "find", "pending", after, before)
    assert found == [one["id"] for one in reversed(wanted)]


def test_waits_until_the_photos_are_there(sandbox, language):
    asked = sandbox.example(language, "create_with_items")
    waiting = sandbox.start(language, "wait", asked["id"])
    assert waiting.stderr.readline() == "pending\n"
    sandbox.submit(asked["id"], submit=False)
    assert waiting.stderr.readline() == "in_progress\n"
    sandbox.submit(asked["id"])
    assert waiting.stderr.readline() == "submitted\n"
    assert finish(waiting) == "submitted"


def test_cancels_a_request(sandbox, language):
    asked = sandbox.rest("POST", "/photo-requests", {"instructions": "Nothing."})
    assert sandbox.example(language, "cancel", asked["id"]) == "canceled"
    assert sandbox.example(language, "wait", asked["id"]) == "canceled"
    page = requests.get(asked["request_url"], timeout=30)
    assert page.status_code == 410


def test_a_request_expires(sandbox, language):
    sandbox.example(language, "create")
    [asked] = sandbox.rest("GET", "/photo-requests")
    sandbox.console("POST", "/sandbox/clock", {"advance": 24 * 3600 - 60})
    assert sandbox.rest("GET", f"/photo-requests/{asked['id']}")["status"] == "pending"
    sandbox.console("POST", "/sandbox/clock", {"advance": 60})
    assert sandbox.example(language, "wait", asked["id"]) == "expired"


def test_lists_and_saves_photos(sandbox, language, tmp_path):
    asked = sandbox.example(language, "create_with_items")
    sandbox.submit(asked["id"])
    photos = sandbox.rest("GET", f"/photo-requests/{asked['id']}/submissions")
    shown = {
        "id": an_id("ps"),
        "file_size_kb": photos[0]["file_size_kb"],
        "mime_type": "image/png",
        "note": None,
        "captured_at": photos[0]["captured_at"],
        "submitted_at": MOMENT,
    }
    items = [one["id"] for one in asked["items"]]
    assert [without_gps(photo) for photo in photos] == [{**shown, "item_id": id} for id in items]
    sizes = sandbox.example(language, "submissions", asked["id"])
    texts = ["Front of the card", "Back of the card"]
    assert sizes == [
        [text, photo["file_size_kb"]] for text, photo in zip(texts, photos, strict=True)
    ]
    check_downloads(sandbox, language, asked["id"], tmp_path, photos)


def without_gps(photo: dict) -> dict:
    """Returns a photo without the members about its position, which must occur together."""
    names = {"gps_latitude", "gps_longitude"} & set(photo)
    assert len(names) == 2 * photo["has_gps_data"]
    return {name: value for name, value in photo.items() if name not in {*names, "has_gps_data"}}


def check_downloads(sandbox, language, owner, folder, photos):
    """Saves the photos of an owner, and checks their descriptions and files."""
    assert sandbox.example(language, "download", owner, str(folder)) == [
        f"{photo['id']}: {photo['gps_latitude']}, {photo['gps_longitude']}"
        if photo["has_gps_data"]
        else f"{photo['id']}: no position"
        for photo in photos
    ]
    for photo in photos:
        picture = (folder / f"{photo['id']}.png").read_bytes()
        assert photo["file_size_kb"] == -(-len(picture) // 1024)
        for name in ("", "_thumb"):
            saved = Image.open(folder / f"{photo['id']}{name}.png")
            saved.load()
            assert f"image/{saved.format.lower()}" == photo["mime_type"]


def test_download_urls_end_after_a_day(sandbox):
    asked = sandbox.rest("POST", "/photo-requests", {"instructions": "One photo."})
    sandbox.submit(asked["id"], photos=1)
    answer = sandbox.send("GET", f"/photo-requests/{asked['id']}/download-urls").json()
    assert answer["meta"] == {"urls_valid_for": "24 hours", "expires_in_seconds": 86400}
    assert answer["data"]["photo_request_id"] == asked["id"]
    [photo] = answer["data"]["submissions"]
    urls = [photo["download_url"], photo["thumbnail_url"]]
    assert all("signature=" in url for url in urls)

    def statuses():
        return [requests.get(url, timeout=30).status_code for url in urls]

    assert statuses() == [200, 200]
    sandbox.console("POST", "/sandbox/clock", {"advance": 86400 - 60})
    assert statuses() == [200, 200]
    sandbox.console("POST", "/sandbox/clock", {"advance": 120})
    assert [status // 100 for status in statuses()] == [4, 4]


def test_shows_a_qr_code(sandbox, language):
    asked = sandbox.rest("POST", "/photo-requests", {"instructions": "Scan."})
    wanted = {"instructions": "Scan.", "custom_slug": "scan-this"}
    link = sandbox.rest("POST", "/smart-links", wanted)
    for owner, name in ((asked, asked["unique_code"]), (link, "scan-this")):
        element = sandbox.example(language, "qrcode", owner["id"])
        url = f"{sandbox.origin}/qr/{name}.png"
        size = 'width="200" height="200"'
        assert element == f'<img src="{url}" alt="Scan this to send photos" {size}>'
        # A browser sends no key, and may show the code on another site's page.
        shown = requests.get(url, headers={"Sec-Fetch-Site": "cross-site"}, timeout=30)
        assert shown.headers["Content-Type"] == "image/png"
        [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(shown.content)).convert("RGB"))
        assert code.text == owner["request_url"]


def test_life_of_a_smart_link(sandbox, language, tmp_path):
    for tags in (["fleet"], ["inspection"], []):
        sandbox.rest("POST", "/smart-links", {"instructions": "Another.", "tags": tags})
    result = sandbox.example(language, "smart_link", "fleet-inspection")
    made = link_like(
        sandbox,
        custom_slug="fleet-inspection",
        instructions="Photograph the vehicle.",
        unique_field_label="License plate",
        request_url=f"{sandbox.origin}/s/fleet-inspection",
        tags=["fleet", "inspection"],
        items=[item("Front view"), item("Damage, if any", False)],
        show_full_name_field=True,
        full_name_required=True,
        require_gps=True,
    )
    assert result["made"] == made
    assert result["found"] == [result["made"]["id"]]
    changes = {"instructions": "Photograph the car.", "tags": ["fleet"]}
    assert result["changed"] == {**result["made"], **changes}
    link = result["made"]

    page = requests.get(link["request_url"], timeout=30)
    assert page.ok and "Photograph the car." in page.text and "License plate" in page.text

    left = sandbox.example(language, "archive", link["id"])
    assert len(left) == 4 and link["id"] not in left
    assert sandbox.rest("GET", f"/smart-links/{link['id']}") == {
        **result["changed"],
        "is_active": False,
    }
    assert not requests.get(link["request_url"], timeout=30).ok


def test_workflow_mode(sandbox, language, tmp_path):
    placeholders = "sub={submission_id}&uv={unique_value}&ref={reference}&cnt={photo_count}"
    redirect = f"http://localhost:8000/done?{placeholders}&ts={{timestamp}}&sig={{signature}}"
    made = sandbox.example(language, "workflow", "damage", redirect)
    url = f"{sandbox.origin}/s/damage"
    assert made == {"id": an_id("sl"), "url": url, "secret": Like("[0-9a-f]{64}")}
    shown = sandbox.rest("GET", f"/smart-links/{made['id']}")
    assert shown == link_like(
        sandbox,
        id=made["id"],
        custom_slug="damage",
        instructions="Photograph the damage.",
        request_url=url,
        workflow_mode=True,
        workflow_redirect_url=redirect,
    )

    secret = {"VISIONO_WORKFLOW_SECRET": made["secret"]}
    direct = requests.get(url, timeout=30)
    assert direct.status_code == 400 and "Missing Parameters" in direct.text
    values = ["ABC 123", "zendesk", "ticket-456"]
    signed = text_of(program(language, "signing", "sign", url, *values), **secret)
    page = requests.get(signed, timeout=30)
    assert page.ok and "ABC 123" in page.text
    assert requests.get(signed.replace("ABC", "ABD"), timeout=30).status_code == 403

    sandbox.rest("POST", "/webhooks", {"url": url, "events": ["submission.created"]})
    body = {
        "slug": "damage",
        "unique_value": values[0],
        "source": values[1],
        "reference": values[2],
    }
    back = sandbox.console("POST", "/sandbox/submissions", {**body, "photos": 2})["return_url"]
    assert text_of(program(language, "signing", "verify", back), **secret) == "valid"
    forged = back.replace("ticket-456", "ticket-457")
    assert text_of(program(language, "signing", "verify", forged), **secret) == "invalid"

    sent = sandbox.example(language, "link_submissions", made["id"])
    assert sent == [["ABC 123", "zendesk", "ticket-456", 2]]
    [one] = sandbox.rest("GET", f"/smart-links/{made['id']}/submissions")
    assert one["id"] in back
    [delivery] = sandbox.console("GET", "/sandbox/deliveries")["deliveries"]
    event = json.loads(delivery["body"])
    assert event["data"] == {
        "photo_request": {"id": made["id"], "custom_slug": "damage"},
        "permanent_link_submission": {
            "id": one["id"],
            "unique_field_value": values[0],
            "external_source": values[1],
            "external_reference": values[2],
        },
    }
    check_downloads(sandbox, language, made["id"], tmp_path, one["photos"])


def test_webhooks(sandbox, language):
    made = sandbox.example(language, "webhook", f"{sandbox.origin}/nowhere")
    events = ["photo_submission.created", "photo_request.submitted"]
    assert made == {
        "id": an_id("wh"),
        "name": made["name"],
        "url": f"{sandbox.origin}/nowhere",
        "events": events,
        "secret": Like("whsec_.+"),
        "is_active": True,
        "created_at": MOMENT,
    }
    [shown] = sandbox.console("GET", "/sandbox")["endpoints"]
    assert shown["id"] == made["id"]
    del made["secret"]
    changes = {"is_active": False, "events": ["photo_request.expired"]}
    assert sandbox.example(language, "webhooks", made["id"]) == {
        "events": ALL_EVENTS,
        "before": made,
        "changed": {**made, **changes},
        "gone": None,
        "left": [],
    }


def test_receives_and_polls(sandbox, language, tmp_path):
    port = free_port()
    made = sandbox.example(language, "webhook", f"http://127.0.0.1:{port}/webhook")
    secret = {"VISIONO_WEBHOOK_SECRET": made["secret"], "KEPT": str(tmp_path)}
    with serving(port, RECEIVERS[language](port), **secret) as receiver:

        def events(request):
            return requests.get(f"{receiver}/events/{request}", timeout=30).json()

        def answers(deliveries):
            return [
                [attempt["answer"]["status"] for attempt in delivery["attempts"]]
                for delivery in deliveries
            ]

        tested = sandbox.example(language, "test_webhook", made["id"])
        assert tested == {"event": "photo_request.submitted", "deliveries": tested["deliveries"]}
        [test] = sandbox.settled()
        assert [test["id"]] == tested["deliveries"]
        assert answers([test]) == [[204]]

        asked = sandbox.example(language, "create_with_items")
        poll = program(language, "poll", receiver, asked["id"], asked["created_at"])
        with ThreadPoolExecutor() as pool:
            polled = pool.submit(text_of, poll)
            sandbox.submit(asked["id"])
            assert polled.result() == "photo_submission.created"
        sent = sandbox.settled(lambda one: one["id"] != test["id"], count=3)
        assert answers(sent) == [[204]] * 3
        photos = sandbox.rest("GET", f"/photo-requests/{asked['id']}/submissions")
        known = {name: asked[name] for name in ("id", "unique_code", "metadata")}
        expected = [
            {
                "event": "photo_submission.created",
                "data": {
                    "photo_request": {**known, "status": "in_progress"},
                    "submission": {**photo, "submitted_at": Like(r"[-\dT:]{19}Z")},
                },
            }
            for photo in map(in_payload, photos)
        ]
        done = {
            "status": "submitted",
            "submissions_count": 2,
            "submitted_at": Like(r"[-\dT:]{19}Z"),
        }
        data = {"photo_request": {**known, **done}}
        expected.append({"event": "photo_request.submitted", "data": data})
        kept = [{"event": one["event"], "data": one["data"]} for one in events(asked["id"])]
        assert kept == expected

        # A forged message is refused, and a duplicate is stored once.
        before = events(asked["id"])
        sandbox.console("POST", "/sandbox/faults", {"kind": "tamper_body", "remaining": 1})
        sandbox.example(language, "test_webhook", made["id"])
        sent = [test["id"], *(one["id"] for one in sent)]
        [tampered] = sandbox.settled(lambda one: one["id"] not in sent)
        assert answers([tampered]) == [[401]]
        last = sandbox.console("GET", f"/sandbox/deliveries/{sent[-1]}")
        headers, body = dict(last["headers"]), last["body"].encode()
        again = requests.post(f"{receiver}/webhook", body, headers=headers, timeout=30)
        assert again.status_code == 204
        assert events(asked["id"]) == before


def test_events_of_a_request(sandbox):
    """Compares each event of a request with its payload in the guide."""
    url = f"{sandbox.origin}/nowhere"
    endpoint = sandbox.rest("POST", "/webhooks", {"url": url})
    assert endpoint["events"] == ALL_EVENTS
    body = {"instructions": "Front.", "expires_in_hours": 48, "metadata": {"ticket_id": "12345"}}
    body["items"] = [{"instructions": "Front", "is_required": True}]
    asked = sandbox.rest("POST", "/photo-requests", body)
    late = sandbox.rest("POST", "/photo-requests", {**body, "recipient_email": "user@example.com"})
    requests.get(asked["request_url"], timeout=30)
    requests.get(asked["request_url"], timeout=30)
    sandbox.submit(asked["id"])
    sandbox.console("POST", "/sandbox/clock", {"advance": 48 * 60 * 60})
    sent = sandbox.console("GET", "/sandbox/deliveries")["deliveries"]
    bodies = [
        json.loads(delivery["body"]) for delivery in sorted(sent, key=lambda one: one["order"])
    ]
    moment = Like(r"[-\dT:]{19}Z")
    assert {body["timestamp"] == moment for body in bodies} == {True}

    def known(request, status, *names, **more):
        members = {name: request[name] for name in ("id", "unique_code", "metadata", *names)}
        return {"photo_request": {**members, "status": status, **more}}

    created = ("recipient_email", "request_url")
    open_until = {"expires_at": asked["expires_at"].replace("+00:00", "Z")}
    [photo] = sandbox.rest("GET", f"/photo-requests/{asked['id']}/submissions")
    photo = {**in_payload(photo), "submitted_at": moment}
    done = {"submissions_count": 1, "submitted_at": moment}
    assert [(body["event"], body["data"]) for body in bodies] == [
        ("photo_request.created", known(asked, "pending", *created, **open_until)),
        ("photo_request.created", known(late, "pending", *created, **open_until)),
        ("photo_request.first_viewed", known(asked, "pending", *created, **open_until)),
        ("photo_submission.created", {**known(asked, "in_progress"), "submission": photo}),
        ("photo_request.submitted", known(asked, "submitted", **done)),
        ("photo_request.expired", known(late, "expired", *created, **open_until)),
    ]


def in_payload(photo: dict) -> dict:
    """Returns the members of a photo that a webhook has."""
    return {name: value for name, value in photo.items() if name not in ("note", "captured_at")}


def test_says_what_is_wrong(sandbox, language):
    assert sandbox.example(language, "problems") == {
        "error": "422 validation_error: The given data was invalid.",
        "details": {
            "expires_in_hours": ["The expires_in_hours field must be an integer from 1 to 8760."],
            "instructions": ["The instructions field is required."],
            "items.0.instructions": ["The instructions field is required."],
        },
    }
    assert sandbox.example(language, "read", "pr_none") == Like("404 not_found: .+")
    reader = sandbox.make_key(scopes=["photo_requests:read"])
    refused = sandbox.example(language, "write_without_scope", VISIONO_API_KEY=reader)
    assert refused == {
        "error": Like("403 missing_scope: .*photo_requests:write.*"),
        "details": {"scope": ["photo_requests:write"]},
    }
    assert sandbox.rest("GET", "/photo-requests") == []


def test_waits_when_it_has_sent_too_many(sandbox):
    sandbox.console("PUT", "/sandbox/rate-limit", {"exhausted": True})
    refused = sandbox.send("GET", "/status")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limited")
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    # The minute is over soon. The rest is enough for the three to start concurrently.
    rest = int(refused.headers["Retry-After"])
    if rest < 10:
        sandbox.console("POST", "/sandbox/clock", {"advance": rest})
        sandbox.console("PUT", "/sandbox/rate-limit", {"exhausted": True})
        rest = int(sandbox.send("GET", "/status").headers["Retry-After"])
    sandbox.console("POST", "/sandbox/clock", {"advance": rest - 10})
    started = [sandbox.start(language, "status") for language in ("php", "javascript", "python")]
    for one in started:
        assert re.fullmatch(r"too many requests: waiting \d+ s\n", one.stderr.readline())
    assert [finish(one) for one in started] == [{"status": "ok"}] * 3


def test_the_limit_is_counted_down(sandbox):
    sandbox.console("PUT", "/sandbox/rate-limit", {"limit": 3})
    sandbox.console("POST", "/sandbox/clock", {"advance": 60})
    answers = [sandbox.send("GET", "/status") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    left = [answer.headers["X-RateLimit-Remaining"] for answer in answers]
    assert left == ["2", "1", "0", "0"]
    assert {answer.headers["X-RateLimit-Limit"] for answer in answers} == {"3"}
    sandbox.console("POST", "/sandbox/clock", {"advance": 60})
    assert sandbox.send("GET", "/status").status_code == 200


def test_the_examples_are_the_same_in_each_language():
    """Checks that each language has each command of the examples."""
    here = Path(__file__).with_name("examples")
    names = {}
    patterns = {"py": r"^def (\w+)", "php": r"^function (\w+)"}
    patterns["mjs"] = r"^(?:async )?function (\w+)|^const (\w+) = \(?\w*\)? =>"
    for ending, pattern in patterns.items():
        found = re.findall(pattern, (here / f"rest.{ending}").read_text("utf-8"), re.MULTILINE)
        found = {"".join(groups) for groups in found}
        names[ending] = {re.sub("[A-Z]", lambda x: f"_{x[0].lower()}", name) for name in found}
    tools = {"items", "kind_of", "message_of"}
    assert names["py"] - tools == names["php"] - tools == names["mjs"] - tools
