"""The table itself: its first and last rows, and what was found in it."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.sheet import preview
from lstm_viz.ui.data_settings import DataSettings
from lstm_viz.ui.text import html_table, literal

_ROWS = 40


def section(now: DataSettings) -> None:
    """A visitor's own sheet as it was read, or the bundled table."""
    if now.sheet is not None and now.recipe.data == "table":
        for finding in now.sheet.findings:
            st.html(f"<p>{html.escape(finding.text)}</p>")
        found = preview(now.sheet, rows=_ROWS)
        strays = {
            (int(now.sheet.rows[place]), str(column)): str(text)
            for column, cells in now.sheet.strays.items()
            for place, text in cells.items()
        }
        columns = [str(column) for column in found.frame.columns]
        rows = [
            (str(row), *(_cell(strays.get((row, name), cell)) for name, cell in zip(columns, cells, strict=True)))
            for row, *cells in found.frame.itertuples(name=None)
        ]
        st.html(html_table(("row", *columns), rows))
        st.caption(literal(found.note))
        return
    assert isinstance(now.ready, Prepared)
    table = now.ready.table
    assert table is not None
    places = np.unique(np.linspace(0, table.rows - 1, min(_ROWS, table.rows)).round().astype(int))
    rows = [
        (str(place), html.escape(table.labels[place]), *map(_cell, table.values[place].tolist())) for place in places
    ]
    st.html(html_table(("row", "", *table.columns), rows, numbers=("row", *table.columns)))
    shown = "All" if len(places) == table.rows else f"{len(places):,} of"
    st.caption(literal(f"{shown} {table.rows:,} rows. {table.source}"))


def _cell(value: object) -> str:
    whole = isinstance(value, float) and value.is_integer()
    text = f"{value:.0f}" if whole else f"{value:.6g}" if isinstance(value, float) else str(value)
    text = text.removesuffix(" 00:00:00")
    return html.escape("" if text in ("nan", "NaT") else text[:80])
