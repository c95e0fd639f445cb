"""Gates, memory and state over time as lines: everything of one unit, or one quantity of every unit."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lstm_viz.figures.over_time import Panel, Steps
from lstm_viz.figures.style import FAINT, PRESENT, SMALL, as_it_is, colour_of, dressed, in_colour, ticks


def unit_lines(shown: Sequence[Panel], place: int, unit: int, steps: Steps) -> go.Figure:
    """Everything of one unit over time, a line for each quantity, its letter at its end; ``place`` is its column."""
    figure = go.Figure()
    ends = []
    for panel in shown:
        if place < panel.values.shape[1]:
            values = panel.values[:, place].tolist()
            dash = "dot" if panel.valve else "solid"
            figure.add_trace(_line(panel.letter, values, steps, colour_of(panel.letter), 2 if panel.valve else 3, dash))
            ends.append((values[-1], panel.letter))
    _line_ends(figure, ends, len(steps.labels))
    return _lines_dressed(figure, steps, f"unit {unit} over time, gates dotted", "value")


def every_unit_lines(panel: Panel, units: Sequence[int], chosen: int, steps: Steps) -> go.Figure:
    """One quantity over time, a line for each unit, the chosen one on top."""
    figure = go.Figure()
    present = [unit for unit in units if unit < max(units) + 1][: panel.values.shape[1]]
    order = sorted(range(len(present)), key=lambda place: present[place] == chosen)
    for place in order:
        is_chosen = present[place] == chosen
        colour, width = (colour_of(panel.letter), 3.5) if is_chosen else (FAINT, 1.5)
        figure.add_trace(
            _line(f"unit {present[place]}", panel.values[:, place].tolist(), steps, colour, width, "solid")
        )
    subject = f"unit {chosen} among the others" if chosen in present else "every unit"
    return _lines_dressed(figure, steps, f"{panel.letter}, {panel.name}: {subject}", panel.letter)


def _line(name: str, values: list[float], steps: Steps, colour: str, width: float, dash: str) -> go.Scatter:
    names = [as_it_is(steps.name(step)) for step in range(len(values))]
    mode = "lines+markers" if len(values) == 1 else "lines"
    return go.Scatter(
        x=list(range(len(values))),
        y=values,
        mode=mode,
        name=name,
        customdata=names,
        line={"color": colour, "width": width, "dash": dash},
        hovertemplate=f"{name} = %{{y:.4f}}<br>%{{customdata}}<extra></extra>",
    )


def _line_ends(figure: go.Figure, ends: list[tuple[float, str]], count: int) -> None:
    """A letter at the end of each line, pushed apart where two lines end together."""
    if not ends:
        return
    ends.sort()
    everything = [value for trace in figure.data for value in trace.y]
    apart = max(max(everything) - min(everything), 1e-9) * 0.075
    place = ends[0][0] - apart
    for value, letter in ends:
        place = max(value, place + apart)
        figure.add_annotation(
            x=count - 1,
            y=place,
            text=in_colour(letter, colour_of(letter)),
            showarrow=False,
            xanchor="left",
            xshift=8,
            font_size=15,
        )


def _lines_dressed(figure: go.Figure, steps: Steps, title: str, axis: str) -> go.Figure:
    dressed(figure, 300, title)
    _time_axis_of_lines(figure, steps)
    figure.update_yaxes(showgrid=True, title_text=axis, nticks=6)
    figure.add_vline(x=steps.present, line={"color": PRESENT, "width": 2})
    figure.add_annotation(
        x=steps.present,
        y=1,
        yref="paper",
        yanchor="bottom",
        text=in_colour(as_it_is(steps.name(steps.present)), PRESENT),
        showarrow=False,
        font_size=SMALL,
        xanchor=steps.anchor,
    )
    return figure


def _time_axis_of_lines(figure: go.Figure, steps: Steps) -> None:
    count = len(steps.labels)
    places = ticks(count, 5 if steps.labelled else 12)
    texts = [as_it_is(steps.labels[place] or str(place)) for place in places]
    figure.update_xaxes(
        tickvals=places, ticktext=texts, tickangle=0, title_text="step t", range=[-0.5, count - 0.5 + 0.04 * count]
    )
