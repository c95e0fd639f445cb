"""Gates, memory and state over time: heat maps of units by steps, and lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import torch
from plotly.subplots import make_subplots
from torch import Tensor

from lstm_viz.cell import LayerPass
from lstm_viz.figures.style import CHOSEN, PRESENT, SMALL, VALUES, as_it_is, dressed, in_colour, meaning, ticks
from lstm_viz.valves import OPEN, SHUT

MOST_MARKED = 60
"""With more steps than this a column is narrower than a mark, so that colour alone tells."""
_GAP, _TOP, _BOTTOM = 44, 46, 88


@dataclass(frozen=True, eq=False)
class Panel:
    """One quantity of one sample: ``values`` (T, units), its letter and name; ``valve`` where it goes from 0 to 1."""

    letter: str
    name: str
    values: Tensor
    valve: bool

    @property
    def scale(self) -> float:
        """The size that has the full colour: 1 for a gate, else the greatest there is."""
        return 1.0 if self.valve else float(self.values.abs().max()) or 1.0


@dataclass(frozen=True)
class Steps:
    """The time axis: the label of each step, empty where the data has none, and the step to point out."""

    labels: tuple[str, ...]
    present: int

    def name(self, step: int) -> str:
        """``t = 3 · 1949-04``."""
        return f"t = {step}" + (f" · {self.labels[step]}" if self.labels[step] else "")

    @property
    def anchor(self) -> str:
        """Which end of a text stands at the present step, so that it stays inside the picture."""
        share = self.present / max(len(self.labels) - 1, 1)
        return "left" if share < 0.2 else "right" if share > 0.8 else "center"

    @property
    def labelled(self) -> bool:
        """Whether the data has names for its steps."""
        return any(self.labels)


def panels(found: LayerPass, sample: int, length: int, units: Sequence[int]) -> tuple[Panel, ...]:
    """Every quantity of a layer over time, the sigmoid gates first: i, f, o, then g, c, h.

    Under a projection ``h`` has P numbers; those of ``units`` that it does not have are left out of it.
    """
    gates = sorted(found.gate_kinds, key=lambda gate: gate.activation != "sigmoid")
    kept: dict[str, Tensor] = {gate.letter: found.gates[gate.letter] for gate in gates}
    if found.c is not None:
        kept["c"] = found.c
    kept["h"] = found.h  # an RNN's one gate is its h
    valves = {gate.letter for gate in gates if gate.activation == "sigmoid"}

    def panel(letter: str, values: Tensor) -> Panel:
        chosen = torch.tensor([unit for unit in units if unit < values.shape[-1]])
        drawn = values[sample, :length][:, chosen]  # (T, units)
        name = meaning(letter, () if letter == "h" else found.gate_kinds)
        return Panel(letter, name, drawn, letter in valves)

    return tuple(panel(letter, values) for letter, values in kept.items())


def heat_maps(shown: Sequence[Panel], units: Sequence[int], chosen: int, steps: Steps, token: int = 0) -> go.Figure:
    """A heat map for each of ``shown``, one below the other: steps go right, units up; a column is one step.

    Each column can be clicked: the point selected has the step as its ``x``. ``token`` makes two figures differ, for
    a page that must tell one click from the same click again.
    """
    row = min(22.0, max(13.0, 150 / len(units)))
    panel_height = row * len(units)
    height = len(shown) * panel_height + (len(shown) - 1) * _GAP + _TOP + _BOTTOM
    drawn = len(shown) * panel_height + (len(shown) - 1) * _GAP
    titles = [_title(panel) for panel in shown]
    figure = make_subplots(len(shown), 1, subplot_titles=titles, vertical_spacing=_GAP / drawn, shared_xaxes=True)
    for place, panel in enumerate(shown, start=1):
        _heat_map(figure, place, panel, units, chosen, steps)
    dressed(figure, height, top=_TOP - 8)
    figure.update_annotations(x=0, xanchor="left", font_size=15, yshift=2)
    figure.add_annotation(**_present_name(steps), font_size=SMALL)
    _time_axis(figure, len(shown), steps)
    figure.update_layout(hovermode="x", hoverdistance=-1, meta=token)
    return figure


def _heat_map(figure: go.Figure, place: int, panel: Panel, units: Sequence[int], chosen: int, steps: Steps) -> None:
    values = panel.values.T  # (units, T)
    rows = list(range(values.shape[0]))
    names = [as_it_is(steps.name(step)) for step in range(values.shape[1])]
    figure.add_trace(
        go.Heatmap(
            z=values.numpy(),
            x=list(range(values.shape[1])),
            y=rows,
            zmin=-panel.scale,
            zmax=panel.scale,
            colorscale=VALUES,
            showscale=False,
            xgap=1 if len(names) <= MOST_MARKED else 0,
            ygap=1,
            customdata=[[f"unit {units[row]} · {name}" for name in names] for row in rows],
            hovertemplate=f"{panel.letter} = %{{z:.4f}}<br>%{{customdata}}<extra></extra>",
            name=panel.letter,
        ),
        row=place,
        col=1,
    )
    if panel.valve and len(names) <= MOST_MARKED:
        _marks(figure, place, panel)
    _columns_to_click(figure, place, values.shape[1], (len(rows) - 1) / 2)
    figure.add_shape(
        type="rect",
        x0=steps.present - 0.5,
        x1=steps.present + 0.5,
        y0=0,
        y1=1,
        yref="y domain",
        line={"color": PRESENT, "width": 3 if len(names) <= MOST_MARKED else 2},
        row=place,
        col=1,
    )
    every = 1 if len(rows) <= 12 else 2
    texts = [f"<b>▸ {units[row]}</b>" if units[row] == chosen else str(units[row]) for row in rows]
    kept = [row for row in rows if row % every == 0 or units[row] == chosen]
    figure.update_yaxes(
        tickvals=kept,
        ticktext=[texts[row] for row in kept],
        title_text="unit",
        range=[-0.5, len(rows) - 0.5],
        row=place,
        col=1,
    )


def _marks(figure: go.Figure, place: int, panel: Panel) -> None:
    """A cross where a gate is nearly shut, a ring where it is nearly open."""
    for found, symbol, word in ((panel.values < SHUT, "x-thin", "shut"), (panel.values > OPEN, "circle-open", "open")):
        where = found.nonzero().tolist()
        if where:
            marker = {"symbol": symbol, "size": 7, "color": CHOSEN, "line": {"width": 2, "color": CHOSEN}}
            if word == "open":
                marker |= {"color": "#ffffff", "line": {"width": 2, "color": "#ffffff"}}
            trace = go.Scatter(
                x=[step for step, _ in where],
                y=[unit for _, unit in where],
                mode="markers",
                marker=marker,
                name=f"nearly {word}",
                hoverinfo="skip",
            )
            figure.add_trace(trace, row=place, col=1)


def _columns_to_click(figure: go.Figure, place: int, count: int, middle: float) -> None:
    """A point for each step that is felt and not seen: a click on a heat map selects nothing."""
    unseen = {"marker": {"opacity": 0}}
    trace = go.Scatter(
        x=list(range(count)),
        y=[middle] * count,
        mode="markers",
        marker={"size": 8, "opacity": 0},
        name="steps",
        selected=unseen,
        unselected=unseen,
        hoverinfo="none",
    )
    figure.add_trace(trace, row=place, col=1)


def _title(panel: Panel) -> str:
    if panel.valve:
        return f"<b>{panel.letter}</b>  {panel.name}, 0 to 1"
    least, most = float(panel.values.min()), float(panel.values.max())
    return f"<b>{panel.letter}</b>  {panel.name}, {least:.2g} to {most:.2g}".replace("-", "−")


def _present_name(steps: Steps) -> dict[str, object]:
    return {
        "text": in_colour(as_it_is(steps.name(steps.present)), PRESENT),
        "x": steps.present,
        "y": -0.02,
        "xref": "x",
        "yref": "paper",
        "yanchor": "top",
        "xanchor": steps.anchor,
        "showarrow": False,
        "yshift": -22,
    }


def _time_axis(figure: go.Figure, rows: int, steps: Steps) -> None:
    count = len(steps.labels)
    places = ticks(count, 5 if steps.labelled else 12)
    texts = [as_it_is(steps.labels[place] or str(place)) for place in places]
    figure.update_xaxes(tickvals=places, ticktext=texts, tickangle=0, range=[-0.6, count - 0.4])
    figure.update_xaxes(title_text="step t", title_standoff=34, row=rows, col=1)
