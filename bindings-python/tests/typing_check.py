"""Code that type checkers must accept or refuse; it is never run."""

from __future__ import annotations

import email
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler
from typing import Any, Union
from urllib.parse import parse_qs, parse_qsl, urlsplit

import visiono_workflow
from typing_extensions import assert_type
from visiono_workflow import (
    DeliveredLink,
    Delivery,
    EventData,
    ExpectReturn,
    Expired,
    RedirectTemplate,
    TestDelivery,
    VerificationError,
    VerifiedLink,
    VerifiedReturn,
    VerifiedWebhook,
    Webhook,
    WebhookEvent,
    WebhookSecret,
    Workflow,
    WorkflowSecret,
)

# No name is accepted that the package doesn't have.
visiono_workflow.Webhok("a")  # type: ignore[attr-defined]

workflow = Workflow(["0123456789abcdef", None], max_age=timedelta(hours=1), leeway=5)
Workflow(("0123456789abcdef", WorkflowSecret("fedcba9876543210")))
Workflow("0123456789abcdef", "fedcba9876543210")  # type: ignore[call-arg, arg-type]
Workflow(b"0123456789abcdef")  # type: ignore[arg-type]
Workflow("0123456789abcdef", max_age=None)  # type: ignore[arg-type]
Workflow("0123456789abcdef", max_age="1h")  # type: ignore[arg-type]

now = datetime.now(timezone.utc)
assert_type(workflow.sign_link(slug="a", unique_value="a", source="a", reference="a"), str)
workflow.sign_link(link="a", unique_value="a", source="a", reference="a", timestamp=now)
workflow.sign_link(slug="a", unique_value="a", source="a", reference=5)  # type: ignore[call-overload]
workflow.sign_link(unique_value="a", source="a", reference="a")  # type: ignore[call-overload]

rows = [("a", "b", "c")]
assert_type(workflow.sign_links(iter(rows), slug="a"), "list[str]")
workflow.sign_links([("a", "b", "c", now), ["a", "b", "c", 5], {"unique_value": "a"}], slug="a")
assert_type(workflow.sign_links(zip("a", "b", "c"), link="a", timestamp=now), "list[str]")
signed = workflow.sign_links([("a", "b", "c")], slug="a", return_exceptions=True)
assert_type(signed, "list[str | visiono_workflow.WorkflowError]")
workflow.sign_links(rows)  # type: ignore[call-overload]
workflow.sign_links([("a", "b")], slug="a")  # type: ignore[list-item]
workflow.sign_links(5, slug="a")  # type: ignore[call-overload]

template = RedirectTemplate("https://a.example/")
assert_type(template.missing(), "tuple[str, ...]")
assert_type(
    template.expand(
        submission_id="a",
        unique_value="a",
        reference="a",
        photo_count=1,
        timestamp=1,
        signature="a",
    ),
    str,
)
done = workflow.sign_return(
    template, submission_id="a", unique_value="a", reference="a", photo_count=1
)
assert_type(done, str)

assert_type(workflow.verify_link(done), VerifiedLink)
assert_type(workflow.verify_return(done), VerifiedReturn)
workflow.verify_return(done.encode(), template=str(template), now=1705500200)
workflow.verify_return(parse_qs(done), template=template, now=1705500200.5)
workflow.verify_return(parse_qs(done.encode()), now=now)
workflow.verify_return(parse_qsl(done))
workflow.verify_return(dict(parse_qsl(done)))
workflow.verify_return(iter(parse_qsl(done)))
workflow.verify_return(urlsplit(done))
workflow.verify_return(5)  # type: ignore[arg-type]
workflow.verify_return({"cnt": 5, "utm": ["1", None]})
workflow.verify_return(None)  # type: ignore[arg-type]
workflow.verify_return(input=bytearray(done.encode()), template=template, now=now, expect={})
workflow.verify_return(done, now="1705500200")  # type: ignore[arg-type]

