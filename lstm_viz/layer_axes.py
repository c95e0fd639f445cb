"""What each layer of a module reads and gives, as named axes, told from the layers alone, without a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import nn

from lstm_viz.dims import Axis
from lstm_viz.symbols import ModuleSymbols

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
"""G by kind of recurrent layer. A cell, such as nn.LSTMCell, counts as its layer."""

_RECURRENT: dict[str, tuple[type[nn.Module], ...]] = {
    "LSTM": (nn.LSTM, nn.LSTMCell),
    "GRU": (nn.GRU, nn.GRUCell),
    "RNN": (nn.RNN, nn.RNNCell),
}


@dataclass(frozen=True)
class LayerAxes:
    """The last axis that a layer reads and the one that it gives; for recurrent ones also the axes of its state.

    ``kind`` is LSTM, GRU, RNN, Linear or Embedding; ``hidden`` is H, and ``state`` what h is made of: P or H.
    """

    kind: str
    reads: Axis
    gives: Axis
    hidden: Axis | None = None
    state: Axis | None = None


def layer_axes(module: nn.Module, symbols: ModuleSymbols, sequence_length: int | None = None) -> dict[str, LayerAxes]:
    """The axes of every recurrent layer, Linear and Embedding, by path. ``symbols`` gets F, and T where it is used.

    A layer reads what an earlier one gives, if the sizes agree: the nearest such. Else it reads the model's input, F;
    behind a layer of another kind, or where a Linear's input fits nothing, the axis is a number.

    >>> network = nn.ModuleDict({"lstm": nn.LSTM(3, 5, bidirectional=True), "fc": nn.Linear(10, 1)})
    >>> str(layer_axes(network, ModuleSymbols(network))["fc"].reads)
    'D·H'
    """
    reader = _Reader(symbols, sequence_length)
    return {path: axes for path, part in module.named_modules() if (axes := reader.read(part)) is not None}


class _Reader:
    """Goes through the layers in their order and remembers what they gave, the latest first."""

    def __init__(self, symbols: ModuleSymbols, sequence_length: int | None) -> None:
        self.symbols = symbols
        self.sequence_length = sequence_length
        self.given: list[Axis] = []
        self.unknown = False

    def read(self, part: nn.Module) -> LayerAxes | None:
        if isinstance(part, (nn.Embedding, nn.EmbeddingBag)):
            return self._embedding(part)
        for kind, classes in _RECURRENT.items():
            if isinstance(part, classes):
                return self._recurrent(kind, part)
        if isinstance(part, nn.Linear):
            return self._linear(part)
        self.unknown |= any(weight.dim() > 1 for weight in part.parameters(recurse=False))
        return None

    def _embedding(self, part: nn.Embedding | nn.EmbeddingBag) -> LayerAxes:
        words, size = self.symbols.axis("V", part.num_embeddings), self.symbols.axis("E", part.embedding_dim)
        self.given.insert(0, size)
        return LayerAxes("Embedding", words, size)

    def _recurrent(self, kind: str, part: Any) -> LayerAxes:
        layers, directions, projection = 1, 1, 0
        if isinstance(part, nn.RNNBase):
            layers, directions, projection = part.num_layers, 1 + part.bidirectional, part.proj_size
        reads = self._found(part.input_size) or self._input(part.input_size)
        hidden = self.symbols.axis("H", part.hidden_size)
        state = self.symbols.axis("P", projection) if projection else hidden
        gives = self.symbols.directions(directions) * state
        everything = self.symbols.axis("L", layers) * gives if layers > 1 else gives
        self.given[:0] = [gives, state, everything, hidden]
        return LayerAxes(kind, reads, gives, hidden, state)

    def _linear(self, part: nn.Linear) -> LayerAxes:
        reads = self._found(part.in_features) or self._flattened(part.in_features)
        if reads is None:
            reads = Axis.of(part.in_features) if self.given else self._input(part.in_features)
        gives = self.symbols.axis("O", part.out_features)
        self.given.insert(0, gives)
        return LayerAxes("Linear", reads, gives)

    def _found(self, size: int) -> Axis | None:
        return next((axis for axis in self.given if axis.size(self.symbols.sizes) == size), None)

    def _flattened(self, size: int) -> Axis | None:
        steps = self.sequence_length
        for axis in self.given:
            if steps and axis.size(self.symbols.sizes) * steps == size:
                return self.symbols.axis("T", steps) * axis
        return None

    def _input(self, size: int) -> Axis:
        return Axis.of(size) if self.unknown else self.symbols.axis("F", size)
