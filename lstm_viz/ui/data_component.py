"""The Data page's pictures in the browser: the window that is dragged along the curve, and pictures that light up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lstm_viz.drawing.window_cut import CutDrawing
from lstm_viz.ui.components import component
from lstm_viz.ui.told import state_of, told, whole_number, word

_WINDOW = component(
    "window",
    '<div class="window"><div class="bar" role="toolbar" aria-label="Pairs"></div><div class="pages"></div>'
    '<div class="picture"></div><p class="row" aria-live="polite"></p></div>',
)
_PICTURES = component(
    "pictures", '<div class="picture"></div><p class="row" aria-live="polite"></p>', parts=("front", "parts")
)


@dataclass(frozen=True)
class CutPlace:
    """Where the window was left: the ``sample`` of a ``part``, and the first row of its window."""

    part: str
    sample: int
    row: int


def window_cutter(drawing: CutDrawing, *, key: str, on_move: Callable[[], None] = lambda: None) -> CutPlace | None:
    """Show the windows being cut. Returns where the visitor left the window, None before they moved it.

    All moving happens in the browser; Python hears of it when the window is let go. Where the visitor asks for other
    rows of a long table, ``wanted_row(key)`` says around which, and the next drawing should be of those.
    """
    data = {"drawing": _sent(drawing), "command": _command(drawing, key)}
    _WINDOW(
        key=key,
        data=data,
        default={"at": None, "page": None, "narrow": False},
        on_at_change=on_move,
        on_page_change=lambda: _turn(key),
        on_narrow_change=lambda: None,
    )
    at = told(key, "at", "sample", "row")
    return CutPlace(str(at.get("part", "")), at["sample"], at["row"]) if at else None


def wanted_row(key: str) -> int | None:
    """The row that the visitor's last turn of the page asked for."""
    return whole_number(st.session_state.get(f"{key}_row"))


def pictures(svg: str, *, key: str) -> str | None:
    """Show a picture of the data; what came from the same place (row, sample, element) lights up together.

    Returns the name of the step that was chosen in the way of the data, None where none is.
    """
    _PICTURES(
        key=key,
        data={"svg": svg, "picked": word(key, "picked")},
        default={"picked": None, "narrow": False},
        on_picked_change=lambda: None,
        on_narrow_change=lambda: None,
    )
    return word(key, "picked")


def is_narrow(key: str) -> bool:
    """Whether the browser has too little room for the wide picture of this component."""
    return bool(state_of(key).get("narrow"))


def _sent(drawing: CutDrawing) -> Mapping[str, Any]:
    return drawing.to_json()


def _command(drawing: CutDrawing, key: str) -> dict[str, int]:
    """A place that the browser does not know of goes out under a new number; else it stays where the visitor went."""
    name = f"{key}_command"
    last: dict[str, int] = st.session_state.get(name, {"place": -1, "first": -1, "number": 0})
    wanted = {"place": drawing.place, "first": drawing.cut.first}
    report = told(key, "at", "number", "place")
    known = report["place"] if report and report["number"] == last["number"] else last["place"]
    if (known, last["first"]) != (drawing.place, drawing.cut.first):
        last = wanted | {"number": last["number"] + 1}
    st.session_state[name] = last
    return last


def _turn(key: str) -> None:
    st.session_state[f"{key}_row"] = state_of(key).get("page")
