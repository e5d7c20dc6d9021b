"""The Python package, as it is installed."""

import functools

from records import answer_all
from visiono_workflow import Workflow, WorkflowError

workflow_of = functools.lru_cache(Workflow)


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
    if kind == "return":
        done = workflow_of(secret).verify_return(record[1].decode(), now=int(now))
        return [
            "ok",
            done.submission_id,
            done.unique_value,
            done.reference,
            done.photo_count,
            done.timestamp,
            done.secret_index,
        ]
    return ["skipped"]


def answer(record, keys):
    try:
        return answer_package(record, keys)
    except WorkflowError as refusal:
        seconds = getattr(refusal, "seconds", "")
        return [refusal.code, ",".join(refusal.parameters), seconds, refusal]


answer_all(answer)
