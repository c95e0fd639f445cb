"""Beyond the test: one step ahead from true values, and running free on its own predictions."""

from __future__ import annotations

import html

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from lstm_viz.amounts import measured_text
from lstm_viz.figures.forecast import forecast_figure
from lstm_viz.training.prediction import PredictionError, free_running, one_step_ahead
from lstm_viz.ui.charts import chart
from lstm_viz.ui.text import literal
from lstm_viz.ui.training_offer import Offer
from lstm_viz.ui.training_run import Trained, or_wait

_MOST = 200


def section(offer: Offer | None, run_id: str | None) -> None:
    """Both ways in one chart, told apart by line and word."""
    found = or_wait(run_id, "then it predicts the series further than its table goes.")
    if found is None:
        return
    table = found.offer.data.prepared.table
    ahead = min(_MOST, max(24, table.rows // 4))
    left, right = st.columns(2)
    steps = left.slider("rows to run free", 1, _MOST, min(ahead, 36), key="training_steps")
    recipe = found.offer.data.prepared.recipe
    first = found.offer.data.prepared.parts["train"].rows.stop
    start = right.slider(
        "from row", recipe.window, table.rows, first, key=f"training_start_{table.rows}_{recipe.window}"
    )
    begin = literal(table.labels[start]) if start < table.rows else "the end of the table"
    st.caption(
        f"From {begin} on. One step ahead always reads true values. Running free, each prediction becomes part of the "
        "next window: its errors add up."
    )
    figure = _figure(found, steps, start)
    if figure is not None:
        chart(figure, "training_forecast", "The series, predicted one step ahead and running free")


def _figure(found: Trained, steps: int, start: int) -> go.Figure | None:
    prepared = found.offer.data.prepared
    try:
        one = one_step_ahead(found.model, prepared, found.network)
        free = free_running(found.model, prepared, steps, found.network, start)
    except PredictionError as error:
        st.info(literal(str(error)))
        return None
    known = ~np.isnan(free.actual)
    if known.any():
        alike = np.isin(one.rows, free.rows[known])
        mae_free = float(np.abs(free.predicted - free.actual)[known].mean())
        text = f"Over the {int(known.sum()):,} of these rows that are known: "
        text += f"running free it is wrong by {measured_text(mae_free)}"
        if alike.any():
            mae_one = float(np.abs(one.predicted - one.actual)[alike].mean())
            text += f" on average, one step ahead by {measured_text(mae_one)}"
        st.html(f"<p>{html.escape(text)}.</p>")
    for note in free.notes:
        st.caption(literal(note))
    return forecast_figure(prepared.table, prepared.target_place, one, free)
