"""The network behind saved weights: a state_dict's names and shapes say what the layers were made with."""

from __future__ import annotations

import io
import pickle  # for the name of its error  # nosec B403
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from lstm_viz.amounts import bytes_text
from lstm_viz.spec import Cell, NetworkSpec, SpecError

LARGEST_FILE = 50_000_000
_CELL_OF_GATES: dict[int, Cell] = {4: "lstm", 3: "gru", 1: "rnn"}
_NAME = re.compile(
    r"(?P<path>(?:.*\.)?)(?P<role>weight_ih|weight_hh|weight_hr|bias_ih|bias_hh)"
    r"(?:_l(?P<layer>\d+)(?P<reverse>_reverse)?)?"
)
_DEEPEST = 4

Shapes = Mapping[str, tuple[int, ...]]
"""The shape of each tensor by its name."""


class StateDictError(ValueError):
    """Saved weights that cannot be read: a sentence for the person who brought them."""


@dataclass(frozen=True)
class RecurrentWeights:
    """One recurrent layer, as its weights say; ``is_cell`` where it is an LSTMCell and the like, one step of one layer.

    ``path`` is its name in the model, empty where the model is the layer. Whether it was batch first, its dropout and
    an RNN's nonlinearity leave no trace in the weights.
    """

    path: str
    cell: Cell
    input_size: int
    hidden_size: int
    layers: int
    bidirectional: bool
    bias: bool
    proj_size: int
    is_cell: bool = False

    @property
    def step_size(self) -> int:
        """The last axis of its output: D·H, with a projection D·P."""
        return (2 if self.bidirectional else 1) * (self.proj_size or self.hidden_size)

    def __str__(self) -> str:
        words = [f"{self.input_size}, {self.hidden_size}"]
        words += [f"num_layers={self.layers}"] if self.layers > 1 else []
        words += ["bias=False"] if not self.bias else []
        words += ["bidirectional=True"] if self.bidirectional else []
        words += [f"proj_size={self.proj_size}"] if self.proj_size else []
        made = f"nn.{self.cell.upper()}{'Cell' if self.is_cell else ''}({', '.join(words)})"
        return f"{self.path}: {made}" if self.path else made


@dataclass(frozen=True)
class SavedNetwork:
    """The recurrent layers of a state_dict, and all its shapes."""

    layers: tuple[RecurrentWeights, ...]
    shapes: Shapes

    def embedding(self, layer: RecurrentWeights) -> tuple[str, int, int] | None:
        """(name, V, E) of the embedding that gives this layer what it reads."""
        for name, shape in self.shapes.items():
            path, _, last = name.rpartition(".")
            fits = last == "weight" and path and len(shape) == 2 and shape[-1] == layer.input_size
            if fits and f"{path}.bias" not in self.shapes and self._comes_before(name, layer):
                return name, shape[0], shape[1]
        return None

    def head(self, layer: RecurrentWeights) -> tuple[str, int, int] | None:
        """(name, O, in_features) of the first Linear behind the layer that takes one step of it, or several at once."""
        behind = [
            (name, shape[0], shape[1])
            for name, shape in self.shapes.items()
            if name.rpartition(".")[2] == "weight" and len(shape) == 2 and not self._comes_before(name, layer)
        ]
        one = [each for each in behind if each[2] == layer.step_size]
        several = [each for each in behind if each[2] % layer.step_size == 0]
        return next(iter((*one, *several)), None)

    def spec(self, layer: RecurrentWeights, base: NetworkSpec | None = None) -> tuple[NetworkSpec, tuple[str, ...]]:
        """The settings that draw this layer with what goes with it, and sentences on what the weights do not say.

        What they do not say is taken from ``base``. Raises StateDictError for a network too large to be drawn.
        """
        base = base or NetworkSpec()
        notes = ["The weights do not say whether it is batch_first, nor its dropout."]
        fields: dict[str, Any] = {
            "cell": layer.cell,
            "hidden_size": layer.hidden_size,
            "layers": layer.layers,
            "bidirectional": layer.bidirectional,
            "bias": layer.bias,
            "proj_size": layer.proj_size,
            "dropout": 0.0,
        }
        if layer.cell != "rnn":
            fields["nonlinearity"] = "tanh"
        else:
            notes.append("Nor do they say whether an RNN has tanh or ReLU.")
        if layer.is_cell:
            notes.append("It is a cell, which does one step: drawn as a layer that goes over all of them.")
        found, head = self.embedding(layer), self.head(layer)
        if found:
            notes.append(f"{found[0]} is taken for its embedding, V = {found[1]:,} and E = {found[2]:,}.")
            fields |= {"input": "tokens", "vocabulary_size": found[1], "embedding_size": found[2]}
        else:
            fields |= {"input": "numbers", "features": layer.input_size}
            fields["data"] = base.data if layer.input_size == 1 and base.data != "prepared" else "random"
        if head:
            steps = head[2] // layer.step_size
            notes.append(f"{head[0]} is taken for the head: {head[2]:,} numbers to O = {head[1]:,}.")
            fields |= {"outputs": head[1], "head": "last_step" if base.head == "flatten" else base.head}
            if steps > 1:
                fields |= {"head": "flatten", "sequence_length": steps}
        else:
            notes.append("No Linear behind it takes its output: the head that is drawn is not from the file.")
        if base.task == "classification" and fields.get("outputs", base.outputs) < 2:
            fields["task"] = "regression"
        try:
            return replace(base, **fields), tuple(notes)
        except SpecError as error:
            raise StateDictError(f"{layer} cannot be drawn here. {error}") from error

    def _comes_before(self, name: str, layer: RecurrentWeights) -> bool:
        names = list(self.shapes)
        prefix = f"{layer.path}." if layer.path else ""
        first = next(place for place, each in enumerate(names) if each.startswith(f"{prefix}weight_ih"))
        return names.index(name) < first


