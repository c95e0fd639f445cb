"""What every answer tells the browser, and what is refused before Streamlit sees it.

Streamlit sends no security headers, shows its memory use to everyone, takes any number of files from a visitor, and
when a foreign page opens its websocket it asks a host on the internet for the machine's own address.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from lstm_viz.ui.base_path import base_path
from lstm_viz.ui.upload_limits import upload_slot

CLOSED = re.compile(r"/_stcore/(metrics|agent|script-health-check)(/|$)")
"""What Streamlit serves and no visitor needs."""
_HEALTH = "/_stcore/health"
_READING = ("GET", "HEAD", "OPTIONS")
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@cache
def headers() -> dict[str, str]:
    """The headers of every answer.

    Scripts are our own files, ``blob:``, by which Streamlit loads a component, and the one script that stands in
    Streamlit's page, known by its hash: a handler or a script that a text brings along does not run. There is no
    frame-ancestors, since ``?embed=true`` is meant for frames on other sites.
    """
    policy = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "blob:", *_inline_scripts()]),
        "style-src": "'self' 'unsafe-inline'",  # Streamlit and Plotly write styles into the page
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=()",
        "Referrer-Policy": "same-origin",  # an address holds all settings
        "X-Content-Type-Options": "nosniff",
    }


def _inline_scripts() -> list[str]:
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    scripts = _INLINE_SCRIPT.findall(page.read_text(encoding="utf-8"))
    return [f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in scripts]


class Guard:
    """ASGI middleware: the headers on every answer; foreign pages, foreign names and closed paths are refused."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers())
            await send(message)

        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif (refused := refusal(scope)) is None:
            with upload_slot(scope) as full:
                await (_refuse(413, full) if full else self._app)(scope, receive, dressed)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refused[1]})  # before it is accepted: 403
        else:
            await _refuse(*refused)(scope, receive, dressed)


def _refuse(status: int, sentence: str) -> ASGIApp:
    return PlainTextResponse(sentence, status)


def refusal(scope: Scope) -> tuple[int, str] | None:
    """A status and a sentence where a question is not to be answered.

    What changes something, and every websocket, has to come from a page of this server: a browser says so in Origin.
    Programs that are no browser send none, and nothing that a browser keeps for its visitor either.
    """
    path = _path(scope)
    sent = Headers(scope=scope)
    host, origin = sent.get("host"), sent.get("origin")
    if CLOSED.match(path):
        return 404, "Not found"
    if path != _HEALTH and not is_host_allowed(host):
        return 403, "This server does not answer to that name: see server.allowedHosts."
    if scope["type"] == "http" and scope["method"] in _READING:
        return None
    return None if origin is None or _own(origin, host) else (403, "Expected a question from a page of this server.")


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(base_path())


def _own(origin: str, host: str | None) -> bool:
    """Whether a page of ``origin`` is one of ours, or one that the server's owner named."""
    allowed = config.get_option("server.corsAllowedOrigins")
    return not config.get_option("server.enableCORS") or origin in allowed or urlsplit(origin).netloc == host
