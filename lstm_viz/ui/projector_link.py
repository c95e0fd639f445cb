"""The entries of an address that are about presenting: whether this is the projector, and whom it follows."""

from __future__ import annotations

from lstm_viz.ui.link_entries import LinkEntries

PRESENT, FOLLOW = "present", "follow"
PROJECTOR_NAMES = (PRESENT, FOLLOW)
PROJECTOR_ENTRIES = LinkEntries("projector_entries", PROJECTOR_NAMES)


def presenting() -> bool:
    """Whether the page is shown to a room."""
    return PROJECTOR_ENTRIES.now().get(PRESENT) == "1"


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
