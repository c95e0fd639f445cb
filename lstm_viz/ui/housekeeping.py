"""What the server does between visitors' questions, for as long as it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from lstm_viz.ui.collecting import collect_when_quiet
from lstm_viz.ui.departures import forget_on_time
from lstm_viz.ui.theme_once import read_theme_once


@asynccontextmanager
async def housekeeping(_: Any) -> AsyncIterator[dict[str, Any]]:
    """The lifespan of the server."""
    read_theme_once()
    tasks = [asyncio.create_task(each()) for each in (forget_on_time, collect_when_quiet)]
    try:
        yield {}
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
