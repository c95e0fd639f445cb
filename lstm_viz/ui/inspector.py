"""What a chosen tensor holds: its values, the meaning of each axis, and the code that reaches it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import streamlit as st

from lstm_viz.about import about
from lstm_viz.amounts import bytes_text
from lstm_viz.dims import Axis, describe
from lstm_viz.drawing.svg import leading_symbol
from lstm_viz.forward import Forward
from lstm_viz.trace import TensorRecord
from lstm_viz.ui.projector_link import presenting
from lstm_viz.ui.shapes_place import adopt_shapes, shapes_place
from lstm_viz.ui.slides import back_bar, screen
from lstm_viz.ui.text import coloured, inline_code, literal

_ALL_IN_ROOM = 5
"""On a projector, whose rows are higher, a table of so many is shown whole."""


def inspector(forward: Forward, record: TensorRecord) -> None:
    """The panel of one tensor, with a choice of the slice where it has three axes.

    Presented, it stands in the place of the picture, to which one goes back.
    """
    if not presenting():
        _panel(forward, record)
        return
    back_bar("‹ The whole picture", _go_back, key="turn_tensor")
    with screen("tensor"):
        _panel(forward, record)


def _go_back() -> None:
    adopt_shapes(replace(shapes_place(), tensor="").to_query())


def _panel(forward: Forward, record: TensorRecord) -> None:
    said = about(forward, record)
    with st.container(border=True, key="inspector"):
        st.markdown(f"## {inline_code(record.variable or record.name)} {coloured(record)}", unsafe_allow_html=True)
        words, values = st.columns([2, 3], gap="medium")
        with words:
            st.markdown(literal(said.what))
            rows = [f"- {_letter(m.axis, m.size)}: {literal(m.meaning)}" for m in said.axes] or [
                "- one number, no axes"
            ]
            st.markdown("\n".join(rows), unsafe_allow_html=True)
            codes = [f"- {inline_code(code)}: {meaning}" for code, meaning in said.code]
            st.markdown("\n".join(codes), unsafe_allow_html=True)
            if said.mistake:
                st.markdown(f":material/lightbulb: {said.mistake}")
            dtype = str(record.dtype).removeprefix("torch.")
            st.caption(
                f"{record.elements:,} numbers of {dtype}, {bytes_text(record.nbytes)}. Axes {describe(record.axes)}."
            )
            for note in record.notes:
                st.warning(literal(note))
        with values:
            _values(forward, record)


def _letter(axis: Axis, size: int) -> str:
    symbol = leading_symbol(axis)
    return f'<span class="s-{symbol}">{axis} = {size:,}</span>' if symbol else f"{size:,}"


def _values(forward: Forward, record: TensorRecord) -> None:
    if record.values is None:
        reason = "computed from the axis names, not run" if forward.computed else "too large to be kept"
        st.info(f"No values here: this tensor was {reason}.")
        return
    from lstm_viz.tables import slice_names, value_table  # pandas: half a second that only this needs

    choices = slice_names(forward, record)
    chosen = 0
    if len(choices) > 1:
        chosen = st.selectbox("Show", range(len(choices)), format_func=choices.__getitem__, key=f"slice_{record.name}")
    table = value_table(forward, record, chosen)
    rows = max(len(table.frame), 1)
    fits = presenting() and rows <= _ALL_IN_ROOM
    height: Literal["auto"] | int = "auto" if fits else min(360, 38 + 35 * rows)
    st.dataframe(table.frame, height=height, key=f"values_{record.name}")
    if table.note:
        st.caption(literal(table.note))
