"""Reads the shared SQL, and turns its parameters into those of a driver."""

from __future__ import annotations

import re
from typing import Any

from . import _texts

# The statements of an operation; of any other there is one, with its name.
_STEPS = {"claim": ("exhaust", "claim"), "purge": ("forget", "drop", "drop_once")}


class Dialect:
    """The statements and migrations of one database.

    :param parameter: how the driver writes a parameter, ``\\1`` being its name.
    """

    def __init__(self, statements: str, migrations: dict[int, str], parameter: str) -> None:
        found = {**_named(_texts.STATEMENTS), **_named(statements)}
        self._texts = {
            name: re.sub(r":(\w+)", parameter, _expanded(text, found))
            for name, text in found.items()
        }
        self.migrations = {
            number: [each for each in _code(text).split(";\n") if each.strip()]
            for number, text in migrations.items()
        }

    def statement(self, name: str) -> str | None:
        return self._texts.get(name)

    def steps(self, operation: str) -> list[str]:
        return [self._texts[name] for name in _STEPS.get(operation, (operation,))]


def result(operation: str, results: list[Any]) -> Any:
    """Returns what an operation gives, from the rows or row counts of its statements."""
    if operation == "purge":
        return results[:2]
    return results[-1][0][0] if operation == "next" else results[-1]


def is_read(operation: str) -> bool:
    return operation in ("events", "dead", "counts", "next", "version", "hold")


def _code(text: str) -> str:
    return re.sub(r"^ *--.*\n", "", text + "\n", flags=re.MULTILINE)


def _named(text: str) -> dict[str, str]:
    parts = re.split(r"^-- name: (\w+)$", text, flags=re.MULTILINE)
    return {name: _code(code).strip() for name, code in zip(parts[1::2], parts[2::2])}


def _expanded(text: str, found: dict[str, str]) -> str:
    while "{" in text:
        text = re.sub(r"\{(\w+)\}", lambda each: found[each[1]], text)
    return text


SQLITE = Dialect(
    _texts.SQLITE,
    {0: _texts.SQLITE_0000, 1: _texts.SQLITE_0001, 2: _texts.SQLITE_0002},
    r":\1",
)
POSTGRESQL = Dialect(
    _texts.POSTGRESQL,
    {0: _texts.POSTGRESQL_0000, 1: _texts.POSTGRESQL_0001, 2: _texts.POSTGRESQL_0002},
    r"%(\1)s",
)
