"""Every vector has its exact result."""

import json
import os
import pathlib
from collections import Counter
from collections.abc import Iterator
from typing import Any, Callable, Optional

import pytest
from visiono_workflow import (
    DeliveredLink,
    Delivery,
    InvalidArgument,
    InvalidSecret,
    RedirectTemplate,
    Webhook,
    Workflow,
    WorkflowError,
)
from visiono_workflow._native import EVENTS

PROJECT = pathlib.Path(__file__).resolve().parents[2]
OWN_FOLDER = PROJECT / "tests" / "vectors"
# A relative folder is one of the project's.
FOLDER = PROJECT / os.environ.get("VECTORS", OWN_FOLDER)
LONG_NAMES = {
    "sub": "submission_id",
    "uv": "unique_value",
    "src": "source",
    "ref": "reference",
    "cnt": "photo_count",
    "ts": "timestamp",
}
GOOD = "0123456789abcdef"
Input = dict[str, Any]
Output = dict[str, Any]


def text(case: Input, name: str) -> Any:
    """A text that the caller writes. One that isn't UTF-8 has lone surrogates in Python."""
    if name + "_hex" in case:
        return bytes.fromhex(case[name + "_hex"]).decode("utf-8", "surrogateescape")
    return case[name]


def outside(case: Input, name: str) -> Any:
    """A text that arrives from outside, which may be any bytes."""
    return bytes.fromhex(case[name + "_hex"]) if name + "_hex" in case else case[name]


def has(case: Input, name: str) -> bool:
    return name in case or name + "_hex" in case


def workflow(case: Input) -> Workflow:
    secrets = case["secrets"] if "secrets" in case else text(case, "secret")
    options = {name: case[name] for name in ("max_age", "leeway") if name in case}
    return Workflow(secrets, **options)


