"""A series with what a network says of it: one step ahead from true values, and running free on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from lstm_viz.datasets import Table
from lstm_viz.figures.style import CHOSEN, COLOURS, FAINT, PRESENT, as_it_is, dressed, ticks

if TYPE_CHECKING:
    from lstm_viz.training.prediction import Predicted

_MOST_TICKS = 9
_FREE = COLOURS["f"]
_AROUND = 3


def forecast_figure(table: Table, column: int, one: Predicted, free: Predicted) -> go.Figure:
    """The rows around the free run: actual values, one step ahead as a line, running free as dashes."""
    first, last = int(free.rows[0]), int(free.rows[-1])
    low = max(0, first - _AROUND * max(12, len(free.rows)))
    rows = np.arange(low, table.rows)
    near = one.rows >= low
    figure = go.Figure()
    _line(figure, rows, table.values[rows, column], "actual", CHOSEN, None)
    _line(figure, one.rows[near], one.predicted[near], "one step ahead", PRESENT, None)
    _line(figure, free.rows, free.predicted, "running free", _FREE, "dash")
    figure.add_vrect(x0=first - 0.5, x1=last + 0.5, fillcolor=FAINT, opacity=0.35, line_width=0, layer="below")
    shown = np.arange(low, max(table.rows, last + 1))
    places = [int(shown[place]) for place in ticks(len(shown), _MOST_TICKS)]
    labels = [table.labels[row] if row < table.rows else f"+{row - table.rows + 1}" for row in places]
    dressed(figure, 400)
    figure.update_xaxes(tickvals=places, ticktext=[as_it_is(label) for label in labels])
    figure.update_yaxes(title_text=as_it_is(free.target_name), showgrid=True, gridcolor=FAINT)
    figure.update_layout(
        showlegend=True, hovermode="x unified", legend={"orientation": "h", "y": 1.08, "x": 0, "yanchor": "bottom"}
    )
    return figure


def _line(
    figure: go.Figure,
    x: np.ndarray[tuple[int], np.dtype[np.int64]],
    y: np.ndarray,
    name: str,
    colour: str,
    dash: str | None,
) -> None:
    mode = "lines+markers" if dash else "lines"
    line = {"color": colour, "width": 3 if dash else 2, "dash": dash}
    figure.add_trace(go.Scatter(x=x, y=y, name=name, mode=mode, line=line, marker_size=5, hovertemplate="%{y:,.4g}"))
