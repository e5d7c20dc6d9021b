"""The Python package, as it is installed."""

import functools

from records import answer_all, headers_of
from visiono_workflow import RedirectTemplate, Webhook, Workflow, WorkflowError

FIELDS = ("submission_id", "unique_value", "reference", "photo_count", "timestamp")

workflow_of = functools.lru_cache(Workflow)
webhook_of = functools.lru_cache(Webhook)


def maybe(text):
    """Returns '=' and the text, or an empty text if it is absent."""
    return "" if text is None else f"={text}"


def answer_package(record, keys):
    _, secret, webhook_secret, now = keys
    kind = record[0].decode()
    if kind == "sign":
        _, signing, slug, uv, src, ref, ts = (part.decode() for part in record)
        url = workflow_of(signing).sign_link(
            slug=slug, unique_value=uv, source=src, reference=ref, timestamp=int(ts)
        )
        return ["ok", url]
    if kind == "link":
        link = workflow_of(secret).verify_link(record[1].decode(), now=int(now))
        return [
            "ok",
            link.unique_value,
            link.source,
            link.reference,
            link.timestamp,
            link.secret_index,
        ]
    if kind in ("return", "routed", "expected"):
        template = expect = None
        if kind != "return":
            template = RedirectTemplate(record[2].decode())
            known = zip(FIELDS, (part.decode() for part in record[3:]))
            expect = {name: text[1:] for name, text in known if text}
        done = workflow_of(secret).verify_return(
            record[1].decode(), template=template, expect=expect, now=int(now)
        )
        return [
            "ok",
            done.submission_id,
            done.unique_value,
            done.reference,
            done.photo_count,
            done.timestamp,
            done.secret_index,
        ]
    headers = headers_of(record)
    delivery = webhook_of(webhook_secret).receive(record[1], headers, now=int(now))
    link = delivery.link
    return [
        "ok",
        delivery.event,
        "" if delivery.event_time is None else delivery.event_time,
        delivery.dedup_key,
        delivery.secret_index,
        "test" if delivery.is_test else "",
        maybe(delivery.unauthenticated_delivery_id),
        maybe(delivery.unauthenticated_tenant_id),
        maybe(delivery.request_id),
        maybe(link and link.submission_id),
        maybe(link and link.unique_value),
        maybe(link and link.source),
        maybe(link and link.reference),
    ]


def answer(record, keys):
    try:
        return answer_package(record, keys)
    except WorkflowError as refusal:
        seconds = getattr(refusal, "seconds", "")
        return [refusal.code, ",".join(refusal.parameters), seconds, refusal]


answer_all(answer)
