"""A spec's network: its Python source, such as a person would write it, and the module that this very source makes."""

from __future__ import annotations

import itertools
import linecache
import weakref
from types import CodeType
from typing import cast

import torch
from torch import nn

from lstm_viz.random_state import seeded
from lstm_viz.spec import NetworkSpec

_TEMPLATE = """\
class Network(nn.Module):
    def __init__(self):
        super().__init__()
        {layers}

    def forward(self, x):
        {steps}
        return prediction
"""

# a name of its own for each text: a network that goes takes its text along, and not that of another alike
_BUILT = itertools.count(1)
_LOSSES = {"regression": "nn.MSELoss", "classification": "nn.CrossEntropyLoss", "binary": "nn.BCEWithLogitsLoss"}


def source(spec: NetworkSpec) -> str:
    """The class ``Network`` of a spec. It needs ``from torch import nn`` and, for two directions, ``import torch``."""
    layers = [
        f"self.{spec.cell} = {_recurrent_layer(spec)}",
        f"self.fc = nn.Linear({_fc_inputs(spec)}, {spec.outputs})",
    ]
    state = "(h_n, c_n)" if spec.cell == "lstm" else "h_n"
    steps = [f"output, {state} = self.{spec.cell}(x)"]
    if spec.input == "tokens":
        layers.insert(0, f"self.embedding = nn.Embedding({spec.vocabulary_size}, {spec.embedding_size})")
        steps = ["embedded = self.embedding(x)", f"output, {state} = self.{spec.cell}(embedded)"]
    indent = "\n        "
    return _TEMPLATE.format(layers=indent.join(layers), steps=indent.join(steps + _head(spec)))


def build(spec: NetworkSpec) -> nn.Module:
    """The network of a spec, in training mode as PyTorch makes it, with the weights of its seed.

    It is compiled from ``source(spec)``: what a person copies is what ran, to the last weight.

    >>> network = build(NetworkSpec(features=3, outputs=2))  # x (B, T, F) → prediction (B, O)
    >>> network(torch.zeros(4, 12, 3)).shape
    torch.Size([4, 2])
    """
    network = _network_class(source(spec))
    with seeded(spec.seed):
        return network()


def outline(spec: NetworkSpec) -> nn.Module:
    """The same network without numbers, on torch's meta device: its weights have shapes and take no memory."""
    with torch.device("meta"):
        return _network_class(source(spec))()


def loss_function(spec: NetworkSpec) -> nn.Module:
    """The loss of the spec's task: MSE, cross-entropy or BCE with logits, averaged."""
    return cast(nn.Module, getattr(nn, _LOSSES[spec.task].removeprefix("nn."))())


def loss_source(spec: NetworkSpec) -> str:
    """``nn.MSELoss()``, as ``loss_function`` makes it."""
    return f"{_LOSSES[spec.task]}()"


def classes_last(spec: NetworkSpec) -> bool:
    """Whether the scores must be turned before the loss: cross-entropy wants (N, C, T), a Linear gives (N, T, C)."""
    return spec.task == "classification" and spec.head == "every_step_3d"


def _network_class(text: str) -> type[nn.Module]:
    filename = f"<network {next(_BUILT)}>"
    namespace = {"torch": torch, "nn": nn, "__name__": "network"}
    exec(_compiled(text, filename), namespace)  # numbers and fixed words of a validated spec  # nosec B102
    network = cast(type[nn.Module], namespace["Network"])
    weakref.finalize(network, linecache.cache.pop, filename, None)
    return network


def _recurrent_layer(spec: NetworkSpec) -> str:
    options = {
        "num_layers": (spec.layers, 1),
        "nonlinearity": (spec.nonlinearity, "tanh"),
        "bias": (spec.bias, True),
        "batch_first": (spec.batch_first, False),
        "dropout": (spec.dropout, 0.0),
        "bidirectional": (spec.bidirectional, False),
        "proj_size": (spec.proj_size, 0),
    }
    written = [f"{name}={value!r}" for name, (value, default) in options.items() if value != default]
    return f"nn.{spec.cell.upper()}({', '.join([str(spec.input_size), str(spec.hidden_size), *written])})"


def _fc_inputs(spec: NetworkSpec) -> int:
    return spec.step_size * (spec.sequence_length if spec.head == "flatten" else 1)


def _head(spec: NetworkSpec) -> list[str]:
    match spec.head:
        case "last_step":
            return [f"last = output[{':, ' if spec.batch_first else ''}-1]", "prediction = self.fc(last)"]
        case "last_hidden" if spec.bidirectional:
            return ["last = torch.cat([h_n[-2], h_n[-1]], dim=1)", "prediction = self.fc(last)"]
        case "last_hidden":
            return ["last = h_n[-1]", "prediction = self.fc(last)"]
        case "every_step":
            return [f"steps = output.reshape(-1, {spec.step_size})", "prediction = self.fc(steps)"]
        case "every_step_3d":
            return ["prediction = self.fc(output)"]
        case "flatten":
            turned = "" if spec.batch_first else ".transpose(0, 1)"
            return [f"flat = output{turned}.flatten(1)", "prediction = self.fc(flat)"]


def _compiled(text: str, filename: str) -> CodeType:
    # linecache is where tracebacks, inspect and trace() look for a module's text
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    return compile(text, filename, "exec")
