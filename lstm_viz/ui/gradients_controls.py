"""The controls of the Gradients page: where to start, sizes, weights, clipping, the task that is learnt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from lstm_viz.gradients.presets import PRESETS
from lstm_viz.gradients.spec import LIMITS
from lstm_viz.ui.components import controls, controls_place, what_was_set
from lstm_viz.ui.gradients_settings import GradientSettings, current_gradients, preset_of, take_gradients

Row = dict[str, Any]
_OWN = "Your own settings"
_KEY = "gradient_controls"
_STARTS = {"torch": "PyTorch's", "orthogonal": "orthogonal"}
_ACTIVATIONS = {"tanh": "tanh", "relu": "ReLU"}
_TASKS = {"adding": "adding", "copy": "copy"}


def gradient_controls() -> None:
    """Everything that makes the pictures, in the sidebar."""
    with controls_place():
        st.markdown("## LSTM Shapes")
        controls(_sections(current_gradients()), None, lambda: take_gradients(what_was_set(_KEY)), key=_KEY)


def _sections(now: GradientSettings) -> list[dict[str, Any]]:
    return [
        {"title": "Start from", "rows": _start(now)},
        {"title": "Weights before training", "rows": _weights(now)},
        {"title": "Sizes", "rows": _sizes(now)},
        {"title": "Training", "rows": _training(now)},
    ]


def _start(now: GradientSettings) -> list[Row]:
    here = preset_of(now)
    names = [preset.name for preset in PRESETS] + ([] if here else [_OWN])
    options = {name: name for name in names}
    row = _row("select", "preset", "", now, options=options, value=here.name if here else _OWN)
    return [row, {"kind": "note", "field": "about", "label": here.about}] if here else [row]


def _weights(now: GradientSettings) -> list[Row]:
    scale = "every number of W_hh is multiplied by it"
    start = "PyTorch's: evenly from −1/√H to 1/√H. Orthogonal: each gate's block turns h and keeps its length."
    bias = "b_f of the LSTM: the forget gate starts open by σ(b_f)"
    return [
        _slide("weight_scale", "weight scale, W_hh times", now, 0.1, help=scale),
        _row("choice", "start", "W_hh", now, options=_STARTS, help=start),
        _slide("forget_bias", "forget-gate bias, LSTM", now, 0.5, help=bias),
        _row("choice", "activation", "Activation, RNN", now, options=_ACTIVATIONS),
    ]


def _sizes(now: GradientSettings) -> list[Row]:
    return [
        _size("T", "steps", "time steps", now),
        _size("H", "hidden_size", "hidden units", now),
        _size("B", "batch_size", "batch size", now),
        _row("number", "seed", "Seed", now, min=0, limit=int(LIMITS["seed"][1]), help="of the weights and of the data"),
    ]


def _training(now: GradientSettings) -> list[Row]:
    clip = "the largest norm that all gradients together may have"
    return [
        _slide("clip", "clip gradients at", now, 0.05, help=clip),
        _row("choice", "task", "Learn", now, options=_TASKS),
    ]


def _size(letter: str, field: str, name: str, now: GradientSettings) -> Row:
    low, high = LIMITS[field]
    return _row("size", field, "", now, letter=letter, name=name, min=int(low), max=int(high), limit=int(high))


def _slide(field: str, label: str, now: GradientSettings, step: float, **rest: Any) -> Row:
    low, high = LIMITS[field]
    return _row("slide", field, label, now, min=low, max=high, step=step, **rest)


def _row(
    kind: str, field: str, label: str, now: GradientSettings, options: Mapping[str, str] | None = None, **rest: Any
) -> Row:
    row = {"kind": kind, "field": field, "label": label, "value": now.draft.get(field), **rest}
    row["error"] = now.errors.get(field, "")
    if options is not None:
        row["options"] = list(options.items())
    return row
