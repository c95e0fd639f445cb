"""What a chosen tensor holds: its values, the meaning of each axis, and the code that reaches it."""

from __future__ import annotations

import streamlit as st

from lstm_viz.about import about
from lstm_viz.amounts import bytes_text
from lstm_viz.dims import Axis, describe
from lstm_viz.drawing.svg import leading_symbol
from lstm_viz.forward import Forward
from lstm_viz.trace import TensorRecord
from lstm_viz.ui.text import coloured, inline_code, literal


def inspector(forward: Forward, record: TensorRecord) -> None:
    """The panel of one tensor, with a choice of the slice where it has three axes."""
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
    st.dataframe(table.frame, height=min(360, 38 + 35 * max(len(table.frame), 1)), key=f"values_{record.name}")
    if table.note:
        st.caption(literal(table.note))
