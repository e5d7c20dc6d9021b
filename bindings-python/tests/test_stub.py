"""The stub has the extension module's documentation; ``stubtest`` compares the rest."""

import ast
import inspect
import pathlib

import visiono_workflow
from visiono_workflow import _native

FOLDER = pathlib.Path(visiono_workflow.__file__).parent


def test_the_package_is_typed() -> None:
    assert (FOLDER / "py.typed").is_file()


def test_the_stub_has_the_documentation_of_the_module() -> None:
    compared = 0
    for node in ast.parse((FOLDER / "_native.pyi").read_text()).body:
        if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
            continue
        kind = getattr(_native, node.name)
        assert ast.get_docstring(node) == inspect.getdoc(kind), node.name
        for member in node.body:
            if isinstance(member, ast.FunctionDef) and not member.name.startswith("__"):
                runtime = inspect.getdoc(inspect.getattr_static(kind, member.name))
                assert runtime and ast.get_docstring(member) == runtime, member.name
                compared += 1
    # The attributes of two results, the methods of the template, those of the workflow, of which
    # one has two overloads; the attributes of three results, one with a method, those of a test
    # delivery, and the methods of the webhook.
    assert compared == 6 + 7 + 4 + 5 + 2 + 5 + 11 + 2 + 4


def test_the_version_is_that_of_the_distribution() -> None:
    from importlib.metadata import version

    assert visiono_workflow.__version__ == version("visiono-workflow")


def test_everything_public_is_documented() -> None:
    # A union of literals has no place for it.
    for name in set(visiono_workflow.__all__) - {"WebhookEvent"}:
        value = getattr(visiono_workflow, name)
        assert isinstance(value, str) or inspect.getdoc(value), name
