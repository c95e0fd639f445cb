"""Which numbers of the run are looked at: sample, layer, direction and unit; and what is too large to be opened."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lstm_viz.spec import QUERY_NAMES, NetworkSpec
from lstm_viz.ui.cell_place import Place, move
from lstm_viz.ui.cell_view import CellView
from lstm_viz.ui.settings import take

_STYLE = """
.st-key-cell_choices [data-testid=stNumberInput],.st-key-cell_choices [data-testid=stButtonGroup]
{display:flex;flex-direction:row;align-items:center;gap:.5rem}
.st-key-cell_choices [data-testid=stWidgetLabel]{margin:0;min-height:0;white-space:nowrap}
.st-key-cell_choices [data-testid=stNumberInputContainer]{width:6.5rem;flex:none}
"""
_ARROWS = {0: "→ forward", 1: "← reverse"}


def choices(view: CellView, at: Place) -> None:
    """The row of choices; one that has a single answer is not asked."""
    sizes = view.unrolled.sizes
    asked = [name for name, letter in _ASKED.items() if sizes[letter] > 1]
    if not asked:
        return
    st.html(f"<style>{_STYLE}</style>")
    with st.container(horizontal=True, vertical_alignment="center", key="cell_choices"):
        for name in asked:
            _choice(name, getattr(at, name), sizes)


def refuse(spec: NetworkSpec, smaller: Mapping[str, int]) -> None:
    """Say what is too large, what would do, and offer it."""
    was = ", ".join(f"{QUERY_NAMES[name]} = {getattr(spec, name):,}" for name in smaller)
    would = ", ".join(f"{QUERY_NAMES[name]} = {value:,}" for name, value in smaller.items())
    st.info(
        f"{was} is too much to look into number by number. The cell itself is the same for any size: "
        f"with {would} it can be opened.",
        icon=":material/zoom_in:",
    )
    st.button(f"Open it with {would}", type="primary", on_click=lambda: take(smaller))


_ASKED = {"sample": "B", "layer": "L", "direction": "D", "unit": "H"}


def _choice(name: str, value: int, sizes: Mapping[str, int]) -> None:
    most, key = sizes[_ASKED[name]] - 1, f"choose_{name}"
    st.session_state[key] = value
    if name == "direction":
        st.segmented_control(
            "direction",
            list(_ARROWS),
            format_func=_ARROWS.__getitem__,
            key=key,
            required=True,
            on_change=_take,
            args=(name,),
        )
        return
    label = f"{'hidden unit' if name == 'unit' else name}, 0–{most}"
    st.number_input(
        label, 0, most, step=1, key=key, on_change=_take, args=(name,), width=235 if name == "unit" else 195
    )


def _take(name: str) -> None:
    move(**{name: int(st.session_state[f"choose_{name}"])})
