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
    described = set()
    for node in ast.parse((FOLDER / "_native.pyi").read_text("utf-8")).body:
        if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
            continue
        kind = getattr(_native, node.name)
        assert ast.get_docstring(node) == inspect.getdoc(kind), node.name
        for member in node.body:
            if isinstance(member, ast.FunctionDef) and not member.name.startswith("__"):
                # Of two overloads the first one has the documentation.
                if (node.name, member.name) in described:
                    assert ast.get_docstring(member) is None, member.name
                    continue
                runtime = inspect.getdoc(inspect.getattr_static(kind, member.name))
                assert runtime and ast.get_docstring(member) == runtime, member.name
                described.add((node.name, member.name))
    classes = [kind for kind in vars(_native).values() if isinstance(kind, type)]
    assert described == {
        (kind.__name__, name) for kind in classes for name in vars(kind) if name[:2] != "__"
    }
    assert described


def test_the_version_is_that_of_the_distribution() -> None:
    from importlib.metadata import version

    assert visiono_workflow.__version__ == version("visiono-workflow")


def test_everything_public_is_documented() -> None:
    # A union of literals has no place for it.
    for name in set(visiono_workflow.__all__) - {"WebhookEvent"}:
        value = getattr(visiono_workflow, name)
        assert isinstance(value, str) or inspect.getdoc(value), name
