"""The databases of the tests, and the inboxes on them."""

import importlib.util
import pathlib
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from inbox_kit import SHARED


@pytest.fixture(scope="session")
def databases() -> Iterator[Any]:
    spec = importlib.util.spec_from_file_location("databases", SHARED / "databases.py")
    assert spec and spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.Databases("postgresql", "redis") as running:
        yield running


@pytest.fixture()
def place(databases: Any, tmp_path: pathlib.Path) -> Iterator[dict[str, Any]]:
    """What each kind of store needs to have tables of its own: plain data, for other processes."""
    name = f"t{uuid.uuid4().hex}"
    url = databases.urls["postgresql"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    yield {
        "sqlite": str(tmp_path / "inbox.sqlite3"),
        "postgresql": f"{url}?options=-csearch_path%3D{name}",
        "redis": databases.urls["redis"],
        "prefix": f"{{{name}}}",
    }
