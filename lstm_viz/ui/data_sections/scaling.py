"""What leaks when scalers are fitted on every row, on this very split."""

from __future__ import annotations

import html

import streamlit as st

from lstm_viz.preparation.leak import Fit, leak
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.spec import SpecError
from lstm_viz.ui.data_settings import DataSettings
from lstm_viz.ui.text import html_table, literal


def section(now: DataSettings) -> None:
    """Both fits side by side, and what it does to the test rows."""
    ready = now.ready
    assert isinstance(ready, Prepared)
    assert ready.table is not None
    for step in ready.steps:
        if step.stage in ("split", "scaled"):
            st.html(f"<p><code>{html.escape(step.name)}</code> {html.escape(step.sentence)}</p>")
    st.markdown("## Fitted on the training rows, or on all")
    try:
        found = leak(ready.recipe, ready.table)
    except SpecError as error:
        st.info(literal(str(error)))
        return
    rows = [
        (
            html.escape(column.name),
            column.role,
            _fit(column.honest),
            _fit(column.leaking),
            f"{column.difference:.3g} ({html.escape(column.label)})",
            f"{column.outside:,} of {column.test_rows:,}",
        )
        for column in found.columns
    ]
    columns = ("column", "role", "training rows", "all rows", "scaled test values differ by", "test outside the range")
    st.html(html_table(columns, rows))
    st.html(f"<p>{html.escape(found.sentence)}</p>")
    for column in found.columns[:6]:
        st.html(f"<p class='small'>{html.escape(column.sentence)}</p>")


def _fit(fit: Fit) -> str:
    return f"{fit.least:,.5g} … {fit.largest:,.5g}, mean {fit.mean:,.5g}"
