"""The tests run with the package that is imported: a wheel, or what ``maturin develop`` made."""

import pathlib

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
