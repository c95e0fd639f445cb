"""The run that the Cell page opens: unrolled once for everybody who has the same settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import streamlit as st
import torch
from torch import Tensor, nn

from lstm_viz.cell import Unrolled, unroll
from lstm_viz.drawing.cell_diagram import cell_diagram
from lstm_viz.forward import Forward
from lstm_viz.network import build
from lstm_viz.recurrent import Recurrent
from lstm_viz.reference import greatest_difference, layer_outputs
from lstm_viz.spec import NetworkSpec
from lstm_viz.ui.caches import forward_of, has_own_data
from lstm_viz.ui.cell_place import Place, place
from lstm_viz.ui.cell_view import CellView
from lstm_viz.ui.settings import Settings

LONGEST, LARGEST_HIDDEN, MOST_STEPS = 200, 128, 4_000
MOST_NUMBERS = 6_000_000
"""How many float32 one opened run may keep: 24 MB."""
_KEPT = 16


@dataclass(frozen=True, eq=False)
class Opened:
    """A run with everything in it. ``outputs`` are PyTorch's own, ``difference`` the greatest to ours."""

    forward: Forward
    module: Recurrent
    unrolled: Unrolled
    outputs: tuple[Tensor, ...]
    difference: float


def too_large(spec: NetworkSpec) -> dict[str, int]:
    """The fields of a spec that must shrink before its cell can be opened, and to what; empty where it can.

    >>> too_large(NetworkSpec(sequence_length=500)), too_large(NetworkSpec())
    ({'sequence_length': 200}, {})
    """
    smaller: dict[str, int] = {}
    steps, hidden = min(spec.sequence_length, LONGEST), min(spec.hidden_size, LARGEST_HIDDEN)
    if spec.sequence_length > LONGEST:
        smaller["sequence_length"] = LONGEST
    if spec.hidden_size > LARGEST_HIDDEN:
        smaller["hidden_size"] = LARGEST_HIDDEN
    layers = min(spec.layers, max(MOST_STEPS // (steps * spec.directions), 1))
    if layers < spec.layers:
        smaller["layers"] = layers
    each = steps * (spec.input_size + layers * spec.directions * hidden * (4 * spec.gates + 5))
    samples = max(MOST_NUMBERS // each, 1)
    if samples < spec.batch_size:
        smaller["batch_size"] = samples
    return smaller


def open_run(settings: Settings) -> Opened | None:
    """The run of these settings; None where the Shapes page would not run it either."""
    forward = forward_of(settings)
    if forward.batch is None:
        return None
    if not has_own_data(settings):
        return _opened(settings.spec, forward)
    key = forward
    kept = st.session_state.get("own_cell")
    if kept is None or kept[0] is not key:
        kept = (key, _open(settings.spec, forward))
        st.session_state["own_cell"] = kept
    found: Opened = kept[1]
    return found


def cell_view(settings: Settings) -> CellView:
    """The run and the visitor's place in it. Raises ValueError where there is no run."""
    opened = open_run(settings)
    if opened is None:
        raise ValueError("these settings are too large to be run: expected a spec that the Shapes page runs")
    at = place().within(opened.unrolled.sizes)
    return CellView(opened.forward, opened.module, opened.unrolled, at.sample, at.layer, at.direction, at.unit, at.step)


def drawing_of(settings: Settings, view: CellView, unit: int, *, tall: bool) -> dict[str, Any]:
    """The diagram of the view's pass and the numbers of all its steps; ``unit`` is among those that are drawn."""
    at = Place(view.sample, view.layer, view.direction, unit)
    if has_own_data(settings):
        return _draw(view.unrolled, view.forward, at, tall)
    return _drawn(settings.spec, view.forward, at, tall)


@lru_cache(maxsize=_KEPT)
def _opened(spec: NetworkSpec, forward: Forward) -> Opened:
    return _open(spec, forward)


@lru_cache(maxsize=4 * _KEPT)
def _drawn(spec: NetworkSpec, forward: Forward, at: Place, tall: bool) -> dict[str, Any]:
    return _draw(_opened(spec, forward).unrolled, forward, at, tall)


def _open(spec: NetworkSpec, forward: Forward) -> Opened:
    assert forward.batch is not None
    network = build(spec).eval().requires_grad_(False)
    module = cast(Recurrent, getattr(network, spec.cell))
    x = forward.batch.x
    if spec.input == "tokens":
        x = cast(nn.Module, network.embedding)(x)
    with torch.no_grad():
        unrolled = unroll(module, x)
        outputs = layer_outputs(module, x)
    return Opened(forward, module, unrolled, outputs, greatest_difference(unrolled, outputs))


def _draw(unrolled: Unrolled, forward: Forward, at: Place, tall: bool) -> dict[str, Any]:
    place_in_run = {"sample": at.sample, "layer": at.layer, "direction": at.direction, "unit": at.unit}
    return cell_diagram(unrolled, **place_in_run, tall=tall, tokens=forward.spec.input == "tokens").to_json()
