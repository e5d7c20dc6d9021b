"""A panic in Rust becomes the package's own error, never pyo3's ``PanicException``.

Only a lack of memory makes one on purpose: pyo3 panics if Python can't make an object. So one
allocation after the other is made to fail, in a process of its own.
"""

import json
import subprocess
import sys

from conftest import NOW, SECRET

# Prints how often each call came to what.
PROGRAM = """\
import collections, json, sys
import _testcapi
from visiono_workflow import Panic, RedirectTemplate, Webhook, Workflow, WorkflowSecret

SECRET, NOW = sys.argv[1], int(sys.argv[2])
workflow, webhook = Workflow(SECRET), Webhook(SECRET)
template = RedirectTemplate("https://a.example/{reference}?s={signature}")
fields = dict(submission_id="a", unique_value="b", reference="c", photo_count=1, timestamp=NOW)
link = dict(slug="a", unique_value="a", source="b", reference="c", timestamp=NOW)
url = workflow.sign_return("https://a.example/", **fields)
pairs = [each.split("=") for each in url.partition("?")[2].split("&")]
made = webhook.test_delivery("submission.created", reference="A" * 300, now=NOW)
# Python's own parser of JSON crashes without memory, but not for a body as small as this.
body = b'{"event":"a"}'
headers = {"X-Visiono-Signature": webhook.sign(body), "headers": [("a", "b")]}
delivery = webhook.receive(made.body, made.headers, now=NOW)
done = workflow.verify_return(url, now=NOW)
verified = webhook.verify(body, headers["X-Visiono-Signature"])
calls = {
    "Workflow": lambda: Workflow([SECRET, None, SECRET + "\\ud800"]),
    "WorkflowSecret": lambda: WorkflowSecret(SECRET),
    "sign_link": lambda: workflow.sign_link(**link),
    "sign_links": lambda: workflow.sign_links([("a", "b", "c", NOW), ("a", "", "c")], slug="a"),
    "verify_link": lambda: workflow.verify_link("uv=a", now=NOW),
    "sign_return": lambda: workflow.sign_return(template, **fields),
    "verify_return": lambda: workflow.verify_return(pairs, now=NOW, expect={"reference": "c"}),
    "RedirectTemplate": lambda: RedirectTemplate("https://a.example/{reference}"),
    "placeholders": template.placeholders,
    "missing": template.missing,
    "expand": lambda: template.expand(**fields, signature="0" * 64),
    "check_extractable": template.check_extractable,
    "receive": lambda: webhook.receive(body, headers, now=NOW),
    "verify": lambda: webhook.verify(body, "x"),
    "sign": lambda: webhook.sign("body"),
    "test_delivery": lambda: webhook.test_delivery("submission.created", now=NOW),
    "wrong types": lambda: workflow.verify_return(5),
    "pickle": lambda: workflow.__reduce__(),
    "reduce": lambda: template.__reduce__(),
    "repr": lambda: (repr(done), repr(delivery), repr(template), str(template), repr(webhook)),
}
for thing in (done, delivery, made, verified, delivery.link):
    for name in dir(thing):
        if not name.startswith("_") and not callable(getattr(thing, name)):
            calls[f"{type(thing).__name__}.{name}"] = lambda t=thing, n=name: getattr(t, n)
found = {name: collections.Counter() for name in calls}
for name, call in calls.items():
    for failing in range(60):
        kind = "ok"
        _testcapi.set_nomemory(failing, failing + 1)
        try:
            # The allocation that fails may be the first one after the call.
            try:
                call()
            finally:
                _testcapi.remove_mem_hooks()
        except BaseException as error:
            _testcapi.remove_mem_hooks()
            kind = type(error).__name__
            # pyo3 itself reads the names of arguments, and says this if it can't.
            if "unexpected keyword argument" in str(error):
                kind = "a name that can't be read"
            elif "must be" in str(error) or "can't be pickled" in str(error):
                kind = "a wrong type"
        found[name][kind] += 1
print(json.dumps(found))
"""


def test_a_panic_is_an_error_of_the_package() -> None:
    command = [sys.executable, "-c", PROGRAM, SECRET, str(NOW)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    kinds = {kind for counts in found.values() for kind in counts}
    assert kinds <= {
        *("ok", "InvalidSecret", "InvalidField", "MissingParameter", "InvalidSignature"),
        *("Panic", "MemoryError", "a name that can't be read", "a wrong type"),
    }, found
    # It did happen, in methods; attributes are Python's own.
    assert len(found) == 48, sorted(found)
    assert sum("Panic" in counts for counts in found.values()) > 10, found
    assert SECRET not in done.stdout + done.stderr
