"""A process may have several interpreters, as mod_wsgi has one for each application group."""

import subprocess
import sys

from conftest import SECRET

PROGRAM = """\
import sys
import _testcapi

CHECK = f'''
import pickle
import visiono_workflow as vw
workflow, webhook = vw.Workflow({sys.argv[1]!r}), vw.Webhook({sys.argv[1]!r})
fields = dict(submission_id="a", unique_value="ABC123", reference="ticket-456", photo_count=1)
done = workflow.verify_return(workflow.sign_return("https://a.example/", **fields))
assert type(done) is vw.VerifiedReturn and pickle.loads(pickle.dumps(done)) == done
test = webhook.test_delivery("submission.created", submission_id="a")
assert webhook.receive(test.body, test.headers).link.matches(done)
for call, error in (
    (lambda: workflow.verify_return("?a=b"), vw.MissingParameter),
    (lambda: workflow.verify_return("", expect=dict(reference="\\\\ud800")), vw.InvalidArgument),
    (lambda: webhook.receive([], []), vw.InvalidArgument),
    (lambda: vw.Workflow("short"), vw.InvalidSecret),
):
    try:
        call()
    except error:
        continue
    raise AssertionError(error)
'''
exec(CHECK, {})
print(_testcapi.run_in_subinterp(CHECK), _testcapi.run_in_subinterp(CHECK))
"""


def test_each_interpreter_has_its_own_classes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, SECRET], capture_output=True, encoding="utf-8", timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 0\n", "")