expect: ExpectReturn = {"reference": "ticket-456", "photo_count": 5}
verified = workflow.verify_return(done, expect=expect)
workflow.verify_return(done, expect=ExpectReturn(timestamp=now))
workflow.verify_return(done, expect={"refrence": "ticket-456"})  # type: ignore[arg-type]
workflow.verify_link(done, expect={"source": "zendesk"})
workflow.verify_return(done, expect={"source": "zendesk"})  # type: ignore[arg-type]
workflow.verify_return(done, expect={"reference": None})  # type: ignore[arg-type]

assert_type(verified.photo_count, int)
assert_type(verified.completed_at, datetime)
verified.photo_count = 6  # type: ignore[misc]

webhook = Webhook(["whsec_0123456789", WebhookSecret("whsec_0123456789")], max_age=3600 * 4)
Webhook("whsec_0123456789", require_timestamp=True)
Webhook("whsec_0123456789", require_timestamp=None)  # type: ignore[arg-type]
Webhook(WorkflowSecret("0123456789abcdef"))  # type: ignore[arg-type]
Workflow(WebhookSecret("0123456789abcdef"))  # type: ignore[arg-type]
Workflow(WorkflowSecret("0123456789abcdef"))

body = b"{}"
header = webhook.sign(body)
assert_type(header, str)
assert_type(webhook.verify(body, header), VerifiedWebhook)
webhook.verify(body.decode(), header.encode())
webhook.verify(bytearray(body), None)
webhook.verify(body)  # type: ignore[call-arg]
webhook.verify(None, header=None)
test = webhook.test_delivery("submission.created", reference="ticket-457", now=now)
assert_type(test, TestDelivery)
assert_type(test.body, bytes)
assert_type(test.headers, "dict[str, str]")
webhook.test_delivery("submission.created", style="other")  # type: ignore[arg-type]
environ: dict[str, Any] = {"HTTP_X_VISIONO_SIGNATURE": header}
delivery = webhook.receive(memoryview(body), environ, now=now)
assert_type(delivery, Delivery)
webhook.receive(body, {"X-Visiono-Signature": header}, now=1705500200)
webhook.receive(body, [(b"x-visiono-signature", header.encode())])
webhook.receive(body, {b"x-visiono-signature": [header]}.items())
webhook.receive(body, email.message_from_string(""))
webhook.receive(body, header)  # type: ignore[arg-type]
webhook.receive({}, environ)  # type: ignore[arg-type]
webhook.receive(body, environ, 1705500200)  # type: ignore[call-arg]

assert_type(delivery.event, Union[WebhookEvent, str])
assert_type(delivery.event_time, Union[int, None])
assert_type(delivery.occurred_at, Union[datetime, None])
assert_type(delivery.body, "dict[str, Any]")
assert_type(delivery.raw_body, str)
assert_type(delivery.data, Union[EventData, None])
delivery.event = "submission.created"  # type: ignore[misc]
event: WebhookEvent = "submission.created"
event = "submission.deleted"  # type: ignore[assignment]
if delivery.data:
    request, photos = delivery.data.get("photo_request", {}), delivery.data.get("photos", [])
    assert_type(request.get("submissions_count"), Union[int, None])
    assert_type(photos[0].get("metadata", {}).get("gps_lat"), Union[float, None])
    delivery.data["photo_requests"]  # type: ignore[typeddict-item]
assert_type(delivery.link, Union[DeliveredLink, None])
if delivery.link:
    assert_type(delivery.link.submission_id, Union[str, None])
    assert_type(delivery.link.matches(verified), bool)
    delivery.link.matches(delivery)  # type: ignore[arg-type]

try:
    pass
except Expired as error:
    assert_type(error.seconds, int)
except VerificationError as error:
    assert_type(error.code, str)
    assert_type(error.number, int)
    assert_type(error.is_refusal, bool)
    assert_type(error.parameters, "tuple[str, ...]")


def handle(handler: BaseHTTPRequestHandler) -> None:
    workflow.verify_return(handler)
    webhook.receive(body, handler)
