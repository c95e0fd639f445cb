"""Gradients through time: a line for each cell on a logarithmic axis, named at step 0; and the radii of W_hh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, log10
from typing import Literal, NamedTuple

import plotly.graph_objects as go

from lstm_viz.drawing.palette import DARK, LIGHT
from lstm_viz.figures.style import FAINT, SMALL, dressed, in_colour, ticks
from lstm_viz.gradients.measuring import Flow
from lstm_viz.gradients.radius import Radius
from lstm_viz.gradients.words import NAMES, decades, number, power
from lstm_viz.spec import Cell

Theme = Literal["light", "dark"]
DASHES: Mapping[Cell, str] = {"rnn": "dot", "gru": "dash", "lstm": "solid"}
"""The second mark of a cell, beside its colour."""
_SYMBOLS: Mapping[Cell, str] = {"rnn": "O", "gru": "F", "lstm": "T"}
SMALLEST, LARGEST = 1.4e-45, 3.4e38
"""Of float32: what is smaller is 0, what is larger is inf."""
_HEIGHT, _LABEL, _LEFT = 330, 19, 138


class _End(NamedTuple):
    value: float
    name: str
    colour: str


def colour(cell: Cell, theme: Theme) -> str:
    """The colour of a cell: orange for RNN, green for GRU, blue for LSTM."""
    return (LIGHT if theme == "light" else DARK)[_SYMBOLS[cell]]


def flows_figure(flows: Sequence[Flow], of: Literal["x", "h"], theme: Theme) -> go.Figure:
    """|∂loss/∂x_t| or |∂loss/∂h_t| over t, where the line of an LSTM's |∂loss/∂c_t| is beside that of its h.

    The value at step 0 stands on the left, at the line's beginning; the loss is on the right.
    """
    figure = go.Figure()
    ends: list[_End] = []
    for flow in flows:
        values = flow.x if of == "x" else flow.h
        _line(figure, values, NAMES[flow.cell], colour(flow.cell, theme), DASHES[flow.cell], 3)
        ends.append(_End(values[0], NAMES[flow.cell], colour(flow.cell, theme)))
        if of == "h" and flow.c:
            _line(figure, flow.c, f"c of {NAMES[flow.cell]}", colour(flow.cell, theme), "longdashdot", 1.5)
            ends.append(_End(flow.c[0], "its c", colour(flow.cell, theme)))
    what = "each input" if of == "x" else "each state"
    dressed(figure, _HEIGHT, f"|∂loss/∂{of}<sub>t</sub>| at {what}", top=24)
    drawn = [value for trace in figure.data for value in trace.y if value is not None] or [1.0]
    low, high = min(drawn), max(drawn)
    _steps(figure, len(flows[0].x))
    _levels(figure, low, high)
    _names(figure, ends, low, high)
    _float32(figure, low, high)
    figure.update_layout(hovermode="x unified", margin_l=_LEFT, title={"xref": "container", "x": 0, "pad": {"l": 8}})
    return figure


def radii_figure(found: Sequence[Radius], flows: Sequence[Flow], theme: Theme) -> go.Figure:
    """A row for each gate, the spectral radius of its block of W_hh; and by what a step back really multiplies."""
    figure = go.Figure()
    factors = {flow.cell: flow.factor for flow in flows}
    rows: list[str] = []
    furthest = 1.0
    for cell in NAMES:
        own = [(f"{NAMES[cell]}  {radius.gate}", radius.value, "circle") for radius in found if radius.cell == cell]
        own.append((f"{NAMES[cell]}  measured", factors[cell], "diamond-open"))
        for name, value, symbol in own:
            rows.append(name)
            if not isfinite(value):
                continue
            furthest = max(furthest, value)
            shown = colour(cell, theme)
            kind = "W_hh's spectral radius" if symbol == "circle" else "a step back multiplies |∂loss/∂h| by"
            figure.add_trace(
                go.Scatter(
                    x=[0, value],
                    y=[name, name],
                    mode="lines+markers",
                    cliponaxis=False,
                    line={"color": shown, "width": 2, "dash": DASHES[cell]},
                    marker={"size": [0, 11], "symbol": symbol, "color": shown, "line": {"width": 2, "color": shown}},
                    hovertemplate=f"{kind} %{{x:.3f}}<extra></extra>",
                    name=name,
                )
            )
            text = in_colour(f"{value:.2f}", shown)
            figure.add_annotation(x=value, y=name, text=text, showarrow=False, xanchor="left", xshift=11)
    dressed(figure, 24 * len(rows) + 64, "Spectral radius of W<sub>hh</sub>, gate by gate", top=24)
    figure.add_vline(x=1, line={"color": FAINT, "width": 2})
    figure.add_annotation(
        x=1,
        y=1,
        yref="paper",
        yanchor="bottom",
        xanchor="right" if furthest < 1.6 else "center",
        text="1: neither grows nor fades",
        showarrow=False,
        font_size=SMALL,
    )
    figure.update_layout(margin_r=52, title={"xref": "container", "x": 0, "pad": {"l": 8}})
    figure.update_xaxes(range=[0, furthest * 1.02], showgrid=False, nticks=6)
    figure.update_yaxes(categoryorder="array", categoryarray=rows[::-1], tickfont_size=SMALL)
    return figure


def _line(figure: go.Figure, values: Sequence[float], name: str, shown: str, dash: str, width: float) -> None:
    """A logarithm has no zero, and a picture no infinity: the line is broken there."""
    figure.add_trace(
        go.Scatter(
            x=list(range(len(values))),
            y=[value if value > 0 and isfinite(value) else None for value in values],
            mode="lines",
            name=name,
            customdata=[number(value) for value in values],
            line={"color": shown, "width": width, "dash": dash},
            hovertemplate="%{customdata}",
        )
    )


def _steps(figure: go.Figure, count: int) -> None:
    figure.update_xaxes(
        tickvals=[*ticks(count, 7)],
        range=[-0.01 * count, count - 1 + 0.01 * count],
        title_text="step t",
        title_standoff=16,
        tickangle=0,
    )
    figure.add_vline(x=count - 1, line={"color": FAINT, "width": 2})
    figure.add_annotation(
        x=count - 1,
        y=1,
        yref="paper",
        yanchor="bottom",
        xanchor="right",
        text="◂ back in time · <b>loss</b>",
        showarrow=False,
        font_size=SMALL,
    )


def _levels(figure: go.Figure, low: float, high: float) -> None:
    shown = decades(low, high)
    figure.update_yaxes(
        type="log",
        side="right",
        range=[log10(low) - _room(low, high), log10(high) + _room(low, high)],
        tickvals=[10.0**exponent for exponent in shown],
        ticktext=[power(exponent) if exponent else "1" for exponent in shown],
        showgrid=True,
    )


def _room(low: float, high: float) -> float:
    return max(0.06 * (log10(high) - log10(low)), 0.15)


def _names(figure: go.Figure, ends: Sequence[_End], low: float, high: float) -> None:
    """The name of each line and its value at step 0, on the left, pushed apart where two lie close."""
    room = _room(low, high)
    apart = _LABEL * (log10(high) - log10(low) + 2 * room) / (_HEIGHT - 100)
    wanted = sorted(ends, key=lambda end: end.value)
    places = [log10(min(max(end.value, low), high)) for end in wanted]
    for each in range(1, len(places)):
        places[each] = max(places[each], places[each - 1] + apart)
    places[-1] = min(places[-1], log10(high) + room * 0.8)
    for each in range(len(places) - 2, -1, -1):
        places[each] = min(places[each], places[each + 1] - apart)
    for place, end in zip(places, wanted, strict=True):
        figure.add_annotation(
            x=0,
            xref="paper",
            xanchor="right",
            xshift=-6,
            y=place,
            text=in_colour(f"{end.name} {number(end.value)}", end.colour),
            showarrow=False,
        )


def _float32(figure: go.Figure, low: float, high: float) -> None:
    """Where float32, in which one trains, ends: only where the picture comes so far."""
    for level, text, reached in (
        (SMALLEST, "below: 0 in float32", low < SMALLEST * 1e3),
        (LARGEST, "above: inf in float32", high > LARGEST / 1e3),
    ):
        if reached:
            figure.add_hline(y=level, line={"color": FAINT, "width": 2, "dash": "dash"})
            figure.add_annotation(
                x=0.5, xref="paper", y=log10(level), yanchor="bottom", text=text, showarrow=False, font_size=SMALL
            )