def long_names(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {LONG_NAMES.get(name, name): text(values, name) for name in names}


def expect(case: Input) -> Optional[dict[str, Any]]:
    values = case.get("expect")
    return values and long_names(values, *[name.removesuffix("_hex") for name in values])


def sign_link(case: Input) -> Output:
    signer = workflow(case)
    place = {name: text(case, name) for name in ("slug", "link") if has(case, name)}
    url = signer.sign_link(**place, **long_names(case, "uv", "src", "ref", "ts"))
    base = url.split("#")[0]
    return {"url": url, "sig": base[base.index("sig=") + 4 :]}


def sign_return(case: Input) -> Output:
    signer = workflow(case)
    fields = long_names(case, "sub", "uv", "ref", "cnt", "ts")
    url = signer.sign_return(text(case, "template"), **fields)
    # A template need not have a place for the signature, so it is read from a plain one.
    plain = signer.sign_return("https://a.example/", **fields)
    return {"url": url, "sig": plain[plain.index("sig=") + 4 :]}


def template(case: Input) -> Output:
    return {"missing": list(RedirectTemplate(text(case, "template")).missing())}


def verify_link(case: Input) -> Output:
    link = workflow(case).verify_link(outside(case, "url"), now=case["now"], expect=expect(case))
    return {
        "uv": link.unique_value,
        "src": link.source,
        "ref": link.reference,
        "ts": str(link.timestamp),
        "secret_index": link.secret_index,
    }


def verify_return(case: Input, message: Any = None) -> Output:
    done = workflow(case).verify_return(
        outside(case, "url") if message is None else message,
        template=text(case, "template") if has(case, "template") else None,
        now=case["now"],
        expect=expect(case),
    )
    return {
        "sub": done.submission_id,
        "uv": done.unique_value,
        "ref": done.reference,
        "cnt": str(done.photo_count),
        "ts": str(done.timestamp),
        "secret_index": done.secret_index,
    }


def verify_return_pairs(case: Input) -> Output:
    return verify_return(case, case["pairs"])


def webhook(case: Input) -> Output:
    body = bytes.fromhex(case["body_hex"])
    header = outside(case, "header") if has(case, "header") else None
    verified = Webhook(case["secrets"]).verify(body, header)
    return {"secret_index": verified.secret_index}


def receive(case: Input) -> Delivery:
    names = ("max_age", "leeway", "require_timestamp")
    webhook = Webhook(case["secrets"], **{name: case[name] for name in names if name in case})
    body = bytes.fromhex(case["body_hex"])
    return webhook.receive(body, case["headers"], now=case["now"])


def webhook_receive(case: Input) -> Output:
    delivery = receive(case)
    link = delivery.link
    return {
        "event": delivery.event,
        "event_time": delivery.event_time,
        "dedup_key": delivery.dedup_key,
        "secret_index": delivery.secret_index,
        "link": link and {"uv": link.unique_value, "src": link.source, "ref": link.reference},
    }


def webhook_delivery(case: Input) -> Output:
    delivery = receive(case)
    link = delivery.link
    output = {
        "event": delivery.event,
        "documented": delivery.event in EVENTS,
        "time": delivery.event_time,
        "dedup_key": delivery.dedup_key,
        "secret_index": delivery.secret_index,
        "is_test": delivery.is_test,
        "delivery_id": delivery.unauthenticated_delivery_id,
        "tenant_id": delivery.unauthenticated_tenant_id,
        "link": link
        and {
            "sub": link.submission_id,
            "uv": link.unique_value,
            "src": link.source,
            "ref": link.reference,
        },
        "data": delivery.data,
    }
    if "return" in case:
        output["matches"] = link is not None and matches(link, case["return"])
    return output


def matches(link: DeliveredLink, fields: Input) -> bool:
    """Compares the link with a return that really was verified."""
    workflow = Workflow(GOOD)
    values = long_names(fields, "sub", "uv", "ref")
    url = workflow.sign_return("https://a.example/", **values, photo_count=1)
    return link.matches(workflow.verify_return(url))


RUNNERS: dict[str, Callable[[Input], Output]] = {
    "sign_link": sign_link,
    "sign_return": sign_return,
    "template": template,
    "verify_link": verify_link,
    "verify_return": verify_return,
    "verify_return_pairs": verify_return_pairs,
    "webhook": webhook,
    "webhook_delivery": webhook_delivery,
    "webhook_receive": webhook_receive,
}


def files() -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    for path in sorted(FOLDER.glob("*.json")):
        if path.name != "schema.json":
            content = json.loads(path.read_text(encoding="utf-8"))
            yield path.name, content["group"], content["cases"]


def call(run: Callable[[Input], Output], given: Input) -> Output:
    try:
        return run(given)
    except InvalidSecret as wrong:
        # A vector takes what makes the object and its method for one call, of which a wrong
        # argument is the first mistake. Here they are two calls, so the second is made as well.
        try:
            run({**given, "secret": GOOD, "secrets": [GOOD]})
        except InvalidArgument as first:
            raise first from None
        except WorkflowError:
            raise wrong from None
        raise


def answer(run: Callable[[Input], Output], case: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": "ok", "output": call(run, case["input"])}
    except WorkflowError as error:
        given: dict[str, Any] = {"result": error.code}
        if "names" in case:
            given["names"] = list(error.parameters)
        return given


def test_every_vector_has_its_exact_result(capsys: pytest.CaptureFixture[str]) -> None:
    ran: Counter[str] = Counter()
    present: Counter[str] = Counter()
    failures = []
    for name, group, cases in files():
        assert cases, f"{name} has no cases"
        present[group] += len(cases)
        assert group in RUNNERS, f"{name}: no runner for the vectors of group {group!r}"
        for case in cases:
            wanted = {key: case[key] for key in ("result", "names", "output") if key in case}
            given = answer(RUNNERS[group], case)
            # They are in any order.
            for names in (wanted.get("names", []), given.get("names", [])):
                names.sort()
            ran[group] += 1
            # As text, for 1 and 1.0 and true are equal.
            if json.dumps(given, sort_keys=True) != json.dumps(wanted, sort_keys=True):
                failures.append(f"{name} {case['id']} {case['comment']}: {wanted}, not {given}")
    assert not failures, "\n".join(failures)
    assert present, f"no vectors in {FOLDER}"
    if FOLDER == OWN_FOLDER:
        # Another folder may have cases of some groups only.
        assert set(present) == set(RUNNERS)
    assert ran == present
    with capsys.disabled():
        counts = ", ".join(f"{group} {count}" for group, count in sorted(ran.items()))
        print(f"\nvectors: {counts}")
