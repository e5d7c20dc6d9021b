"""The tests run with the package that is imported: a wheel, or what ``maturin develop`` made."""

import importlib.util
import pathlib
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import visiono_workflow

SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
OLD_SECRET = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
NOW = 1705500200
PROJECT = pathlib.Path(__file__).resolve().parents[1]
FOLDER = pathlib.Path(visiono_workflow.__file__).resolve().parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--installed", action="store_true", help="refuse a package of this folder")


def pytest_report_header() -> str:
    return f"package: {visiono_workflow.__version__} in {FOLDER}"


def pytest_sessionstart(session: pytest.Session) -> None:
    # After `maturin develop` the package is in this folder.
    in_tree = PROJECT in FOLDER.parents or "site-packages" not in FOLDER.parts
    if in_tree and session.config.getoption("--installed"):
        pytest.exit(f"{FOLDER} is not an installed package: install the wheel", returncode=4)


@pytest.fixture(scope="session")
def workflow() -> visiono_workflow.Workflow:
    return visiono_workflow.Workflow(SECRET)


@pytest.fixture(scope="session")
def databases() -> Iterator[Any]:
    """Databases for the tests of the inbox."""
    from inbox_kit import SHARED

    spec = importlib.util.spec_from_file_location("databases", SHARED / "databases.py")
    assert spec and spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.Databases("postgresql", "redis") as running:
        yield running


@pytest.fixture()
def place(databases: Any, tmp_path: pathlib.Path) -> Iterator[dict[str, Any]]:
    """The settings that give each kind of store its own tables: plain data, for other processes."""
    import psycopg

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
