"""Step by step: the cell with its numbers, the transport bar, and one unit's arithmetic. A fragment of its own."""

from __future__ import annotations

import streamlit as st

from lstm_viz.drawing.cell_strips import MOST_UNITS, shown_rows
from lstm_viz.ui.cell_cache import Opened, cell_view, drawing_of, open_run
from lstm_viz.ui.cell_component import CHOSE_UNIT, cell_player, is_narrow
from lstm_viz.ui.cell_place import place
from lstm_viz.ui.cell_view import CellView
from lstm_viz.ui.projector_link import presenting
from lstm_viz.ui.settings import current
from lstm_viz.ui.text import literal
from lstm_viz.ui.unit_panel import unit_panel

_KEY = "cell"
_SAME = "✓ equal to torch: max difference 0"


@st.fragment
def step_by_step() -> None:
    """The picture follows the visitor by itself; what is below it follows a moment later."""
    if st.session_state.pop(CHOSE_UNIT, False):
        st.rerun()  # the whole page: the unit is among its choices
    settings = current()
    opened, view = open_run(settings), cell_view(settings)
    assert opened is not None
    drawing, note = drawing_of(settings, view, _anchor(view), tall=is_narrow(_KEY)), sliced(view)
    if note and presenting():
        st.caption(literal(note))  # the picture takes the room that is left below
    cell_player(drawing, place(), labels_of(view), fact_of(opened), lambda: None, key=_KEY)
    if note and not presenting():
        st.caption(literal(note))
    with st.container(key="unit_numbers"):
        unit_panel(view, torch_value(opened, view))


def labels_of(view: CellView) -> list[str]:
    """What each step is called in the data, "1949-03"; empty where the data has no names."""
    batch = view.forward.batch
    steps = range(view.unrolled.lengths[view.sample])
    return ["" if batch is None else batch.label(view.sample, step) or "" for step in steps]


def fact_of(opened: Opened) -> str:
    """Whether this run is PyTorch's own."""
    return f"✓ equal to torch: max difference {opened.difference:.1e}" if opened.difference else _SAME


def sliced(view: CellView) -> str:
    """What the picture leaves out."""
    hidden, features = view.unrolled.sizes["H"], int(view.layer_pass.x.shape[-1])
    drawn = len(shown_rows(hidden, view.unit))
    parts = [f"{drawn} of {hidden} units are drawn, the chosen one always"] if hidden > MOST_UNITS else []
    if features > 4:
        parts.append(f"3 of the {features} numbers of x_t are drawn")
    return "; ".join(parts).capitalize() + ("; every number counts in the sums." if parts else "")


def torch_value(opened: Opened, view: CellView) -> float | None:
    """What PyTorch's own layer has for this unit at this step; None where a projection leaves the unit without an h."""
    output = opened.outputs[view.layer]  # (B, T, D·H)
    each = output.shape[-1] // view.unrolled.sizes["D"]
    if view.unit >= each:
        return None
    return float(output[view.sample, view.step, view.direction * each + view.unit])


def _anchor(view: CellView) -> int:
    """The unit that the drawn rows are chosen around: they stay as long as the chosen unit is among them."""
    hidden = view.unrolled.sizes["H"]
    anchor = st.session_state.get("cell_anchor", 0)
    if hidden <= MOST_UNITS:
        return 0
    if anchor >= hidden or view.unit not in shown_rows(hidden, anchor):
        anchor = view.unit
    st.session_state["cell_anchor"] = anchor
    return int(anchor)
