"""Every weight of a module: its named axes, what it is for, and its count as arithmetic that can be followed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from torch import nn
from torch.nn.parameter import is_lazy

from lstm_viz.arithmetic import Factors, Sum, sum_of
from lstm_viz.dims import SYMBOLS, Axis, Shape, Sizes, describe, shape_size
from lstm_viz.display import Shown
from lstm_viz.layer_axes import GATES, LayerAxes, layer_axes
from lstm_viz.printing import shortened, text_table
from lstm_viz.symbols import ModuleSymbols

if TYPE_CHECKING:
    from pandas import DataFrame

_RECURRENT_NAME = re.compile(r"(?P<role>(?:weight|bias)_(?:ih|hh|hr))(?:_l(?P<layer>\d+))?(?P<reverse>_reverse)?")
_GATE_LETTERS = {"LSTM": "ifgo", "GRU": "rzn"}
_ORDINALS = {"2": "a second", "3": "a third", "4": "a fourth"}
_SECOND_GRU_BIAS = "shifts the gates again; for n, before the reset gate acts"
_PURPOSES = {
    ("Linear", "weight"): "how much each input counts for each output",
    ("Linear", "bias"): "what each output starts from",
    ("Embedding", "weight"): "a row of numbers for each word",
}


@dataclass(frozen=True)
class GateRows:
    """The rows of a weight that belong to one gate: ``weight[start:stop]``."""

    letter: str
    start: int
    stop: int


@dataclass(frozen=True)
class Weight:
    """One weight. ``name`` is its full name, ``module`` the path of its module and ``local`` its name in there.

    ``gates`` says which of its rows belong to which gate, empty where there are none; ``also`` holds the other names
    of a shared weight, which is counted once.
    """

    name: str
    module: str
    local: str
    shape: tuple[int, ...]
    axes: Shape
    count: int
    formula: str
    arithmetic: str
    purpose: str
    gates: tuple[GateRows, ...] = ()
    requires_grad: bool = True
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModuleCount:
    """The weights of one module, without those of the modules inside it; a recurrent module has a part a layer."""

    module: str
    kind: str
    count: int
    parts: tuple[Sum, ...]

    @property
    def arithmetic(self) -> str:
        """``4·5·1 + 4·5·5 + 2·4·5 = 160``, or the sum of the layers where there are several: ``160 + 240 = 400``."""
        if len(self.parts) == 1:
            return self.parts[0].arithmetic
        return f"{' + '.join(f'{part.count:,}' for part in self.parts)} = {self.count:,}"


@dataclass(frozen=True, repr=False)
class ParameterTable(Shown):
    """All weights of a module, in torch's order, and what each of its modules has. ``sizes``: the symbols' values.

    >>> table = parameters(nn.Linear(5, 3))  # weight is (O, 5), bias (O,)
    >>> table.total, table["weight"].shape
    (18, (3, 5))
    """

    rows: tuple[Weight, ...]
    modules: tuple[ModuleCount, ...]
    sizes: Sizes

    @property
    def total(self) -> int:
        """The number of weights, shared ones once: torch's ``sum(p.numel() for p in module.parameters())``."""
        return sum(row.count for row in self.rows)

    @property
    def trainable(self) -> int:
        """How many of them a training step changes."""
        return sum(row.count for row in self.rows if row.requires_grad)

    def __getitem__(self, name: str) -> Weight:
        """The weight of this full name. Raises KeyError."""
        for row in self.rows:
            if name == row.name or name in row.also:
                return row
        raise KeyError(f"no weight {name!r}; there are {', '.join(row.name for row in self.rows)}")

    def __str__(self) -> str:
        rows = [
            (shortened(row.name, 40), str(row.shape), describe(row.axes), row.arithmetic, f"{row.count:,}")
            for row in self.rows
        ]
        rows.append(("in all", "", "", "" if self.trainable == self.total else "not all trained", f"{self.total:,}"))
        table = text_table(("weight", "shape", "axes", "count", "weights"), rows, right=["weights"])
        return "\n".join([table, *self._numbered()])

    def _numbered(self) -> list[str]:
        """What the letters with a number stand for, a line each: ``H₂ = 7, a second H (hidden size) beside H = 5``."""
        used = {symbol for row in self.rows for axis in row.axes for symbol in axis.symbols}
        numbered = [symbol for symbol in self.sizes if symbol in used and len(symbol) > 1]
        return [
            f"{Axis.of(symbol)} = {self.sizes[symbol]:,}, {_ORDINALS.get(symbol[1:], 'one more')} {symbol[0]} "
            f"({SYMBOLS[symbol[0]].name}) beside {symbol[0]} = {self.sizes[symbol[0]]:,}"
            for symbol in numbered
        ]

    def __repr__(self) -> str:
        return str(self)

    def to_frame(self) -> DataFrame:
        """A pandas table with a row a weight, texts as the page shows them."""
        from pandas import DataFrame  # takes half a second to import, and most callers need no frame

        columns = ["name", "shape", "axes", "count", "formula", "arithmetic", "gates", "for", "trained"]
        return DataFrame([_frame_row(row) for row in self.rows], columns=columns)


