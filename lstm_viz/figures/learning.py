"""Two networks that learn the same task: the loss on samples they have not trained on, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10

import plotly.graph_objects as go

from lstm_viz.figures.gradients import DASHES, Theme, colour
from lstm_viz.figures.style import CHOSEN, SMALL, dressed, in_colour, ticks
from lstm_viz.gradients.words import NAMES, number
from lstm_viz.spec import Cell

_LEAST = 1e-4


def learning_figure(
    curves: Mapping[Cell, Sequence[float]], epochs: int, chance: float, chance_text: str, theme: Theme
) -> go.Figure:
    """A curve for each cell, as far as it has come, and the level of an answer that never looks at x."""
    figure = go.Figure()
    drawn = [chance]
    ends = []
    for cell, losses in reversed(list(curves.items())):  # the RNN on top: its line is the broken one
        if not losses:
            continue
        drawn += losses
        shown = colour(cell, theme)
        figure.add_trace(
            go.Scatter(
                x=list(range(1, len(losses) + 1)),
                y=[max(loss, _LEAST) for loss in losses],
                mode="lines+markers",
                line={"color": shown, "width": 3, "dash": DASHES[cell]},
                marker={"size": 6, "symbol": "circle" if cell == "lstm" else "square"},
                customdata=[number(loss) for loss in losses],
                hovertemplate=f"{NAMES[cell]}, epoch %{{x}}: %{{customdata}}<extra></extra>",
                name=NAMES[cell],
            )
        )
        ends.append((max(losses[-1], _LEAST), len(losses), cell))
    dressed(figure, 370, "Loss on samples that were not trained on", top=24)
    figure.update_layout(title={"xref": "container", "x": 0, "pad": {"l": 8}})
    low, high = max(min(drawn), _LEAST), max(drawn)
    low = min(low, chance / 300)
    figure.add_hline(y=chance, line={"color": CHOSEN, "width": 2, "dash": "dash"})
    figure.add_annotation(
        x=1,
        xref="paper",
        xanchor="right",
        y=log10(chance),
        yanchor="bottom",
        yshift=2,
        text=chance_text,
        showarrow=False,
        font_size=SMALL,
    )
    places = [max(place, 1) for place in ticks(epochs + 1, 8)]
    figure.update_xaxes(range=[0.5, epochs * 1.1], tickvals=places, title_text="epoch", title_standoff=16, tickangle=0)
    figure.update_yaxes(
        type="log",
        range=[log10(low) - 0.15, log10(high) + 0.2],
        tickvals=[10.0**e * m for e in range(-4, 2) for m in (1, 3)],
        ticktext=[f"{10.0**e * m:g}" for e in range(-4, 2) for m in (1, 3)],
        showgrid=True,
    )
    for value, place, cell in ends:
        figure.add_annotation(
            x=place,
            y=log10(value),
            xanchor="left",
            xshift=9,
            yanchor="top",
            text=in_colour(f"{NAMES[cell]} {number(value)}", colour(cell, theme)),
            showarrow=False,
            font_size=15,
        )
    return figure
