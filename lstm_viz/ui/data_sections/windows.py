"""The window that is dragged along the curve, what goes wrong by one, and what a shuffle does."""

from __future__ import annotations

import html

import streamlit as st

from lstm_viz.drawing.window_cut import window_cut
from lstm_viz.drawing.window_data import cut_from
from lstm_viz.preparation.mistakes import in_order, off_by_one, shuffle_after, shuffle_before
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.ui.data_component import is_narrow, wanted_row, window_cutter
from lstm_viz.ui.data_settings import DataSettings
from lstm_viz.ui.text import html_table, inline_code
from lstm_viz.ui.told import told

_KEY = "window"
_MOST = 100_000
"""Shuffling this many rows shows what shuffling more would."""


def section(now: DataSettings) -> None:
    """The pairs of a table being cut."""
    ready = now.ready
    assert isinstance(ready, Prepared)
    cut = cut_from(ready, around=wanted_row(_KEY) or 0)
    place = min(told(_KEY, "at", "place").get("place", 0), len(cut.pairs) - 1)
    window_cutter(window_cut(cut, place, tall=is_narrow(_KEY)), key=_KEY)
    st.html("<p class='small'>Drag the window along the curve, or use the arrow keys. " + _counts(ready) + "</p>")
    left, right = st.columns(2, gap="large")
    with left:
        _by_one(ready)
    with right:
        _shuffles(ready)


def _counts(ready: Prepared) -> str:
    parts = {step.part: step.arithmetic for step in ready.steps if step.stage == "windows" and step.arithmetic}
    return html.escape(". ".join(f"{name.capitalize()}: {text}" for name, text in parts.items()) + ".")


def _by_one(ready: Prepared) -> None:
    st.markdown("## Off by one")
    assert ready.table is not None
    rows = len(ready.parts["train"].rows) or ready.table.rows
    if ready.recipe.target_offset != 1 or not 1 <= ready.recipe.window < rows:
        st.caption("It is shown where the target is the row after the window.")
        return
    for found in off_by_one(rows, ready.recipe.window):
        st.html(f"<p><b>{html.escape(found.title)}.</b> {html.escape(found.sentence)}</p>")
        st.code(found.code, language="python")


def _shuffles(ready: Prepared) -> None:
    assert ready.table is not None
    st.markdown("## Shuffle the windows, never the rows")
    if not 2 <= ready.recipe.window <= ready.table.rows or ready.table.rows > _MOST:
        st.caption("An order can only be lost among two steps or more: make the window longer.")
        return
    about = (ready.table, ready.target_place, ready.recipe.window)
    seed = ready.recipe.seed
    kinds = (in_order(*about), shuffle_before(*about, seed=seed), shuffle_after(*about, seed=seed))
    rows = [
        (
            html.escape(found.title),
            inline_code(", ".join(found.labels[0][:4]) + (", …" if len(found.labels[0]) > 4 else "")),
            f"{found.correlation:.2f}",
        )
        for found in kinds
    ]
    st.html(html_table(("", "the first window", "a step and the next"), rows, numbers=("a step and the next",)))
    st.caption("The last column is the correlation of each value with the one after it, over all windows.")
    for found in kinds[1:]:
        st.html(f"<p><b>{html.escape(found.title)}.</b> {html.escape(found.sentence)}</p>")
        st.code(found.code, language="python")