def parameters(module: nn.Module, sequence_length: int | None = None) -> ParameterTable:
    """Every weight of any module, with named axes where the layers give names: recurrent, Linear and Embedding.

    ``sequence_length`` is T, if it is known: then the input of a Linear behind a flatten is T·H and not a number.
    Raises ValueError for a lazy module that has not got its shapes yet.

    >>> table = parameters(nn.LSTM(1, 5))
    >>> table.modules[0].arithmetic
    '4·5·1 + 4·5·5 + 2·4·5 = 160'
    >>> print(describe(table["weight_ih_l0"].axes), table["weight_ih_l0"].arithmetic)
    (4·H, F) 4·5·1 = 20
    """
    symbols = ModuleSymbols(module)
    layers = layer_axes(module, symbols, sequence_length)
    names = _names_by_weight(module)
    rows: list[Weight] = []
    counts: list[ModuleCount] = []
    for path, part in module.named_modules():
        local_names = _first_names(path, part, names)
        own = [_weight(path, part, local, names, layers.get(path), symbols.sizes) for local in local_names]
        if own:
            rows += own
            counts.append(_count(path, type(part).__name__, own, symbols.sizes))
    return ParameterTable(tuple(rows), tuple(counts), symbols.sizes)


def _names_by_weight(module: nn.Module) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for name, weight in module.named_parameters(remove_duplicate=False):
        if is_lazy(weight):
            advice = "Run the module once on real input, then count."
            raise ValueError(f"{name}: expected a weight with a shape, got a lazy one that has none yet. {advice}")
        names.setdefault(id(weight), []).append(name)
    return names


def _first_names(path: str, part: nn.Module, names: dict[int, list[str]]) -> Iterator[str]:
    for local, weight in part.named_parameters(recurse=False):
        if names[id(weight)][0] == _join(path, local):
            yield local


def _weight(
    path: str, part: nn.Module, local: str, names: dict[int, list[str]], layer: LayerAxes | None, sizes: Sizes
) -> Weight:
    weight = part.get_parameter(local)
    shape = tuple(weight.shape)
    axes = _axes(local, layer) if layer else ()
    if shape_size(axes, sizes) != shape:  # a weight of somebody's own, or one that was reshaped
        layer, axes = None, tuple(map(Axis.of, shape))
    name, *also = names[id(weight)]
    count = sum_of([_factors(axes)], sizes)
    return Weight(
        name=name,
        module=path,
        local=local,
        shape=shape,
        axes=axes,
        count=count.count,
        formula=count.formula,
        arithmetic=count.arithmetic,
        purpose=_purpose(layer.kind, local) if layer else "",
        gates=_gates(layer.kind, local, shape) if layer else (),
        requires_grad=weight.requires_grad,
        also=tuple(also),
    )


