"""When the server looks for unreachable objects."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator

import pytest

from lstm_viz.ui import collecting
from tests.support.run_async import run_async


@pytest.fixture
def as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def full_collections() -> int:
    return int(gc.get_stats()[2]["collections"])


@pytest.mark.usefixtures("as_it_was")
def test_it_collects_when_it_is_quiet_and_not_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "LOOKS_EVERY", 0.02)
    monkeypatch.setattr(collecting, "QUIET", 100.0)
    monkeypatch.setattr(collecting, "AT_MOST_EVERY", 0.1)

    async def a_while() -> tuple[int, int]:
        task = asyncio.create_task(collecting.collect_when_quiet())
        await asyncio.sleep(0)
        start = full_collections()
        rings: list[list[object]] = []
        for _ in range(200_000):  # enough for Python to begin a full collection, were it left to it
            ring: list[object] = []
            ring.append(ring)
            rings.append(ring)
        busy = full_collections() - start
        await asyncio.sleep(0.5)
        task.cancel()
        return busy, full_collections() - start

    busy, in_all = run_async(a_while())
    assert busy == 0
    assert in_all >= 1
    assert gc.get_freeze_count() > 10_000
