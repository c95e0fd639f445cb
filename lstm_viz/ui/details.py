"""Below the picture, in tabs: the tensors as a table, the parameters, the code, the cost."""

from __future__ import annotations

import html

import streamlit as st

from lstm_viz.amounts import bytes_text
from lstm_viz.budget import explain
from lstm_viz.dims import describe
from lstm_viz.drawing.markup import weights_table
from lstm_viz.forward import Forward
from lstm_viz.ui.caches import cached_cost, cached_parameters, script_of
from lstm_viz.ui.embed import is_embedded
from lstm_viz.ui.tabs import DETAIL_TABS
from lstm_viz.ui.text import coloured, html_table, inline_code


def details(forward: Forward) -> None:
    """The tabs; only the open one is worked out. The view for an iframe has none."""
    if is_embedded():
        return
    fill = {"tensors": _tensors, "parameters": _parameters, "code": _code, "cost": _cost}
    for word, tab in DETAIL_TABS.open():
        with tab:
            fill[word](forward)


def _tensors(forward: Forward) -> None:
    columns = ("tensor", "made by", "axes", "shape", "dtype", "elements", "bytes", "from")
    rows = [
        (
            inline_code(record.name),
            inline_code(record.expression),
            html.escape(describe(record.axes)),
            coloured(record),
            html.escape(str(record.dtype).removeprefix("torch.")),
            f"{record.elements:,}",
            f"{record.nbytes:,}",
            html.escape(", ".join(record.parents)),
        )
        for record in forward.trace
    ]
    st.html(html_table(columns, rows, numbers=("elements", "bytes")))
    if forward.computed:
        st.caption("Computed from the names of the axes, not run.")


def _parameters(forward: Forward) -> None:
    if forward.computed:
        _counted_parameters(forward)
        return
    table = cached_parameters(forward.spec)
    st.html(weights_table(table.rows))
    sums = [f"- `{module.module}`: {module.arithmetic}" for module in table.modules]
    st.markdown("\n".join([*sums, f"- **in all: {table.total:,}**, equal to PyTorch's own count"]))


def _counted_parameters(forward: Forward) -> None:
    """Of a network that is not built: how many there are, by arithmetic."""
    spent = cached_cost(forward.spec)
    rows = [(part.name, f"{part.times:,}", part.each.formula, part.each.arithmetic) for part in spent.weights]
    st.html(html_table(("part", "times", "parameters", "in numbers"), rows, numbers=("times",)))
    st.markdown(f"- **in all: {spent.parameters:,}**, computed, not built")


def _code(forward: Forward) -> None:
    text = script_of(forward)
    st.caption("It needs torch alone, and prints the shapes above.")
    st.code(text, language="python")


def _cost(forward: Forward) -> None:
    spent = cached_cost(forward.spec)
    st.markdown(explain(spent))
    parts = [(part.name, str(part.times), part.each.formula, part.each.arithmetic) for part in spent.parts]
    st.html(html_table(("part", "times", "multiply-adds", "in numbers"), parts, numbers=("times",)))
    memory = {
        "parameters": spent.parameter_bytes,
        "tensors": spent.activation_bytes,
        "working memory, at most": spent.working_bytes,
    }
    rows = [(name, f"{count:,}", bytes_text(count)) for name, count in memory.items()]
    st.html(html_table(("memory", "bytes", "that is"), rows, numbers=("bytes", "that is")))
