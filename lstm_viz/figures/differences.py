"""How far two runs are apart at each step: lines on a logarithmic axis, with the level of rounding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

import plotly.graph_objects as go

from lstm_viz.figures.style import FAINT, PRESENT, SMALL, as_it_is, dressed, ticks

FLOOR = 1e-9
"""Where a difference of exactly 0 is drawn: a logarithm has no zero."""
COLOURS = ("#1f9d63", "#d9730d", "#7e67e0")


@dataclass(frozen=True)
class Series:
    """The greatest difference of each step, and what it is the difference of."""

    name: str
    values: tuple[float, ...]


def differences(
    series: Sequence[Series],
    rounding: float,
    labels: Sequence[str] = (),
    title: str = "greatest difference by step",
    present: int | None = None,
) -> go.Figure:
    """A line for each of ``series``; what lies below ``rounding`` is the same number but for the order of adding."""
    count = len(series[0].values)
    labels = [as_it_is(label) for label in labels]
    names = [f"t = {step}" + (f" · {labels[step]}" if labels and labels[step] else "") for step in range(count)]
    figure = go.Figure()
    for each, colour in zip(series, COLOURS, strict=False):
        figure.add_trace(_line(each, names, colour))
    figure.add_hline(y=rounding, line={"color": FAINT, "width": 2, "dash": "dash"})
    figure.add_annotation(
        x=1,
        xref="paper",
        xanchor="right",
        y=log10(rounding),
        yanchor="top",
        showarrow=False,
        font_size=SMALL,
        text="below: rounding, the same number",
    )
    if present is not None:
        figure.add_vline(x=present, line={"color": PRESENT, "width": 2})
    dressed(figure, 340, title, top=18)
    _axes(figure, series, rounding, labels, count)
    figure.update_layout(showlegend=True, legend={"orientation": "h", "x": 0, "y": -0.24, "yanchor": "top"})
    figure.update_layout(legend_font_size=SMALL)
    return figure


def _line(each: Series, names: list[str], colour: str) -> go.Scatter:
    return go.Scatter(
        x=list(range(len(each.values))),
        y=[max(value, FLOOR) for value in each.values],
        customdata=[[f"{value:.3g}", name] for value, name in zip(each.values, names, strict=True)],
        hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
        mode="lines+markers" if len(each.values) <= 40 else "lines",
        line={"color": colour, "width": 3},
        marker_size=8,
        name=each.name,
    )


def _axes(figure: go.Figure, series: Sequence[Series], rounding: float, labels: Sequence[str], count: int) -> None:
    labelled = any(labels)
    places = ticks(count, 5 if labelled else 12)
    texts = [labels[place] if labelled and labels[place] else str(place) for place in places]
    figure.update_xaxes(title_text="step t", tickvals=places, ticktext=texts, tickangle=0, range=[-0.5, count - 0.5])
    top = max(max(max(each.values) for each in series), rounding * 10)
    figure.update_yaxes(
        type="log",
        range=[log10(FLOOR) - 0.4, log10(top) + 0.5],
        tickvals=[FLOOR, 1e-7, 1e-5, 1e-3, 0.1, 10],
        ticktext=["0", "10⁻⁷", "10⁻⁵", "0.001", "0.1", "10"],
        title_text="difference",
        title_standoff=14,
        showgrid=True,
    )
