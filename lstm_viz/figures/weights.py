"""The weights of one layer as heat maps, cut in gates: rows as torch stores them, the first on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import torch
from plotly.subplots import make_subplots
from torch import Tensor

from lstm_viz.figures.style import SMALL, VALUES, colour_of, dressed, in_colour, ticks
from lstm_viz.recurrent import Gate

_CUT = 1
"""Empty rows between two gates."""
_ROW, _LEAST_ROW, _TOP, _BOTTOM = 19.0, 13.0, 40, 56


@dataclass(frozen=True, eq=False)
class Matrix:
    """One weight (G·H, columns), or a bias as (G·H, 1): its name, and the axis that its columns are."""

    name: str
    values: Tensor
    across: str


@dataclass(frozen=True)
class Rows:
    """Which rows are drawn: the gates, H, the units shown of each gate, and the unit whose rows are framed."""

    gates: tuple[Gate, ...]
    hidden: int
    units: tuple[int, ...]
    chosen: int

    @property
    def indices(self) -> list[list[int]]:
        """For each gate the rows of the weight, gate number · H + unit."""
        return [[place * self.hidden + unit for unit in self.units] for place in range(len(self.gates))]

    @property
    def chosen_rows(self) -> list[int]:
        """The chosen unit's row in each gate."""
        return [place * self.hidden + self.chosen for place in range(len(self.gates))]


def stacked(matrices: Sequence[Matrix], rows: Rows, columns: Sequence[tuple[int, ...]]) -> go.Figure:
    """The matrices side by side, each a stack of its gates; ``columns`` are the columns drawn of each."""
    widths = [max(len(drawn), 1.6) for drawn in columns]
    figure = make_subplots(
        1,
        len(matrices),
        column_widths=widths,
        shared_yaxes=True,
        horizontal_spacing=min(0.06, 0.3 / len(matrices)),
        subplot_titles=[matrix.name for matrix in matrices],
    )
    scale = max(float(matrix.values.abs().max()) for matrix in matrices) or 1.0
    for place, (matrix, drawn) in enumerate(zip(matrices, columns, strict=True), start=1):
        _heat_map(figure, place, matrix, rows, drawn, scale)
    count = _height_in_rows(rows)
    row = max(_LEAST_ROW, min(_ROW, 460 / count))
    dressed(figure, row * count + _TOP + _BOTTOM, top=_TOP)
    figure.update_annotations(font_size=SMALL, yshift=4)
    _gate_names(figure, rows)
    return figure


def projection(values: Tensor, chosen: int, columns: tuple[int, ...]) -> go.Figure:
    """W_hr (P, H): it makes P numbers of the H; the chosen unit's column is framed."""
    drawn = values[:, list(columns)]
    figure = go.Figure(
        _trace(
            drawn,
            list(range(len(drawn))),
            "W_hr",
            [str(row) for row in range(len(drawn))],
            columns,
            float(values.abs().max()) or 1.0,
        )
    )
    dressed(figure, max(_LEAST_ROW, min(22.0, 320 / len(drawn))) * len(drawn) + 100, "W_hr", top=14)
    where = columns.index(chosen)
    _frame(figure, where - 0.5, where + 0.5, -0.5, len(drawn) - 0.5, 1)
    places = ticks(len(columns), 16)
    figure.update_xaxes(tickvals=places, ticktext=[str(columns[place]) for place in places], title_text="H")
    rows = ticks(len(drawn), 12)
    figure.update_yaxes(autorange="reversed", title_text="P", tickvals=rows)
    return figure


def _heat_map(
    figure: go.Figure, place: int, matrix: Matrix, rows: Rows, columns: tuple[int, ...], scale: float
) -> None:
    drawn = matrix.values[:, list(columns)]
    cut = torch.full((_CUT, len(columns)), torch.nan)
    pieces, names = [], []
    for gate, indices in zip(rows.gates, rows.indices, strict=True):
        pieces += [drawn[indices], cut]
        names += [f"row {index}: unit {index % rows.hidden} of {gate.letter}" for index in indices] + [""] * _CUT
    z = torch.cat(pieces[:-1])  # (rows with the cuts, columns)
    figure.add_trace(_trace(z, list(range(len(z))), matrix.name, names[: len(z)], columns, scale), row=1, col=place)
    for top in _tops(rows):
        row = top + rows.units.index(rows.chosen)
        _frame(figure, -0.5, len(columns) - 0.5, row - 0.5, row + 0.5, place)
    places = ticks(len(columns), 8)
    figure.update_xaxes(
        tickvals=places if matrix.across else [],
        ticktext=[str(columns[each]) for each in places],
        title_text=matrix.across,
        row=1,
        col=place,
    )


def _trace(z: Tensor, y: list[int], name: str, rows: list[str], columns: tuple[int, ...], scale: float) -> go.Heatmap:
    many = max(z.shape) > 80
    return go.Heatmap(
        z=z.numpy(),
        y=y,
        x=list(range(len(columns))),
        zmin=-scale,
        zmax=scale,
        colorscale=VALUES,
        showscale=False,
        xgap=0 if many else 1,
        ygap=0 if many else 1,
        name=name,
        hoverongaps=False,
        customdata=[[f"{row}, column {column}" for column in columns] for row in rows],
        hovertemplate=f"{name} = %{{z:.4f}}<br>%{{customdata}}<extra></extra>",
    )


def _frame(figure: go.Figure, x0: float, x1: float, y0: float, y1: float, place: int) -> None:
    axis = "" if place == 1 else str(place)
    figure.add_shape(
        type="rect",
        x0=x0,
        x1=x1,
        y0=y0,
        y1=y1,
        xref=f"x{axis}",
        yref=f"y{axis}",
        line={"color": colour_of("h"), "width": 2.5},
    )


def _gate_names(figure: go.Figure, rows: Rows) -> None:
    """On the left edge, at the middle of each gate: its letter and its rows; and which row is the chosen unit's."""
    places, texts = [], []
    for number, (gate, top) in enumerate(zip(rows.gates, _tops(rows), strict=True)):
        start, stop = number * rows.hidden, (number + 1) * rows.hidden
        places.append(top + (len(rows.units) - 1) / 2)
        texts.append(f"<b>{gate.letter}</b><br>{start}:{stop}")
    count = _height_in_rows(rows)
    figure.update_yaxes(range=[count - 0.5, -0.5], tickvals=places, ticktext=texts)
    for top, row in zip(_tops(rows), rows.chosen_rows, strict=True):
        figure.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            xshift=6,
            y=top + rows.units.index(rows.chosen),
            yref="y",
            text=in_colour(f"row {row}", colour_of("h")),
            showarrow=False,
            font_size=SMALL,
        )
    figure.update_layout(margin_r=72)


def _tops(rows: Rows) -> list[int]:
    return [number * (len(rows.units) + _CUT) for number in range(len(rows.gates))]


def _height_in_rows(rows: Rows) -> int:
    return len(rows.gates) * (len(rows.units) + _CUT) - _CUT