def read_state_dict(content: bytes) -> SavedNetwork:
    """What a file of ``torch.save(model.state_dict(), …)`` holds. Nothing in it is executed, and no values are loaded.

    A checkpoint such as ``{"model": state_dict, "epoch": 3}`` is understood. Raises StateDictError with a sentence.

    >>> file = io.BytesIO()
    >>> torch.save(torch.nn.LSTM(3, 5, bidirectional=True).state_dict(), file)
    >>> print(read_state_dict(file.getvalue()).layers[0])
    nn.LSTM(3, 5, bidirectional=True)
    """
    _check_container(content)
    try:
        # on the meta device the shapes alone are made; weights_only refuses whatever is not plain data
        held = torch.load(io.BytesIO(content), map_location="meta", weights_only=True)
    except pickle.UnpicklingError as error:
        if "global" in str(error).lower():  # the name of something that would have to be called
            raise StateDictError(_REFUSED) from error
        raise StateDictError(f"The file is damaged, or holds what is no plain data. {_SAVE_SO}") from error
    except Exception as error:  # a damaged file: torch raises many kinds
        raise StateDictError(f"The file cannot be read ({type(error).__name__}). {_SAVE_SO}") from error
    found = [network for shapes in _dictionaries(held) if (network := network_of(shapes)).layers]
    if found:
        return found[0]
    if not any(True for _ in _dictionaries(held)):
        raise StateDictError(f"The file holds no weights by name, but a {type(held).__name__}. {_SAVE_SO}")
    raise StateDictError(
        "The file holds weights, but none of an LSTM, GRU or RNN: no name ends with weight_ih_l0 or weight_ih."
    )


def network_of(shapes: Shapes) -> SavedNetwork:
    """The recurrent layers among these shapes, in their order, whatever stands before their names.

    Raises StateDictError where the weights of a layer do not go together.

    >>> weights = {"lstm.weight_ih_l0": (20, 3), "lstm.weight_hh_l0": (20, 5)}
    >>> network_of(weights).layers
    (RecurrentWeights(path='lstm', cell='lstm', input_size=3, hidden_size=5, layers=1, bidirectional=False, \
bias=False, proj_size=0, is_cell=False),)
    """
    by_path: dict[str, dict[str, tuple[int, ...]]] = {}
    for name, shape in shapes.items():
        if match := _NAME.fullmatch(name):
            by_path.setdefault(match["path"], {})[name.removeprefix(match["path"])] = tuple(shape)
    layers = [
        _layer(path.rstrip("."), own)
        for path, own in by_path.items()
        if any(local.startswith("weight_ih") for local in own)
    ]
    return SavedNetwork(tuple(layers), dict(shapes))


