"""Importing the package is quick, because it loads nothing that signing doesn't need."""

import importlib
import json
import pickle
import subprocess
import sys
from typing import Any

import pytest
import visiono_workflow
from conftest import FOLDER, NOW, SECRET

# Without `site`, which loads modules of its own.
COMMAND = [sys.executable, "-I", "-S", "-c"]
START = f"""\
import sys
sys.path.append({str(FOLDER.parent)!r})
before = set(sys.modules)
"""
SIGN = f"""\
from visiono_workflow import InvalidField, Workflow, WorkflowError
workflow = Workflow({SECRET!r})
fields = dict(unique_value="a", source="b", reference="c", timestamp={NOW})
url = workflow.sign_link(slug="a", **fields)
[other] = workflow.sign_links([fields], slug="a")
try:
    workflow.sign_links([("a", "b", "")], slug="a")
except InvalidField as error:
    assert isinstance(error, WorkflowError) and error.row_index == 0 and url == other
"""


def run(code: str) -> str:
    done = subprocess.run(
        [*COMMAND, START + code], capture_output=True, encoding="utf-8", timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("code", ["import visiono_workflow", SIGN])
def test_only_the_package_itself_is_loaded(code: str) -> None:
    loaded = set(json.loads(run(f"{code}\nimport json; print(json.dumps(list(sys.modules)))")))
    without = set(json.loads(run("import json; print(json.dumps(list(sys.modules)))")))
    # Signing and its errors need no `typing`, `dataclasses`, `datetime`, `inspect` or `re`.
    assert loaded - without - {"__future__"} == {
        "visiono_workflow",
        *(f"visiono_workflow.{name}" for name in ("_bases", "_errors", "_native")),
    }


def test_the_first_verification_loads_the_results() -> None:
    code = (
        "print('visiono_workflow._results' in sys.modules)\n"
        f"print(type(workflow.verify_link(url, now={NOW})).__name__)\n"
        "print('visiono_workflow._results' in sys.modules)\n"
    )
    assert run(SIGN + code).split() == ["False", "VerifiedLink", "True"]


def test_the_first_verification_may_be_in_several_threads() -> None:
    code = f"""
import threading
start, found = threading.Barrier(8), []
def verify():
    start.wait()
    found.append(workflow.verify_link(url, now={NOW}))
threads = [threading.Thread(target=verify) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
import visiono_workflow
print(len(found), {{type(each) for each in found}} == {{visiono_workflow.VerifiedLink}})
"""
    assert run(SIGN + code) == "8 True\n"


def test_every_public_name_is_found() -> None:
    names = set(visiono_workflow._LATER)
    assert names < set(visiono_workflow.__all__) <= set(dir(visiono_workflow))
    found = {}
    for module in ("_expect", "_payloads", "_results"):
        loaded = importlib.import_module(f"visiono_workflow.{module}")
        found.update({name: getattr(loaded, name) for name in loaded.__all__})
    assert found == {name: getattr(visiono_workflow, name) for name in visiono_workflow._LATER}
    # In a process that has loaded none of them.
    public = sorted(visiono_workflow.__all__)
    code = f"""
import visiono_workflow
assert set({public}) <= set(dir(visiono_workflow))
names = {{}}
exec("from visiono_workflow import *", names)
print(sorted(set(names) - {{"__builtins__"}}) == {public})
from visiono_workflow import ExpectLink, VerifiedReturn as Renamed
print(Renamed.__name__, "Photo" in vars(visiono_workflow), ExpectLink(source="a"))
"""
    assert run(code) == "True\nVerifiedReturn True {'source': 'a'}\n"


def test_another_name_is_an_error() -> None:
    for name in ("verify", "Webhok", "_results_", "__wrapped__"):
        with pytest.raises(AttributeError, match=f"has no attribute '{name}'$"):
            getattr(visiono_workflow, name)
    with pytest.raises(ImportError, match="cannot import name 'Webhok'"):
        exec("from visiono_workflow import Webhok")


def test_a_pickle_is_read_where_nothing_is_loaded(workflow: Any) -> None:
    url = workflow.sign_link(slug="a", unique_value="a", source="b", reference="c", timestamp=NOW)
    pickled = pickle.dumps(workflow.verify_link(url, now=NOW))
    code = f"import pickle; print(pickle.loads({pickled!r}).reference)"
    assert run(code) == "c\n"


def test_the_results_may_be_loaded_lazily() -> None:
    code = f"""\
import importlib.util
name = "visiono_workflow._results"
spec = importlib.util.find_spec(name)
spec.loader = importlib.util.LazyLoader(spec.loader)
sys.modules[name] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(workflow.verify_link(url, now={NOW}).reference)
"""
    assert run(SIGN + code) == "c\n"


@pytest.mark.parametrize("kind", [type(iter([])), type(sys.flags), int, object, 5])
def test_a_class_that_was_replaced_is_an_error(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    results = importlib.import_module("visiono_workflow._results")
    workflow = visiono_workflow.Workflow(SECRET)
    url = workflow.sign_link(slug="a", unique_value="a", source="b", reference="c", timestamp=NOW)
    monkeypatch.setattr(results, "VerifiedLink", kind)
    with pytest.raises((AttributeError, TypeError)):
        workflow.verify_link(url, now=NOW)
