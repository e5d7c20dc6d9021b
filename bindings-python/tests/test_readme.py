"""The code of the README runs, and prints what it says."""

import doctest
import importlib
import inspect
import re
from typing import Any

import pytest
import visiono_workflow
from conftest import PROJECT, SECRET

README = PROJECT / "README.md"


def test_the_examples_print_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISIONO_WORKFLOW_SECRET", SECRET)
    text = README.read_text(encoding="utf-8")
    # A block ends where its fence does.
    blocks = re.findall(r"```pycon\n(.*?)```", text, re.DOTALL)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "README.md", None, 0)
    assert len(test.examples) == text.count("\n>>> ") == 22
    runner = doctest.DocTestRunner()
    assert runner.run(test) == (0, 22)


@pytest.mark.parametrize("framework", ["FastAPI", "Flask", "Django"])
def test_the_frameworks_answer(framework: str) -> None:
    text = README.read_text(encoding="utf-8")
    found = re.search(rf"{framework}:\n\n```python\n(.*?)```", text, re.DOTALL)
    assert found
    workflow = visiono_workflow.Workflow(SECRET)
    names: dict[str, Any] = {"workflow": workflow, "__name__": "readme"}
    exec(found[1], names)
    url = workflow.sign_return(
        "http://localhost/tickets/ticket-456/done",
        submission_id="pls_123",
        unique_value="ABC123",
        reference="ticket-456",
        photo_count=5,
    )[len("http://localhost") :]
    for path, status, body in (
        (url, 200, {"photos": 5}),
        (url.replace("cnt=5", "cnt=6"), 400, {"error": "invalid_signature"}),
        (url.replace("/ticket-456/", "/ticket-457/"), 400, {"error": "unexpected_value"}),
    ):
        assert getattr(Clients, framework)(names, path) == (status, body)


class Clients:
    @staticmethod
    def FastAPI(names: dict[str, Any], path: str) -> Any:
        client = importlib.import_module("fastapi.testclient").TestClient(names["app"])
        response = client.get(path)
        return response.status_code, response.json()

    @staticmethod
    def Flask(names: dict[str, Any], path: str) -> Any:
        response = names["app"].test_client().get(path)
        return response.status_code, response.get_json()

    @staticmethod
    def Django(names: dict[str, Any], path: str) -> Any:
        import json

        from django.conf import settings

        if not settings.configured:
            settings.configure()
        from django.test import RequestFactory

        response = names["done"](RequestFactory().get(path), path.split("/")[2])
        return response.status_code, json.loads(response.content)


def test_the_table_of_errors_is_that_of_the_core() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (\d+) \|", README.read_text("utf-8"), re.M)
    assert rows == [
        (kind.__name__, code, str(number))
        for code, number, kind in visiono_workflow._native.CODES
        if code != "buffer_too_small"
    ]


def test_the_readme_is_that_of_the_distribution() -> None:
    from importlib.metadata import metadata

    described = inspect.cleandoc(metadata("visiono-workflow").get_payload())
    assert described.strip() == README.read_text("utf-8").strip()
