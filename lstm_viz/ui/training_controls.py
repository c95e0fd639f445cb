"""The controls of the Training page: where to start, the network, how it learns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from lstm_viz.dims import SYMBOLS
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.spec import LARGEST_SIZE
from lstm_viz.training.limits import Limits
from lstm_viz.training.parts import OF_TASK
from lstm_viz.training.presets import PRESETS
from lstm_viz.training.spec import LIMITS
from lstm_viz.ui.components import controls, controls_place, what_was_set
from lstm_viz.ui.data_settings import DataSettings, current_data
from lstm_viz.ui.settings import Settings, current
from lstm_viz.ui.training_settings import OF_NETWORK, TrainingSettings, current_training, preset_of, take_training

Row = dict[str, Any]
_OWN = "Your own settings"
_KEY = "training_controls"
_CELLS = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}
_OPTIMIZERS = {"adam": "Adam", "sgd": "SGD with momentum", "adamw": "AdamW", "rmsprop": "RMSprop"}
_SCHEDULES = {"none": "stays", "step": "in steps", "cosine": "cosine, to 0", "plateau": "when the loss stands still"}
_LOSSES = {"mse": "MSE", "mae": "MAE", "huber": "Huber", "cross-entropy": "cross-entropy", "bce": "BCE with logits"}
_STATES = {
    "reset": "at zeros (reset)",
    "carried": "carried on, detached",
    "undetached": "carried on, undetached (fails)",
}
_RATES = (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_CLIPS = (0.0, 0.1, 0.5, 1.0, 5.0, 10.0)
_DECAYS = (0.0, 0.00001, 0.0001, 0.001, 0.01, 0.1)


def training_controls() -> None:
    """Everything that makes a run, in the sidebar."""
    with controls_place():
        st.markdown("## LSTM Shapes")
        sections = _sections(current_training(), current_data(), current())
        controls(sections, None, lambda: take_training(what_was_set(_KEY)), key=_KEY)


def _sections(now: TrainingSettings, data: DataSettings, network: Settings) -> list[dict[str, Any]]:
    return [
        {"title": "Start from", "rows": _start(now)},
        {"title": "Learning", "rows": _learning(now, data)},
        {"title": "Network", "rows": _network(now, data, network)},
        {"title": "Learning rate over time", "rows": _schedule(now)},
        {"title": "Against trouble", "rows": _trouble(now)},
        {"title": "Order and state", "rows": _order(now)},
    ]


def _start(now: TrainingSettings) -> list[Row]:
    here = preset_of(now)
    names = [preset.name for preset in PRESETS] + ([] if here else [_OWN])
    options = {name: name for name in names}
    row = _row("select", "preset", "", now, options=options, value=here.name if here else _OWN)
    return [row, {"kind": "note", "field": "about", "label": here.about}] if here else [row]


def _learning(now: TrainingSettings, data: DataSettings) -> list[Row]:
    most = Limits().epochs
    return [
        _number("epochs", "epochs, passes over the data", now, limit=most),
        _choices("learning_rate", "learning rate", now, _RATES),
        _size("B", "batch_size", "batch size", now, 128),
        _row("select", "optimizer", "optimizer", now, options=_OPTIMIZERS),
        *([_slide("momentum", "momentum", now, 0, 0.99, 0.01)] if now.draft["optimizer"] == "sgd" else []),
        _row("select", "loss", "loss", now, options=_losses(data)),
    ]


def _losses(data: DataSettings) -> dict[str, str]:
    """The losses that go with the target."""
    task = _task(data)
    fitting = {"regression": ("mse", "mae", "huber"), "classification": ("cross-entropy",), "binary": ("bce",)}[task]
    own = {name: _LOSSES[name] for name in fitting}
    return {"auto": f"of the task: {_LOSSES[OF_TASK[task]]}"} | own


def _task(data: DataSettings) -> str:
    if isinstance(data.ready, Prepared):
        return str(data.ready.recipe.task)
    return "classification" if data.ready.recipe.unit == "characters" else str(data.ready.recipe.task)


def _network(now: TrainingSettings, data: DataSettings, network: Settings) -> list[Row]:
    owns = {"": "as set here and on Shapes"} | dict.fromkeys(own_networks(data), "the example's own")
    rows = [_row("select", "model", "network", now, options=owns, value=now.model)] if len(owns) > 1 else []
    if now.model:
        return [*rows, _note("own", "A network of the example's own. Its code is under “The code that runs”.")]
    return [
        *rows,
        _of_network("choice", "cell", "Cell", network, options=_CELLS),
        _network_size("H", "hidden_size", network, 128),
        _network_size("L", "layers", network, 4),
        _of_network("slide", "dropout", "dropout between layers", network, min=0, max=0.9, step=0.1),
        _of_network("switch", "bidirectional", "bidirectional", network),
        _note("sizes", "The sizes of x and of the prediction come from the data."),
    ]


def own_networks(data: DataSettings) -> tuple[str, ...]:
    """The worked examples whose own network takes this data."""
    ready = data.ready
    if not isinstance(ready, Prepared):
        words = ready.recipe.unit == "words" and ready.recipe.encoding == "indices" and ready.outputs == 1
        return ("Spam or ham",) if words else ()
    recipe = ready.recipe
    single = recipe.task == "regression" and recipe.outputs == 1 and not recipe.many_to_many
    return ("Coffee company's volume",) if single else ()


def _schedule(now: TrainingSettings) -> list[Row]:
    rows = [_row("select", "schedule", "learning rate", now, options=_SCHEDULES)]
    if now.draft["schedule"] in ("step", "plateau"):
        rows.append(_number("schedule_every", "every so many epochs", now))
        rows.append(_slide("schedule_factor", "times", now, 0.05, 0.95, 0.05))
    return rows


def _trouble(now: TrainingSettings) -> list[Row]:
    patience = "stop after so many epochs without a lower validation loss, and go back to the best weights; 0: never"
    clip = "the largest norm that all gradients together may have"
    return [
        _number("patience", "early stopping, patience", now, least=0, help=patience),
        _choices("clip", "clip gradients at", now, _CLIPS, none="no clipping", help=clip),
        _choices("weight_decay", "weight decay", now, _DECAYS, none="none"),
    ]


def _order(now: TrainingSettings) -> list[Row]:
    return [
        _row("switch", "shuffle", "shuffle the training samples", now),
        _row("select", "state", "state between batches", now, options=_STATES),
        _number("seed", "Seed", now, least=0, limit=LARGEST_SIZE, help="of the order of the samples and of dropout"),
    ]


def _choices(
    field: str, label: str, now: TrainingSettings, values: Sequence[float], none: str = "", **rest: Any
) -> Row:
    """A select of numbers; one that a link brought is among them."""
    value = float(now.draft[field])
    options = {_text(each): none if none and not each else _text(each) for each in sorted({*values, value})}
    return _row("select", field, label, now, options=options, value=_text(value), **rest)


def _text(value: float) -> str:
    return f"{value:.8f}".rstrip("0").rstrip(".") if value < 1 else f"{value:g}"


def _number(field: str, label: str, now: TrainingSettings, least: int = 1, **rest: Any) -> Row:
    return _row("number", field, label, now, **{"min": least, "limit": int(LIMITS[field][1]), **rest})


def _slide(field: str, label: str, now: TrainingSettings, least: float, most: float, step: float) -> Row:
    return _row("slide", field, label, now, min=least, max=most, step=step)


def _size(letter: str, field: str, name: str, now: TrainingSettings, slides_to: int) -> Row:
    limits = {"min": 1, "max": slides_to, "limit": LARGEST_SIZE}
    return _row("size", field, "", now, letter=letter, name=name, **limits)


def _network_size(letter: str, field: str, network: Settings, slides_to: int) -> Row:
    limits = {"min": 1, "max": slides_to, "limit": LARGEST_SIZE}
    return _of_network("size", field, "", network, letter=letter, name=SYMBOLS[letter].name, **limits)


def _of_network(kind: str, field: str, label: str, network: Settings, options: Any = None, **rest: Any) -> Row:
    row = {"kind": kind, "field": OF_NETWORK + field, "label": label, "value": network.draft[field], **rest}
    row["error"] = network.errors.get(field, "")
    if options is not None:
        row["options"] = list(options.items())
    return row


def _note(field: str, text: str) -> Row:
    return {"kind": "note", "field": field, "label": text}


def _row(kind: str, field: str, label: str, now: TrainingSettings, options: Any = None, **rest: Any) -> Row:
    row = {"kind": kind, "field": field, "label": label, "value": now.draft.get(field), **rest}
    row["error"] = now.errors.get(field, "")
    if isinstance(options, Mapping):
        row["options"] = list(options.items())
    return row
