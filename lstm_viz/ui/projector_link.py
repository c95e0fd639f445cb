"""The entries of an address that are about presenting: whether this is the projector, and whom it follows."""

from __future__ import annotations

import streamlit as st

from lstm_viz.ui.link_entries import LinkEntries

PRESENT, FOLLOW = "present", "follow"
PROJECTOR_NAMES = (PRESENT, FOLLOW)
KEY = "projector"
"""The component that knows."""
USUAL_TYPE, _LARGEST_TYPE = 1.6, 4.0
PROJECTOR_ENTRIES = LinkEntries("projector_entries", PROJECTOR_NAMES)


def presenting() -> bool:
    """Whether the page is shown to a room."""
    return PROJECTOR_ENTRIES.now().get(PRESENT) == "1"


def chart_type() -> float:
    """How many times as large the texts of a chart are while it is presented; the browser knows its screen."""
    said = st.session_state.get(KEY) or {}
    found = said.get("type") if hasattr(said, "get") else None
    return float(found) if isinstance(found, int | float) and 1 <= found <= _LARGEST_TYPE else USUAL_TYPE


def following() -> str:
    """The code of the room that this visitor follows; empty for none."""
    return PROJECTOR_ENTRIES.now().get(FOLLOW, "")


def present(on: bool) -> None:
    """Begin or end presenting."""
    _say(PRESENT, "1" if on else "")


def follow(code: str) -> None:
    """Follow a room; none, where the code is empty."""
    _say(FOLLOW, code)


def _say(name: str, value: str) -> None:
    others = {key: text for key, text in PROJECTOR_ENTRIES.now().items() if key != name}
    PROJECTOR_ENTRIES.keep(others | ({name: value} if value else {}))
