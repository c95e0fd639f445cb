"""From a spec to what was measured: network, batch, the traced forward pass and loss, and facts checked on them."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from lstm_viz.batch import Batch, make_batch
from lstm_viz.cost import cost
from lstm_viz.datasets import Table
from lstm_viz.dims import shape_size
from lstm_viz.equalities import Equality, equalities
from lstm_viz.network import build, classes_last, loss_function, loss_source, source
from lstm_viz.spec import NetworkSpec
from lstm_viz.trace import TensorRecord, Trace, trace
from lstm_viz.wording import module_text

_SMALL: dict[str, Any] = {
    "batch_size": 2,
    "sequence_length": 23,
    "features": 11,
    "hidden_size": 5,
    "vocabulary_size": 17,
    "embedding_size": 13,
    "outputs": 19,
}


@dataclass(frozen=True, eq=False)
class Forward:
    """One forward pass of a spec. ``batch`` is None where the shapes were computed instead of measured.

    ``layers`` holds each layer as it is written in the code, ``{"lstm": "nn.LSTM(1, 5, batch_first=True)"}``, and
    ``facts`` the equalities between output and states that were checked on this very run.
    """

    spec: NetworkSpec
    trace: Trace
    layers: Mapping[str, str]
    batch: Batch | None = None
    facts: tuple[Equality, ...] = ()

    @property
    def computed(self) -> bool:
        """Whether the shapes come from the axis names alone."""
        return self.batch is None


def run_forward(spec: NetworkSpec, table: Table | None = None, batch: Batch | None = None) -> Forward:
    """Build the network of ``spec``, run it on its batch or on ``batch``, and take its loss.

    The axes have their names from the make of the network, which sizes do not change: they are found once for each.

    >>> run_forward(NetworkSpec()).trace["output"].shape
    (4, 12, 5)
    """
    network, batch = build(spec), batch or make_batch(spec, table)
    measured = _traced(spec, network, batch, names=False)
    like = _named(_make(spec))
    pairs = zip(measured, like, strict=True)
    records = tuple(replace(record, axes=other.axes, notes=other.notes) for record, other in pairs)
    named = replace(measured, tensors=records, **_about_sizes(spec, like))
    return Forward(spec, named, _layers(spec), batch, _facts(spec, network, measured))


def compute_forward(spec: NetworkSpec) -> Forward:
    """The same without running it: the axes of a small network of the same make give the sizes.

    It takes the same time for every size. Values are None; ``computed`` is True.

    >>> compute_forward(NetworkSpec(batch_size=1_000_000)).trace["output"].shape
    (1000000, 12, 5)
    """
    like = _named(_make(spec))
    written, layers, weights = _assignments(source(spec)), _layer_texts(spec), _weights_by_layer(spec)
    records = tuple(_resized(record, spec, written, layers, weights) for record in like)
    in_all = sum(weights.values())
    found = replace(like, tensors=records, weights=in_all, trained=in_all, **_about_sizes(spec, like))
    return Forward(spec, found, _layers(spec))


def _traced(spec: NetworkSpec, network: nn.Module, batch: Batch, names: bool) -> Trace:
    loss_fn = loss_function(spec)

    def plain(prediction: Tensor, target: Tensor) -> Tensor:
        loss: Tensor = loss_fn(prediction, target)
        return loss

    def turned(prediction: Tensor, target: Tensor) -> Tensor:
        loss: Tensor = loss_fn(prediction.transpose(1, 2), target)
        return loss

    layout = "B, T" if spec.batch_first else "T, B"
    axes = layout if spec.input == "tokens" else f"{layout}, F"
    loss = turned if classes_last(spec) else plain
    return trace(network, batch.x, axes=axes, target=batch.target, loss=loss, names=names)


def _facts(spec: NetworkSpec, network: nn.Module, measured: Trace) -> tuple[Equality, ...]:
    """Where output and states are equal on this very run; none where they are too large to be kept."""
    output = measured["output"].values
    states = [values for name in ("h_n", "c_n") if name in measured and (values := measured[name].values) is not None]
    if output is None or len(states) < (2 if spec.cell == "lstm" else 1):
        return ()
    state = (states[0], states[1]) if spec.cell == "lstm" else states[0]
    return equalities(getattr(network, spec.cell), output, state)


def _make(spec: NetworkSpec) -> NetworkSpec:
    """The small spec that stands for all of one make: all that sizes and seed do not change."""
    proj_size = 2 if spec.proj_size else 0
    return replace(spec, data="random", seed=0, dropout=0.0, bias=True, layers=2, proj_size=proj_size, **_SMALL)


@lru_cache(maxsize=256)
def _named(make: NetworkSpec) -> Trace:
    """The trace of a make, with the names of its axes and without its values."""
    traced = _traced(make, build(make), make_batch(make), names=True)
    return replace(traced, tensors=tuple(replace(record, values=None, corner=None) for record in traced), seconds=None)


def _about_sizes(spec: NetworkSpec, like: Trace) -> dict[str, Any]:
    pinned = {symbol: spec.sizes[symbol] for symbol in like.pinned or {}}
    notes = tuple(f"This network only accepts {symbol} = {size}." for symbol, size in pinned.items())
    return {"sizes": {symbol: spec.sizes[symbol] for symbol in like.sizes}, "pinned": pinned, "notes": notes}


def _resized(
    record: TensorRecord,
    spec: NetworkSpec,
    written: Mapping[str, str],
    layers: Mapping[str, str],
    weights: Mapping[str, int],
) -> TensorRecord:
    shape = shape_size(record.axes, spec.sizes)
    return replace(
        record,
        shape=shape,
        nbytes=math.prod(shape) * record.dtype.itemsize,
        expression=written.get(record.variable or "", record.expression),
        layer=layers.get(record.module, record.layer),
        weights=weights[record.module] if record.weights else 0,
    )


def _weights_by_layer(spec: NetworkSpec) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in cost(spec).weights:
        layer = part.name.split()[0]
        found[layer] = found.get(layer, 0) + part.total
    return found


def _layer_texts(spec: NetworkSpec) -> dict[str, str]:
    """Each layer as torch prints it, from a network without memory and with one layer, as there may be millions."""
    with torch.device("meta"):
        network = build(replace(spec, layers=1, dropout=0.0))
    recurrent = network.get_submodule(spec.cell)
    recurrent.num_layers, recurrent.dropout = spec.layers, spec.dropout  # type: ignore[assignment]
    return {path: module_text(part) for path, part in network.named_children()}


def _layers(spec: NetworkSpec) -> dict[str, str]:
    assigned = _assignments(source(spec))
    return {name: text for name, text in assigned.items() if text.startswith("nn.")} | {"loss_fn": loss_source(spec)}


@lru_cache(maxsize=256)
def _assignments(text: str) -> Mapping[str, str]:
    """What is written to the right of each name in a network's source."""
    found = {}
    for statement in ast.walk(ast.parse(text)):
        if isinstance(statement, ast.Assign):
            for target in ast.walk(statement.targets[0]):
                name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", None)
                if name and name != "self":
                    found[name] = ast.unparse(statement.value)
    return found
