"""The inbox does what its contract says, on SQLite."""

import pathlib
from typing import Any

import pytest
from inbox_kit import SCENARIOS, run_scenario
from visiono_workflow.inbox import Inbox, SQLiteStore


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str, tmp_path: pathlib.Path) -> None:
    def make(**options: Any) -> Inbox:
        inbox = Inbox(SQLiteStore(tmp_path / "inbox"), **options)
        inbox.migrate()
        return inbox

    run_scenario(SCENARIOS[name], make)


def test_all_scenarios_ran() -> None:
    assert len(SCENARIOS) == 16
