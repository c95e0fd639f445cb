"""Many-to-one and many-to-many: which h leave the layer, what output, h_n and c_n hold, and where they are equal."""

from __future__ import annotations

import html
from functools import partial

import streamlit as st

from lstm_viz.drawing.leaving import Leaving, Place, leaving_diagram
from lstm_viz.equalities import Equality, equalities, holdings, reached_by
from lstm_viz.ui.cell_sections.inputs import module_call
from lstm_viz.ui.cell_view import CellView
from lstm_viz.ui.charts import coloured_axes
from lstm_viz.ui.drawing_component import drawing
from lstm_viz.ui.slides import Screen, on_screens
from lstm_viz.ui.text import inline_code

_KINDS: dict[Leaving, str] = {
    "everything": "everything that leaves",
    "one": "many-to-one",
    "many": "many-to-many",
}


def section(view: CellView) -> None:
    """The grid, then what the results hold, then the equalities as they were measured."""
    on_screens(
        "what_leaves",
        [
            Screen("What leaves the layer", partial(_grid, view)),
            Screen("What output and the states hold", partial(_results, view)),
        ],
    )


def _grid(view: CellView) -> None:
    what: Leaving = st.segmented_control(
        "Show",
        list(_KINDS),
        format_func=_KINDS.__getitem__,
        default="everything",
        required=True,
        key="cell_leaving",
        persist_state="session",
    )
    st.markdown(" ".join(sentences(view, what)), unsafe_allow_html=True)
    width = view.layer_pass.h.shape[-1]
    unit = min(view.unit, width - 1)
    place = Place(view.layer, view.direction, view.step)
    legend = f"Numbers: unit {unit} of sample {view.sample}. Framed: leaves the layer. Dashed: stays inside. "
    drawing(
        leaving_diagram(view.unrolled, view.sample, unit, place, what),
        f"{legend}Blue ring: the chosen layer, direction and step.",
        key="cell_leaving_grid",
    )


def _results(view: CellView) -> None:
    held, equal = st.columns([1, 1], gap="medium")
    with held:
        st.markdown("## What each result holds")
        for holding in holdings(view.module):
            st.markdown(
                f"{inline_code(holding.name)} {coloured_axes(holding.axes, view.unrolled.sizes)}  \n"
                f"{holding.sentence}{_rows(holding.rows)}",
                unsafe_allow_html=True,
            )
    with equal:
        st.markdown("## Where they are equal, checked on this run")
        output, state = module_call(view)
        st.markdown(
            "\n".join(_equality(each) for each in equalities(view.module, output, state)), unsafe_allow_html=True
        )


def sentences(view: CellView, what: Leaving) -> list[str]:
    """The grid read aloud, and where the chosen h can be reached."""
    sizes = view.unrolled.sizes
    L, D, T = sizes["L"], sizes["D"], sizes["T"]  # noqa: N806
    width = "P" if "P" in sizes else "H"
    layer = "the last layer" if L > 1 else "the layer"
    one = "h_n[-1]" if D == 1 else "torch.cat([h_n[-2], h_n[-1]], dim=1)"
    last = f"{'D·' * (D == 2)}{width} = {sizes[width] * D}"
    everything = (
        f"Of {L}·{D}·{T} = {L * D * T:,} vectors h, those of {layer} leave as output, and the last one that each row "
        "reads leaves as h_n" + ("; all the others stay inside." if L > 1 else ".")
    )
    said = {
        "everything": everything,
        "one": f"Many-to-one: only the end of {layer} counts, {inline_code(one)}, one vector of {last} numbers for "
        "each sequence.",
        "many": f"Many-to-many: every step of {layer} counts, {inline_code('output')}, T = {T} vectors of {last} "
        "numbers for each sequence.",
    }[what]
    return [said, _head(view), _chosen(view)]


def _head(view: CellView) -> str:
    one = view.forward.spec.head in ("last_step", "last_hidden")
    return f"The head of your network is {'many-to-one' if one else 'many-to-many'}."


def _chosen(view: CellView) -> str:
    sizes = view.unrolled.sizes
    found = reached_by(view.module, view.layer, view.direction, view.step, sizes["T"])
    arrow = " ←" if view.direction else " →" if sizes["D"] == 2 else ""
    name = f"The h of layer {view.layer}{arrow} at step {view.step}"
    if found:
        return f"{name} stands in {' and '.join(map(inline_code, found))}."
    higher = f", and handed up to layer {view.layer + 1}" if view.layer < sizes["L"] - 1 else ""
    return f"{name} is in no result: it is used inside only{higher}."


def _rows(rows: tuple[str, ...]) -> str:
    if len(rows) <= 1:
        return ""
    return f" Its rows: {', '.join(f'[{place}] {html.escape(row)}' for place, row in enumerate(rows))}."


def _equality(each: Equality) -> str:
    sign = ":material/check_circle:" if each.holds else ":material/cancel:"
    verb = "equals" if each.holds else "is not"
    if not each.as_expected:
        verb = "should equal" if each.holds else "happens to equal"
    difference = f"max difference {each.difference:.3g}"
    return f"- {sign} {inline_code(each.left)} {verb} {inline_code(each.right)}: {difference}. {each.sentence}"