def _layer(path: str, own: Shapes) -> RecurrentWeights:
    is_cell = "weight_ih" in own
    first = "" if is_cell else "_l0"
    weight_ih, weight_hh = (_matrix(path, own, f"{role}{first}") for role in ("weight_ih", "weight_hh"))
    projected = own.get(f"weight_hr{first}")
    hidden = _matrix(path, own, f"weight_hr{first}")[1] if projected else weight_hh[1]
    gates, rest = divmod(weight_ih[0], hidden)
    if rest or gates not in _CELL_OF_GATES:
        what = f"weight_ih{first} {weight_ih} and weight_hh{first} {weight_hh}"
        raise StateDictError(
            f"{path or 'The layer'}: {what} are those of no LSTM (4·H rows), GRU (3·H) or RNN (H): H would be {hidden}."
        )
    bidirectional = f"weight_ih{first}_reverse" in own
    count = 1 if is_cell else 1 + max(int(found[1]) for name in own if (found := re.search(r"_l(\d+)", name)))
    layer = RecurrentWeights(
        path=path,
        cell=_CELL_OF_GATES[gates],
        input_size=weight_ih[1],
        hidden_size=hidden,
        layers=count,
        bidirectional=bidirectional,
        bias=f"bias_ih{first}" in own,
        proj_size=projected[0] if projected else 0,
        is_cell=is_cell,
    )
    _check(layer, own)
    return layer


def _matrix(path: str, own: Shapes, name: str) -> tuple[int, int]:
    shape = own.get(name)
    where = f"{path}.{name}" if path else name
    if shape is None:
        raise StateDictError(f"{where} is missing, and the layer's other weights are there: the file is incomplete.")
    if len(shape) != 2 or 0 in shape:
        raise StateDictError(f"{where}: expected two axes of at least 1, got the shape {tuple(shape)}.")
    return shape[0], shape[1]


def _check(layer: RecurrentWeights, own: Shapes) -> None:
    """Compare every weight with what such a layer has."""
    wanted = expected_shapes(layer)
    for name in dict.fromkeys((*wanted, *own)):
        if wanted.get(name) != own.get(name):
            got = own.get(name, "none")
            raise StateDictError(f"{layer}: expected {name} {wanted.get(name, 'not to be there')}, got {got}.")


def expected_shapes(layer: RecurrentWeights) -> dict[str, tuple[int, ...]]:
    """The weights that PyTorch gives to such a layer, by their names in it."""
    gates = next(gates for gates, cell in _CELL_OF_GATES.items() if cell == layer.cell)
    rows, state = gates * layer.hidden_size, layer.proj_size or layer.hidden_size
    shapes: dict[str, tuple[int, ...]] = {}
    for number in range(layer.layers):
        for reverse in ("", "_reverse") if layer.bidirectional else ("",):
            end = "" if layer.is_cell else f"_l{number}{reverse}"
            shapes[f"weight_ih{end}"] = (rows, layer.step_size if number else layer.input_size)
            shapes[f"weight_hh{end}"] = (rows, state)
            if layer.bias:
                shapes[f"bias_ih{end}"] = shapes[f"bias_hh{end}"] = (rows,)
            if layer.proj_size:
                shapes[f"weight_hr{end}"] = (layer.proj_size, layer.hidden_size)
    return shapes


def _check_container(content: bytes) -> None:
    if not content:
        raise StateDictError(f"The file is empty. {_SAVE_SO}")
    if len(content) > LARGEST_FILE:
        limit = f"expected at most {bytes_text(LARGEST_FILE)}, got {bytes_text(len(content))}"
        raise StateDictError(f"The file is too large: {limit}. Save the recurrent layer's state_dict alone.")
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except Exception as error:  # a damaged archive: zipfile raises many kinds
        raise StateDictError(f"This is no file that torch.save wrote since version 1.6. {_SAVE_SO}") from error
    if any(entry.compress_type != zipfile.ZIP_STORED or entry.file_size > len(content) for entry in entries):
        raise StateDictError(f"The file is a compressed archive; torch.save writes none. {_SAVE_SO}")


def _dictionaries(held: Any, depth: int = 0) -> Iterator[Shapes]:
    """The dictionaries of tensors by name in what was loaded, the outermost first."""
    if not isinstance(held, Mapping) or depth > _DEEPEST:
        return
    own = {name: tuple(part.shape) for name, part in held.items() if isinstance(part, Tensor) and isinstance(name, str)}
    if own:
        yield own
    for part in held.values():
        yield from _dictionaries(part, depth + 1)


_SAVE_SO = "Save the weights with torch.save(model.state_dict(), 'weights.pt')."
_REFUSED = (
    "The file holds more than weights: a whole model, or other objects, which reading would have to execute. Nothing "
    f"of it was executed. {_SAVE_SO}"
)
