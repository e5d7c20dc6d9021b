"""The tests run against the package as it is installed, never against this folder."""

import pathlib

import pytest
import visiono_workflow

SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
OLD_SECRET = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
NOW = 1705500200
PROJECT = pathlib.Path(__file__).resolve().parents[1]


def pytest_sessionstart(session: pytest.Session) -> None:
    where = pathlib.Path(visiono_workflow.__file__).resolve()
    if PROJECT in where.parents or "site-packages" not in where.parts:
        pytest.exit(f"{where} is not an installed package: install the wheel", returncode=4)


@pytest.fixture(scope="session")
def workflow() -> visiono_workflow.Workflow:
    return visiono_workflow.Workflow(SECRET)
