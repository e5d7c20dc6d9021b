"""One API in five languages: the names, the parameters and their order are those of SPEC 9."""

import ast
import inspect
import pathlib
import re
import subprocess
import sys
from typing import Any

import pytest
import visiono_workflow
from conftest import PROJECT
from visiono_workflow import RedirectTemplate, Webhook, Workflow

FIELDS = ("submission_id", "unique_value", "reference", "photo_count", "timestamp")
TABLE: dict[Any, tuple[str, ...]] = {
    Workflow: ("secrets", "max_age", "leeway"),
    Workflow.sign_link: ("slug", "link", "unique_value", "source", "reference", "timestamp"),
    # Python's own: in other languages a loop is as fast.
    Workflow.sign_links: ("rows", "slug", "link", "timestamp", "return_exceptions"),
    Workflow.verify_link: ("input", "now", "expect"),
    Workflow.sign_return: ("template", *FIELDS),
    Workflow.verify_return: ("input", "template", "now", "expect"),
    RedirectTemplate: ("template",),
    RedirectTemplate.placeholders: (),
    RedirectTemplate.missing: (),
    RedirectTemplate.expand: (*FIELDS, "signature"),
    RedirectTemplate.check_extractable: (),
    Webhook: ("secrets", "max_age", "leeway", "require_timestamp"),
    Webhook.receive: ("body", "headers", "now"),
    Webhook.verify: ("body", "header"),
    Webhook.sign: ("body",),
    Webhook.test_delivery: (
        *("event", "id", "submission_id", "unique_value", "source", "reference", "style"),
        *("timestamp", "now"),
    ),
}


@pytest.mark.parametrize("item", TABLE, ids=lambda item: item.__qualname__)
def test_the_parameters_are_those_of_every_language(item: Any) -> None:
    assert in_the_stub(item) == TABLE[item]
    # Before 3.10 a class of an extension module says nothing of what it is called with.
    if sys.version_info >= (3, 10) or not isinstance(item, type):
        names = [name for name in inspect.signature(item).parameters if name != "self"]
        assert tuple(names) == TABLE[item]


def in_the_stub(item: Any) -> tuple[str, ...]:
    kind, _, method = item.__qualname__.partition(".")
    stub = pathlib.Path(visiono_workflow.__file__).with_name("_native.pyi")
    for node in ast.parse(stub.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef) and node.name == kind:
            for member in node.body:
                if isinstance(member, ast.FunctionDef) and member.name == (method or "__new__"):
                    given = member.args
                    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
                    return tuple(each.arg for each in named[1:])
    raise AssertionError(f"{item} is not in the stub")


def test_there_is_no_other_method() -> None:
    for kind in (Workflow, RedirectTemplate, Webhook):
        methods = {getattr(kind, name) for name in vars(kind) if not name.startswith("_")}
        assert methods == {
            item for item in TABLE if item.__qualname__.startswith(kind.__name__ + ".")
        }


def test_the_page_of_the_api_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, PROJECT / "tests" / "list_api.py"],
        **{"capture_output": True, "check": True, "encoding": "utf-8"},
    )
    # A `Literal`, and a class of an extension module, show less of themselves before 3.10.
    assert relevant(done.stdout) == relevant((PROJECT / "api.txt").read_text("utf-8"))


def relevant(page: str) -> list[str]:
    shown = re.sub(r"^(def WebhookEvent|    def __new__).*", r"\1", page, flags=re.MULTILINE)
    return shown.splitlines()
