"""Clipping at work: the norm of each batch's gradient before and after, and the loss with clipping and without."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10

import plotly.graph_objects as go

from lstm_viz.figures.gradients import DASHES, Theme, colour
from lstm_viz.figures.style import CHOSEN, dressed, in_colour, ticks
from lstm_viz.gradients.clipping import TRAINED, Clipped
from lstm_viz.gradients.words import NAMES, decades, number, power

_HEIGHT = 340


def norms_figure(found: Sequence[Clipped], theme: Theme) -> go.Figure:
    """A thin line from the norm before (circle) to the norm after (filled), for each batch and cell."""
    figure = go.Figure()
    sides = {each.cell: (place - (len(found) - 1) / 2) * 0.32 for place, each in enumerate(found)}
    for each in found:
        shown, name = colour(each.cell, theme), NAMES[each.cell]
        x = [batch + sides[each.cell] for batch in range(1, len(each.before) + 1)]
        down_x: list[float | None] = []
        down_y: list[float | None] = []
        for place, before, after in zip(x, each.before, each.after, strict=True):
            down_x += [place, place, None]
            down_y += [before, after, None]
        figure.add_trace(
            go.Scatter(
                x=down_x, y=down_y, mode="lines", line={"color": shown, "width": 1.5}, hoverinfo="skip", name=name
            )
        )
        for values, word, symbol in ((each.before, "before", "circle-open"), (each.after, "after", "circle")):
            figure.add_trace(
                go.Scatter(
                    x=x,
                    y=values,
                    mode="markers",
                    marker={"symbol": symbol if each.cell == "rnn" else symbol.replace("circle", "square"), "size": 9},
                    marker_color=shown,
                    marker_line={"width": 2, "color": shown},
                    customdata=[number(value) for value in values],
                    hovertemplate=f"{name}, {word}: %{{customdata}}<extra></extra>",
                    name=f"{name} {word}",
                )
            )
    dressed(figure, _HEIGHT, "Norm of all gradients: ○ before, ● after", top=24)
    everything = [value for each in found for value in (*each.before, *each.after, each.clip) if value > 0]
    _levels(figure, min(everything), max(everything))
    _batches(figure)
    clip = found[0].clip
    figure.add_hline(y=clip, line={"color": CHOSEN, "width": 2, "dash": "dash"})
    figure.add_annotation(
        x=1, xref="paper", xanchor="left", xshift=4, y=log10(clip), text=f"clip {clip:g}", showarrow=False
    )
    figure.update_layout(margin_r=66, title={"xref": "container", "x": 0, "pad": {"l": 8}})
    for each in found:
        if not each.before:
            continue
        figure.add_annotation(
            x=1 + sides[each.cell],
            y=log10(each.before[0]),
            yanchor="bottom",
            yshift=7,
            xanchor="left",
            xshift=-8,
            text=in_colour(NAMES[each.cell], colour(each.cell, theme)),
            showarrow=False,
        )
    return figure


def losses_figure(found: Sequence[Clipped], theme: Theme) -> go.Figure:
    """The loss of each batch: thick with clipping, thin without."""
    figure = go.Figure()
    ends: list[tuple[float, int, str, str]] = []
    for each in found:
        shown, name = colour(each.cell, theme), NAMES[each.cell]
        for values, word, width in ((each.loss, "clipped", 3.0), (each.unclipped, "unclipped", 1.5)):
            if values:
                figure.add_trace(
                    go.Scatter(
                        x=list(range(1, len(values) + 1)),
                        y=values,
                        mode="lines+markers" if word == "unclipped" else "lines",
                        line={"color": shown, "width": width, "dash": DASHES[each.cell]},
                        marker={"symbol": "x-thin", "size": 7, "line": {"width": 2, "color": shown}},
                        customdata=[number(value) for value in values],
                        hovertemplate=f"{name}, {word}: %{{customdata}}<extra></extra>",
                        name=f"{name} {word}",
                    )
                )
                ends.append((log10(values[-1]), len(values), f"{name} {word}", shown))
    dressed(figure, _HEIGHT, "Loss of each batch", top=24)
    everything = [value for trace in figure.data for value in trace.y if value > 0] or [1.0]
    _levels(figure, min(everything), max(everything))
    _batches(figure)
    span = log10(max(everything)) - log10(min(everything))
    place = -1000.0
    for end, _, text, shown in sorted(ends):
        place = max(end, place + span * 0.085)
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=4, y=place, text=in_colour(text, shown), showarrow=False
        )
    figure.update_layout(margin_r=142, title={"xref": "container", "x": 0, "pad": {"l": 8}})
    return figure


def _levels(figure: go.Figure, low: float, high: float) -> None:
    shown = decades(low, high)
    room = max(0.08 * (log10(high) - log10(low)), 0.12)
    figure.update_yaxes(
        type="log",
        range=[log10(low) - room, log10(high) + room * 1.6],
        tickvals=[10.0**exponent for exponent in shown],
        ticktext=[power(exponent) if exponent < -2 or exponent > 3 else f"{10.0**exponent:g}" for exponent in shown],
        showgrid=True,
    )


def _batches(figure: go.Figure) -> None:
    count = TRAINED
    places = [place + 1 for place in ticks(count, 9)]
    figure.update_xaxes(tickvals=places, range=[0.4, count + 0.6], title_text="batch", title_standoff=16, tickangle=0)
