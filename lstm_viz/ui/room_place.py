"""Where a room is: the addresses that phones can reach, and what of a presenter's address a room is shown."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

import segno
import streamlit as st

from lstm_viz.spec import QUERY_NAMES
from lstm_viz.ui.base_path import served_at
from lstm_viz.ui.projector_link import PROJECTOR_NAMES
from lstm_viz.ui.rooms import RoomError, entries_of
from lstm_viz.ui.settings import OTHERS

ROUTE, JOIN = "/room", "/j"
HEADER = "room-secret"
_NOT_SHOWN = ("embed", "embed_options", "page", *PROJECTOR_NAMES)
_HOW = "This server answers this computer alone. For phones start it with: make run HOST=0.0.0.0"


@dataclass(frozen=True)
class Reach:
    """The address that phones open, and what stands in the way; nothing where the sentence is empty."""

    origin: str
    sentence: str = ""


def path_of(page: str, pages: Iterable[str]) -> str:
    """The path of one of ``pages`` in the browser; the first is the root."""
    name = "" if page == next(iter(pages)) else page.removeprefix("pages/").removesuffix(".py")
    return served_at(f"/{name}")


def page_of(path: str, pages: Iterable[str]) -> str:
    """The one of ``pages`` that has this path in the browser. Raises RoomError where none has.

    The first has two: on a server that has not run app.py yet, it stands under its own name as well.
    """
    at = {served_at(f"/{page.removeprefix('pages/').removesuffix('.py')}"): page for page in pages}
    at |= {path_of(page, pages): page for page in pages}
    found = at.get(path) or at.get(path.rstrip("/"))
    if found is None:
        raise RoomError(f"expected the path of one of the {len(set(at.values()))} pages, got {path[:60]!r}")
    return found


def entries_for_room(query: str) -> dict[str, str]:
    """What of a presenter's address the room is shown: the settings, and not how they are presented."""
    known = {*QUERY_NAMES.values(), *OTHERS}.difference(_NOT_SHOWN)
    return entries_of(query, known)


def reach() -> Reach:
    """Where phones find this server: where the presenter's browser does, unless that is their own computer."""
    url = urlsplit(st.context.url or "")
    if not url.hostname:
        return Reach(f"http://localhost:{st.get_option('server.port')}", _HOW)
    if not _is_own(url.hostname):
        return Reach(f"{url.scheme}://{url.netloc}")
    if _is_own(str(st.get_option("server.address") or "")):
        return Reach(f"{url.scheme}://{url.netloc}", _HOW)
    address = lan_address()
    if address is None:
        return Reach(f"{url.scheme}://{url.netloc}", "This computer is in no network that phones could share.")
    return Reach(f"{url.scheme}://{address}{f':{url.port}' if url.port else ''}")


def lan_address() -> str | None:
    """This computer's address in its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation: the system only chooses its own
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if ip_address(address).is_loopback else address


def join_link(reached: Reach, code: str) -> str:
    """The short link of a room."""
    return f"{reached.origin}{served_at(JOIN)}/{code}"


@lru_cache(maxsize=64)
def qr_code(text: str) -> str:
    """A QR code as SVG, black on white: phones read that in the dark theme too."""
    made: str = segno.make(text, error="m", micro=False).svg_inline(border=3, light="#fff", omitsize=True)
    return made


def _is_own(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
