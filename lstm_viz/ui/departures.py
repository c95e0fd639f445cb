"""Whoever has left is forgotten: their session, and with it all that they brought.

Streamlit keeps a session for a while after its connection ended, since phones sleep and networks drop; what is overdue
it removes only when the next visitor leaves. In a quiet night that is never.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from streamlit import config
from streamlit.runtime import get_instance


@asynccontextmanager
async def forgetting(_: Any) -> AsyncIterator[dict[str, Any]]:
    """The lifespan of the server: sessions that nobody came back to end on time."""
    task = asyncio.create_task(_forget_again_and_again())
    try:
        yield {}
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _forget_again_and_again() -> None:
    pause = max(1.0, config.get_option("server.disconnectedSessionTTL") / 4)
    while True:
        await asyncio.sleep(pause)
        sessions: Any = get_instance()._session_mgr
        for _, left in sessions._session_storage._cache.expire():
            left.session.shutdown()