def _axes(local: str, layer: LayerAxes) -> Shape:
    """The axes that torch gives to a weight of this name; none for a name that such a layer does not have."""
    if layer.hidden is None or layer.state is None:
        whole = (layer.reads, layer.gives) if layer.kind == "Embedding" else (layer.gives, layer.reads)
        return {"weight": whole, "bias": whole[:1]}.get(local, ())
    found = _RECURRENT_NAME.fullmatch(local)
    if not found:
        return ()
    gates = Axis.of(GATES[layer.kind]) * layer.hidden
    match found["role"]:
        case "weight_ih":
            return (gates, layer.gives if int(found["layer"] or 0) else layer.reads)
        case "weight_hh":
            return (gates, layer.state)
        case "weight_hr":
            return (layer.state, layer.hidden)
    return (gates,)


def _gates(kind: str, local: str, shape: tuple[int, ...]) -> tuple[GateRows, ...]:
    letters = _GATE_LETTERS.get(kind, "")
    found = _RECURRENT_NAME.fullmatch(local)
    if not letters or not found or found["role"] == "weight_hr":
        return ()
    rows = shape[0] // len(letters)
    return tuple(GateRows(letter, place * rows, (place + 1) * rows) for place, letter in enumerate(letters))


def _purpose(kind: str, local: str) -> str:
    found = _RECURRENT_NAME.fullmatch(local)
    if not found:
        return _PURPOSES.get((kind, local), "")
    target = "the gates" if kind in _GATE_LETTERS else "the new state"
    below = f"the output of layer {int(found['layer']) - 1}" if int(found["layer"] or 0) else "the input"
    text = {
        "weight_ih": f"carries {below} into {target}",
        "weight_hh": f"carries the state of the step before into {target}",
        "weight_hr": "makes the state smaller, from H to P",
        "bias_ih": f"shifts {target}",
        "bias_hh": f"shifts {target} again, as cuDNN has it" if kind != "GRU" else _SECOND_GRU_BIAS,
    }[found["role"]]
    return f"{text}, read from the end" if found["reverse"] else text


def _count(path: str, kind: str, rows: list[Weight], sizes: Sizes) -> ModuleCount:
    layers = _by_layer(rows)
    parts = [_sum(f"layer {number}" if len(layers) > 1 else "", group, sizes) for number, group in layers]
    return ModuleCount(path, kind, sum(row.count for row in rows), tuple(parts))


def _by_layer(rows: Iterable[Weight]) -> list[tuple[str, list[Weight]]]:
    def layer(row: Weight) -> str:
        found = _RECURRENT_NAME.fullmatch(row.local)
        return found["layer"] or "" if found else ""

    return [(number, list(group)) for number, group in groupby(rows, layer)]


def _sum(label: str, rows: list[Weight], sizes: Sizes) -> Sum:
    """The terms of one layer; what both directions have alike is written once, times D."""
    directions = [[row for row in rows if row.local.endswith("_reverse") is reverse] for reverse in (False, True)]
    forward, backward = map(_terms, directions)
    if forward == backward:
        return sum_of(forward, sizes, times=("D",), label=label)
    return sum_of(forward + backward, sizes, label=label)


def _terms(rows: list[Weight]) -> list[Factors]:
    """The factors of each weight's count; two biases of one size become a single term with a 2."""
    terms: list[Factors] = []
    for (_, is_bias), group in groupby(rows, lambda row: (row.axes, row.local.startswith("bias_"))):
        alike = [_factors(row.axes) for row in group]
        terms += [(len(alike), *alike[0])] if is_bias and len(alike) > 1 else alike
    return terms


def _factors(axes: Shape) -> Factors:
    return tuple(factor for axis in axes for factor in axis.factors)


def _frame_row(row: Weight) -> list[object]:
    gates = ", ".join(f"{gate.letter} {gate.start}:{gate.stop}" for gate in row.gates)
    texts = [str(row.shape), describe(row.axes), row.count, row.formula, row.arithmetic]
    return [row.name, *texts, gates, row.purpose, row.requires_grad]


def _join(path: str, local: str) -> str:
    return f"{path}.{local}" if path else local
