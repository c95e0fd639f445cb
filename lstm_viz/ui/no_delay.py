"""Answers leave at once.

asyncio switches Nagle's algorithm off (TCP_NODELAY) only for sockets of protocol number 6, and those that Streamlit
binds have 0. The second packet of every answer then waits for the browser to confirm the first, some 40 ms.
"""

from __future__ import annotations

import socket

from starlette.types import ASGIApp, Receive, Scope, Send


class NoDelay:
    """ASGI middleware that sets TCP_NODELAY on the connection that a question came by, where the server shows it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(getattr(receive, "__self__", None), "transport", None)  # uvicorn's own protocol object
        connection = transport.get_extra_info("socket") if transport else None
        if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await self._app(scope, receive, send)
