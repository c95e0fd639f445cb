"""Whoever has left is forgotten: their session, and with it all that they brought.

Streamlit keeps a session for a while after its connection ended, since phones sleep and networks drop; what is overdue
it removes only when the next visitor leaves. In a quiet night that is never.
"""

from __future__ import annotations

import asyncio
from typing import Any

from streamlit import config
from streamlit.runtime import get_instance


async def forget_on_time() -> None:
    """Sessions that nobody came back to end, again and again."""
    pause = max(1.0, config.get_option("server.disconnectedSessionTTL") / 4)
    while True:
        await asyncio.sleep(pause)
        sessions: Any = get_instance()._session_mgr
        for _, left in sessions._session_storage._cache.expire():
            left.session.shutdown()
