"""Where the app lives below its host: "/lstm" behind a proxy that serves other things as well, else nothing."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import Route
from streamlit import config


def base_path() -> str:
    """The server's baseUrlPath with a slash before it, or ""."""
    base = str(config.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}" if base else ""


def served_at(path: str) -> str:
    """A path of the server as the browser asks for it."""
    return base_path() + path


def under_base(routes: Sequence[Route]) -> list[Route]:
    """Our own routes at their place below the base path: Streamlit moves only its own there."""
    return [Route(base_path() + each.path, each.endpoint, methods=list(each.methods or ())) for each in routes]
