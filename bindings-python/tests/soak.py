"""Makes a number of calls, good, refused and hostile, while a memory checker watches.

Each has its exact outcome, so that what is watched is known to have happened.
"""

import sys
from collections.abc import Callable

from visiono_workflow import RedirectTemplate, Workflow, WorkflowError

SECRET = "0123456789abcdef0123456789abcdef"
NOW = 1705500000
TEMPLATE = (
    "https://a.example/{submission_id}/{unique_value}"
    "?r={reference}&c={photo_count}&t={timestamp}&h={signature}"
)
LONG = "é %" * 5_000

workflow = Workflow(SECRET, SECRET[1:])
template = RedirectTemplate(TEMPLATE)


def sign_link(unique_value: object = "A é", **more: object) -> str:
    fields = {"source": "zendesk", "reference": "ticket-456", "timestamp": NOW}
    return workflow.sign_link(**{"slug": "a", "unique_value": unique_value, **fields, **more})


def sign_return(template: object = template, **more: object) -> str:
    fields = {"submission_id": "pls_1", "unique_value": "A é", "reference": "t", "photo_count": 2}
    return workflow.sign_return(template, **{**fields, "timestamp": NOW, **more})


LINK = sign_link()
LONG_LINK = sign_link(LONG)
RETURN = sign_return()

# What each call has to come to: "ok", the code of an error, or the name of an exception.
CALLS: list[tuple[str, Callable[[], object]]] = [
    ("ok", sign_link),
    ("ok", lambda: sign_link(LONG, slug=None, link="https://a.example/x?y#z")),
    ("ok", sign_return),
    ("ok", lambda: sign_return(TEMPLATE)),
    ("ok", lambda: workflow.verify_link(LINK, now=NOW).unique_value == "A é" or 1 / 0),
    ("ok", lambda: repr(workflow.verify_link(LONG_LINK, now=NOW).signed_at)),
    ("ok", lambda: workflow.verify_link(LINK.encode(), now=NOW, expect={"source": "zendesk"})),
    ("ok", lambda: hash(workflow.verify_return(RETURN, template=template, now=NOW))),
    ("ok", lambda: template.missing() + RedirectTemplate(TEMPLATE).placeholders()),
    ("ok", lambda: Workflow(SECRET, max_age=60, leeway=0)),
    ("invalid_secret", lambda: Workflow("short")),
    ("invalid_secret", lambda: Workflow(SECRET, "whsec_" + SECRET)),
    ("invalid_field", lambda: sign_link("a|b")),
    ("invalid_field", lambda: sign_link(timestamp=2**70)),
    ("invalid_field", lambda: sign_return(submission_id="..")),
    ("invalid_url", lambda: sign_link(slug=None, link="javascript:1")),
    ("invalid_template", lambda: RedirectTemplate("https://a.example/{nope}")),
    ("missing_parameter", lambda: workflow.verify_link("")),
    ("missing_parameter", lambda: workflow.verify_link("é%" * 1000)),
    ("missing_parameter", lambda: workflow.verify_link(b"\xff" * 1000)),
    ("missing_parameter", lambda: workflow.verify_link("\ud800")),
    ("duplicate_parameter", lambda: workflow.verify_link(LINK + "&%75v=1", now=NOW)),
    ("duplicate_parameter", lambda: workflow.verify_link({"uv": ["1", "2"]}, now=NOW)),
    ("malformed_parameter", lambda: workflow.verify_link(LINK.replace("%20", "%7C"), now=NOW)),
    ("invalid_signature", lambda: workflow.verify_link(LINK.replace("456", "457"), now=NOW)),
    ("expired", lambda: workflow.verify_link(LINK, now=NOW + 3601)),
    ("not_yet_valid", lambda: workflow.verify_link(LINK, now=0)),
    ("unexpected_value", lambda: workflow.verify_link(LINK, now=NOW, expect={"source": "a"})),
    ("invalid_argument", lambda: sign_link("\ud800")),
    ("invalid_argument", lambda: workflow.verify_link(LINK, now=float("nan"))),
    ("invalid_argument", lambda: workflow.verify_link(LINK, expect={"nope": "a"})),
    ("TypeError", lambda: Workflow(None)),
    ("TypeError", lambda: workflow.verify_link(None)),
    ("TypeError", lambda: workflow.verify_link([("uv", "a"), 5])),
    ("TypeError", lambda: workflow.verify_link({"uv": [["a"]]})),
    ("TypeError", lambda: workflow.verify_return(RETURN, template=7)),
    ("TypeError", lambda: sign_return(photo_count="2")),
]


def outcome(call: Callable[[], object]) -> str:
    try:
        call()
    except WorkflowError as error:
        return error.code if str(error) and repr(error) else "an error that says nothing"
    except TypeError as error:
        return type(error).__name__
    return "ok"


def main() -> None:
    calls = int(sys.argv[1])
    for number in range(calls):
        wanted, call = CALLS[number % len(CALLS)]
        given = outcome(call)
        if given != wanted:
            sys.exit(f"call {number % len(CALLS)} came to {given}, not {wanted}")


main()
