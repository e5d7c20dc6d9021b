"""Every scenario, on every store."""

import asyncio
from typing import Any

import pytest
from inbox_kit import SCENARIOS, run_scenario
from make import ASYNC, STORES, blocking


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("store", [*STORES, *ASYNC])
def test_scenario(store: str, name: str, place: dict[str, Any]) -> None:
    loop = asyncio.new_event_loop()
    made: list[Any] = []

    def make(**options: Any) -> Any:
        made.append(blocking(place, store, loop, **options))
        made[0].migrate()
        return made[0]

    try:
        run_scenario(SCENARIOS[name], make)
    finally:
        for inbox in made:
            inbox.close()
        loop.close()
