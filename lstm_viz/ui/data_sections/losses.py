"""Cross-entropy's layouts, each run on scores of these sizes."""

from __future__ import annotations

import html

import streamlit as st

from lstm_viz.dims import describe
from lstm_viz.preparation.cross_entropy import LossLayout, cross_entropy_layouts
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.ui.data_settings import DataSettings
from lstm_viz.ui.text import html_table, inline_code


def section(now: DataSettings) -> None:
    """What torch makes of each layout, at these sizes and where T equals C."""
    ready = now.ready
    assert isinstance(ready, PreparedText)
    B, T, C = min(ready.recipe.batch_size, 64), ready.parts["train"].x.shape[1], len(ready.vocabulary)  # noqa: N806
    st.markdown(f"## Scores ({B}, {T}, {C}), targets ({B}, {T})")
    st.html(_layouts(cross_entropy_layouts(B, T, C)))
    st.markdown(f"## Where T equals C, a wrong layout is silent: scores ({B}, {C}, {C})")
    st.html(_layouts(tuple(each for each in cross_entropy_layouts(B, C, C) if each.silent)))


def _layouts(layouts: tuple[LossLayout, ...]) -> str:
    rows = [
        (
            "✓" if each.right else "✗ silent" if each.silent else "✗ refused",
            f"{inline_code(each.code)}<br><small>{html.escape(each.message or each.sentence)}</small>",
            f"{describe(each.scores_axes)} {each.scores_shape}<br>{describe(each.target_axes)} {each.target_shape}",
            "" if each.loss is None else f"{each.loss:.4f}",
        )
        for each in layouts
    ]
    table = html_table(("", "call, and what PyTorch says", "scores, target", "loss"), rows, numbers=("loss",))
    return table.replace("lv-table", "lv-table wrapped")
