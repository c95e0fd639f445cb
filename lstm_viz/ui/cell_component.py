"""The cell diagram in the browser: it steps by itself, and tells Python where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from lstm_viz.ui.cell_place import Place, move, place
from lstm_viz.ui.components import component
from lstm_viz.ui.told import state_of, told

_PLAYER = component(
    "cell",
    '<div class="cell"><div class="top"><div class="bar" role="toolbar" aria-label="Time"></div>'
    '<p class="fact"></p></div><div class="steps"></div>'
    '<div class="stages"></div><div class="picture"></div></div>',
    parts=("place",),
)
_COMMAND = "cell_command"
CHOSE_UNIT = "cell_chose_unit"
"""Set in the session when a click in the picture has chosen another unit."""


def cell_player(
    drawing: Mapping[str, Any], at: Place, labels: list[str], fact: str, on_narrow: Callable[[], None], *, key: str
) -> None:
    """Show a drawing at a step. Where the visitor went by themselves is in ``place()``.

    What is sent stays the same while they step, so Streamlit sends it once: only a place that the browser does not know
    of goes out as a new command.
    """
    data = {"drawing": dict(drawing), "labels": labels, "fact": fact, "command": _command(at, key)}
    _PLAYER(
        key=key,
        data=data,
        default={"at": None, "narrow": False},
        on_at_change=lambda: _follow(key),
        on_narrow_change=on_narrow,
    )


def is_narrow(key: str) -> bool:
    """Whether the browser has too little room for the wide picture."""
    return bool(state_of(key).get("narrow"))


def _command(at: Place, key: str) -> dict[str, int]:
    last: dict[str, int] = st.session_state.get(_COMMAND, {"step": 0, "unit": 0, "number": 0})
    report = told(key, "at", "number", "step", "unit")
    known = report if report and report["number"] == last["number"] else last
    if (known["step"], known["unit"]) != (at.step, at.unit):
        last = {"step": at.step, "unit": at.unit, "number": last["number"] + 1}
    st.session_state[_COMMAND] = last
    return last


def _follow(key: str) -> None:
    """Go where the browser went, unless it has not yet heard of the last command."""
    report = told(key, "at", "number", "step", "unit")
    if not report or report["number"] != st.session_state.get(_COMMAND, {}).get("number"):
        return
    if report["unit"] != place().unit:
        st.session_state[CHOSE_UNIT] = True
    move(step=report["step"], unit=report["unit"])
