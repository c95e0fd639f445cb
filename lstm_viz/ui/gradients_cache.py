"""What was measured for one visitor's settings is there for all who have the same."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Literal

import plotly.graph_objects as go

from lstm_viz.figures.clipping import losses_figure, norms_figure
from lstm_viz.figures.gradients import Theme, flows_figure, radii_figure
from lstm_viz.gradients.clipping import Clipped, clipped
from lstm_viz.gradients.measuring import Flow
from lstm_viz.gradients.networks import CELLS, flow_of, seeded_reader
from lstm_viz.gradients.radius import Radius, radii
from lstm_viz.gradients.spec import DEFAULT, GradientSpec
from lstm_viz.spec import Cell

_KEPT = 64
CLIPPED: tuple[Cell, ...] = ("rnn", "lstm")
"""Two are trained for the clipping: a GRU takes five times as long on a CPU, and shows what the LSTM shows."""


def flows(spec: GradientSpec) -> tuple[Flow, ...]:
    """The gradients of the three cells; what a cell does not read of the spec does not measure it again."""
    return tuple(_flow(_read_by(spec, cell), cell) for cell in CELLS)


def all_radii(spec: GradientSpec) -> tuple[Radius, ...]:
    """The spectral radii of the three cells."""
    return tuple(radius for cell in CELLS for radius in _radii(_read_by(spec, cell), cell))


def all_clipped(spec: GradientSpec) -> tuple[Clipped, ...]:
    """Training with clipping and without."""
    return tuple(_clipped(replace(_read_by(spec, cell), clip=spec.clip), cell) for cell in CLIPPED)


@lru_cache(maxsize=2 * _KEPT)
def flows_chart(spec: GradientSpec, of: Literal["x", "h"], theme: Theme) -> go.Figure:
    """``flows`` drawn. Plotly takes 20 to 30 ms for each of these charts, and a room asks for them together."""
    return flows_figure(flows(spec), of, theme)


@lru_cache(maxsize=_KEPT)
def radii_chart(spec: GradientSpec, theme: Theme) -> go.Figure:
    """``all_radii`` drawn."""
    return radii_figure(all_radii(spec), flows(spec), theme)


@lru_cache(maxsize=_KEPT)
def norms_chart(spec: GradientSpec, theme: Theme) -> go.Figure:
    """The norms of ``all_clipped`` drawn."""
    return norms_figure(all_clipped(spec), theme)


@lru_cache(maxsize=_KEPT)
def losses_chart(spec: GradientSpec, theme: Theme) -> go.Figure:
    """The losses of ``all_clipped`` drawn."""
    return losses_figure(all_clipped(spec), theme)


def _read_by(spec: GradientSpec, cell: Cell) -> GradientSpec:
    own = replace(spec, view=DEFAULT.view, task=DEFAULT.task, clip=DEFAULT.clip)
    own = own if cell == "rnn" else replace(own, activation=DEFAULT.activation)
    return own if cell == "lstm" else replace(own, forget_bias=DEFAULT.forget_bias)


@lru_cache(maxsize=3 * _KEPT)
def _flow(spec: GradientSpec, cell: Cell) -> Flow:
    return flow_of(spec, cell)


@lru_cache(maxsize=3 * _KEPT)
def _radii(spec: GradientSpec, cell: Cell) -> tuple[Radius, ...]:
    return radii(seeded_reader(spec, cell).recurrent)


@lru_cache(maxsize=_KEPT)
def _clipped(spec: GradientSpec, cell: Cell) -> Clipped:
    return clipped(spec, cell)
