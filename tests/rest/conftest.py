"""The fixtures: a sandbox for each test, and the three languages."""

import pytest

from harness import Sandbox


def pytest_addoption(parser):
    parser.addoption("--long", type=int, metavar="SECONDS", help="how long the fuzzing takes")


@pytest.fixture
def sandbox():
    """Starts a sandbox for the test, with a key for everything."""
    with Sandbox() as started:
        yield started


@pytest.fixture(params=["php", "javascript", "python"])
def language(request):
    return request.param
