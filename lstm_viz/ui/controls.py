"""The controls of a network: where to start, sizes, network, head, task and data. Each says what is wrong beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from lstm_viz.dims import SYMBOLS
from lstm_viz.presets import PRESETS
from lstm_viz.spec import FIELD_OF_SYMBOL, LARGEST_SIZE
from lstm_viz.ui.caches import has_own_data
from lstm_viz.ui.components import controls, controls_place, what_was_set
from lstm_viz.ui.data_link import DATA_ENTRIES
from lstm_viz.ui.settings import Settings, current, take
from lstm_viz.ui.table_input import table_input

_OWN = "Your own settings"
_SLIDES_TO = {"B": 32, "T": 64, "F": 32, "H": 64, "L": 6, "P": 32, "V": 200, "E": 64, "O": 32}
_CELLS = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}
_NONLINEARITIES = {"tanh": "tanh", "relu": "ReLU"}
_HEADS = {
    "last_step": "last step, output[:, -1]",
    "last_hidden": "last state, h_n[-1]",
    "every_step": "every step, as rows (B·T, H)",
    "every_step_3d": "every step, kept (B, T, H)",
    "flatten": "all steps, Linear(T·H, O)",
}
_TASKS = {"regression": "numbers", "classification": "classes", "binary": "yes or no"}
_INPUTS = {"numbers": "numbers", "one-hot": "one-hot classes", "tokens": "tokens, with an embedding"}
_DATA = {
    "random": "random numbers",
    "passengers": "airline passengers",
    "prices": "weekly closing prices",
    "table": "your own table",
    "prepared": "prepared on the Data page",
}

Row = dict[str, Any]


def network_controls() -> None:
    """Everything that makes a spec, in the sidebar."""
    with controls_place():
        st.markdown("## LSTM Shapes")
        controls(control_sections(current()), _quick(current()), lambda: take(what_was_set("controls")), key="controls")
        now = current()
        if now.draft["input"] == "numbers" and now.draft["data"] == "table":
            table_input(now)


def _quick(now: Settings) -> str | None:
    """The settings as a link holds them, None where it cannot: then only the page can answer a change."""
    if now.errors or has_own_data(now):
        return None
    return urlencode(now.spec.to_query() | DATA_ENTRIES.now())


def control_sections(now: Settings) -> list[dict[str, Any]]:
    """What the controls show: titles and rows with their values, limits and complaints."""
    return [
        {"title": "Start from", "rows": _start(now)},
        {"title": "Sizes", "rows": [_size(letter, now) for letter in _letters(now)]},
        {"title": "Network", "rows": _network(now)},
        {"title": "Head and task", "rows": _head(now)},
        {"title": "Data", "rows": _data(now)},
    ]


def _start(now: Settings) -> list[Row]:
    here = next((preset for preset in PRESETS if preset.spec == now.spec and not now.errors), None)
    names = [preset.name for preset in PRESETS] + ([] if here else [_OWN])
    row = _row("select", "preset", "", now, options=[(name, name) for name in names], value=here.name if here else _OWN)
    return [row, {"kind": "note", "field": "about", "label": here.about}] if here else [row]


def _letters(now: Settings) -> list[str]:
    words = now.draft["input"] == "tokens"
    projected = now.draft["cell"] == "lstm" or now.draft["proj_size"]
    return ["B", "T", *(["V", "E"] if words else ["F"]), "H", "L", "O", *(["P"] if projected else [])]


def _size(letter: str, now: Settings) -> Row:
    field = FIELD_OF_SYMBOL[letter]
    one_hot = letter == "F" and now.draft["input"] == "one-hot"
    name = "classes, one-hot" if one_hot else SYMBOLS[letter].name
    limits = {"min": 0 if letter == "P" else 1, "max": _SLIDES_TO[letter], "limit": LARGEST_SIZE}
    help_text = f"{field}; in PyTorch: {SYMBOLS[letter].torch_word}" + ("; 0 for none" if letter == "P" else "")
    return _row("size", field, "", now, letter=letter, name=name, help=help_text, **limits)


def _network(now: Settings) -> list[Row]:
    rows = [_row("choice", "cell", "Cell", now, options=_CELLS)]
    if now.draft["cell"] == "rnn":
        rows.append(_row("choice", "nonlinearity", "Nonlinearity", now, options=_NONLINEARITIES))
    return [
        *rows,
        _row("switch", "batch_first", "batch_first", now, help="x and output as (B, T, …), not (T, B, …)"),
        _row("switch", "bidirectional", "bidirectional", now, help="a second reading from back to front"),
        _row("switch", "bias", "bias", now),
        _row("slide", "dropout", "dropout between layers", now, min=0, max=0.9, step=0.1),
    ]


def _head(now: Settings) -> list[Row]:
    return [
        _row("select", "head", "Head", now, options=_HEADS),
        _row("choice", "task", "Predict", now, options=_TASKS),
    ]


def _data(now: Settings) -> list[Row]:
    rows = [_row("select", "input", "Input", now, options=_INPUTS)]
    if now.draft["input"] == "numbers" or now.draft["data"] == "prepared":
        rows.append(_row("select", "data", "Numbers of x", now, options=_DATA))
    seed = _row("number", "seed", "Seed", now, min=0, limit=LARGEST_SIZE, help="the same seed, the same weights")
    return [*rows, seed]


def _row(kind: str, field: str, label: str, now: Settings, options: Any = None, **rest: Any) -> Row:
    row = {"kind": kind, "field": field, "label": label, "value": now.draft.get(field), **rest}
    row["error"] = now.errors.get(field, "")
    if options is not None:
        row["options"] = list(options.items() if isinstance(options, Mapping) else options)
    return row
