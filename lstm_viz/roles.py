"""The axes that a layer gives its results and asks of what it is handed, told from the layer and its input's axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from torch import nn

from lstm_viz.dims import Axis, Shape
from lstm_viz.seen import Call, Seen
from lstm_viz.symbols import ModuleSymbols

Asked = tuple[Axis | None, ...]
"""The axes that a layer expects of a tensor; None where it has no opinion."""


def given_axes(call: Call, position: int, read: Shape, symbols: ModuleSymbols) -> Asked | None:
    """The axes of a layer's result at ``position``, where ``read`` are those of its first input; None if unknown."""
    layer = call.module
    if isinstance(layer, nn.RNNBase):
        return _recurrent(layer, call.inputs[0], position, read, symbols)
    if isinstance(layer, nn.RNNCellBase):
        return (*read[:-1], symbols.axis("H", layer.hidden_size))
    if isinstance(layer, nn.Embedding):
        return (*read, symbols.axis("E", layer.embedding_dim))
    if isinstance(layer, nn.EmbeddingBag):
        return (read[0] if len(read) == 2 else None, symbols.axis("E", layer.embedding_dim))
    if isinstance(layer, nn.Linear):
        return (*read[:-1], symbols.axis("O", layer.out_features))
    if isinstance(layer, nn.modules.conv._ConvNd):
        places = len(layer.kernel_size)
        return (*read[: -places - 1], symbols.axis("F", layer.out_channels), *read[-places:])
    if isinstance(layer, nn.MultiheadAttention) and position == 0:
        return read
    return None


def weight_axes(layer: nn.Module, name: str, symbols: ModuleSymbols) -> Asked | None:
    """The axes of a layer's weight where it is used by itself, as in tied weights."""
    if isinstance(layer, nn.Embedding):
        return symbols.axis("V", layer.num_embeddings), symbols.axis("E", layer.embedding_dim)
    if isinstance(layer, nn.Linear):
        outputs = symbols.axis("O", layer.out_features)
        return (outputs, None) if name == "weight" else (outputs,)
    return None


def asked_axes(calls: Iterable[Call], symbols: ModuleSymbols) -> dict[int, Asked]:
    """What recurrent layers expect of the tensors that they are handed: the axes of their states."""
    asked: dict[int, Asked] = {}
    for call in calls:
        if isinstance(call.module, nn.RNNBase):
            for seen, width in zip(call.inputs[1:], ("H_out", "H"), strict=False):
                asked[seen.index] = _state(call.module, symbols, width, len(seen.shape) == 3)
        elif isinstance(call.module, nn.RNNCellBase):
            hidden = symbols.axis("H", call.module.hidden_size)
            asked |= {seen.index: (Axis.of("B"), hidden)[-len(seen.shape) :] for seen in call.inputs[1:]}
    return asked


def sequences_read(calls: Sequence[Call]) -> set[int]:
    """The tensors that recurrent layers read as x: what nothing else gives a name to is F there."""
    layers = (nn.RNNBase, nn.RNNCellBase)
    return {call.inputs[0].index for call in calls if isinstance(call.module, layers) and call.inputs}


def _recurrent(layer: nn.RNNBase, x: Seen, position: int, read: Shape, symbols: ModuleSymbols) -> Asked:
    packed = x.lengths is not None
    if position == 0:
        directions = symbols.directions(2 if layer.bidirectional else 1)
        return (*read[:-1], directions * _width(layer, symbols, "H_out"))
    shape = _state(layer, symbols, "H" if position == 2 else "H_out", packed or len(read) == 3)
    batch = read[0 if layer.batch_first else 1] if len(read) == 3 and not packed else None
    return shape if batch is None else (shape[0], batch, shape[2])


def _state(layer: nn.RNNBase, symbols: ModuleSymbols, width: str, batched: bool) -> Asked:
    rows = symbols.axis("L", layer.num_layers) * symbols.directions(2 if layer.bidirectional else 1, always=True)
    return (rows, *((Axis.of("B"),) if batched else ()), _width(layer, symbols, width))


def _width(layer: nn.RNNBase, symbols: ModuleSymbols, width: str) -> Axis:
    if width == "H_out" and layer.proj_size:
        return symbols.axis("P", layer.proj_size)
    return symbols.axis("H", layer.hidden_size)
