"""Prints every public name of the installed package, with its members and signatures."""

import dataclasses
import inspect
from types import ModuleType

import visiono_workflow
import visiono_workflow.explain
import visiono_workflow.inbox


def is_public(name: str) -> bool:
    return not name.startswith("_") or name in ("__init__", "__new__", "__version__")


def signature(member: object) -> str:
    try:
        return str(inspect.signature(member))
    except (TypeError, ValueError):
        return ""


def members(cls: type) -> list[str]:
    lines = []
    for name, member in sorted(vars(cls).items()):
        if not is_public(name):
            continue
        if isinstance(member, (classmethod, staticmethod)):
            kind = type(member).__name__
            lines.append(f"{kind} {name}{signature(getattr(cls, name))}")
        elif callable(member):
            # A class is called with the arguments of `__new__`.
            lines.append(f"def {name}{signature(cls if name == '__new__' else member)}")
        elif inspect.isdatadescriptor(member):
            lines.append(f"property {name}")
        else:
            lines.append(f"{name} = {member!r}")
    if dataclasses.is_dataclass(cls):
        lines += [f"field {each.name}" for each in dataclasses.fields(cls)]
    # `typing.is_typeddict` is not in every supported Python.
    if hasattr(cls, "__total__"):
        lines += [f"key {name}" for name in sorted(cls.__annotations__)]
    return lines


def show(module: ModuleType) -> None:
    for name in sorted(module.__all__):
        item = getattr(module, name)
        if isinstance(item, type):
            bases = ", ".join(base.__name__.replace("_Result", "object") for base in item.__bases__)
            print(f"class {name}({bases})")
            for line in members(item):
                print(f"    {line}")
        elif callable(item):
            print(f"def {name}{signature(item)}")
        else:
            print(f"{name}: {type(item).__name__}")


show(visiono_workflow)
print("module visiono_workflow.explain")
show(visiono_workflow.explain)
print("module visiono_workflow.inbox")
show(visiono_workflow.inbox)
