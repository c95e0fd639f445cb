"""What a person's code says of layers and shapes: parsed, never executed, and bounded in time and size."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lstm_viz.diagnosis.code_shapes import Shapes, name_of

LONGEST_CODE = 20_000
MOST_LINES = 1_500
MOST_SINGLE_LINES = 250
LONGEST_LINE = 300
DEEPEST = 60
RECURRENT = ("LSTM", "GRU", "RNN")
CELLS = ("LSTMCell", "GRUCell", "RNNCell")
_PARAMETERS = {
    **dict.fromkeys(RECURRENT, ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout")),
    **dict.fromkeys(CELLS, ("input_size", "hidden_size", "bias")),
    "Linear": ("in_features", "out_features", "bias"),
    "Embedding": ("num_embeddings", "embedding_dim", "padding_idx"),
    "DataLoader": ("dataset", "batch_size", "shuffle"),
}
_PROMPT = re.compile(
    r"^\s{0,8}(?:>>> ?|\.\.\. ?|In \[\d+\]: ?|-{1,6}>\s{0,4}\d{0,6} ?|\d{1,5} (?=\s{0,40}\S))", re.MULTILINE
)

Value = int | float | bool | str | None


@dataclass(frozen=True)
class Layer:
    """A layer as the code makes it: ``nn.LSTM(10, 20)`` has arguments by name; what could not be read is not there."""

    kind: str
    name: str
    arguments: Mapping[str, Value]

    def size(self, argument: str) -> int | None:
        """A whole number among its arguments."""
        value = self.arguments.get(argument)
        return value if type(value) is int else None

    def is_on(self, argument: str) -> bool:
        """Whether an argument was given as True."""
        return self.arguments.get(argument) is True


@dataclass(frozen=True)
class LayerCall:
    """A call of a layer, with the shapes of its arguments where they are known."""

    layer: Layer
    shapes: tuple[tuple[int, ...] | None, ...]


@dataclass(frozen=True)
class Code:
    """Layers, tensors' shapes by name, whole numbers by name, and which functions and methods are called."""

    text: str = ""
    layers: tuple[Layer, ...] = ()
    calls: frozenset[str] = frozenset()
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    layer_calls: tuple[LayerCall, ...] = ()

    def of_kind(self, *kinds: str) -> list[Layer]:
        """Its layers of these kinds, in the order of the code."""
        return [layer for layer in self.layers if layer.kind in kinds]

    @property
    def recurrent(self) -> Layer | None:
        """Its only recurrent layer, or the first."""
        found = self.of_kind(*RECURRENT, *CELLS)
        return found[0] if found else None

    def sizes(self) -> dict[str, int]:
        """The symbols' sizes, as far as the code says them of one layer."""
        found: dict[str, int] = {}
        if layer := self.recurrent:
            found |= _sizes_of(layer)
        for layer in self.of_kind("Embedding")[:1]:
            found |= _known({"V": layer.size("num_embeddings"), "E": layer.size("embedding_dim")})
        for layer in self.of_kind("Linear")[-1:]:
            found |= _known({"O": layer.size("out_features")})
        for layer in self.of_kind("DataLoader")[:1]:
            found |= _known({"B": layer.size("batch_size")})
        for call in self.layer_calls[:1]:
            if call.shapes and (x := call.shapes[0]) and len(x) == 3 and call.layer.kind in RECURRENT:
                first, second = (x[0], x[1]) if call.layer.is_on("batch_first") else (x[1], x[0])
                found = {"B": first, "T": second} | found
        return found


def read_code(text: str) -> Code:
    """What ``text``, a program or single lines of one, says; empty where it is no Python. It is never executed.

    >>> code = read_code("H = 20\\nlstm = nn.LSTM(10, H, bidirectional=True)\\nx = torch.randn(5, 3, 10)")
    >>> code.layers[0].arguments["hidden_size"], code.shapes["x"]
    (20, (5, 3, 10))
    """
    text = "\n".join(text[:LONGEST_CODE].splitlines()[:MOST_LINES])
    trees = list(_trees(text))
    if not trees:
        return Code(text)
    nodes = [node for tree in trees for node in _walk(tree)]
    shapes = Shapes()
    for _ in range(2):  # twice, for what is used above the line that sets it
        shapes.read(nodes)
    layers = tuple(_layers(nodes, shapes))
    by_name = {layer.name: layer for layer in layers if layer.name}
    calls = tuple(_layer_calls(nodes, shapes, by_name))
    names = frozenset(name for node in nodes if isinstance(node, ast.Call) and (name := name_of(node.func)))
    return Code(text, layers, names, dict(shapes.tensors), dict(shapes.numbers), calls)


def _trees(text: str) -> Iterator[ast.Module]:
    """The whole text as one program, else whatever lines of it can be read."""
    plain = textwrap.dedent(text)
    if tree := _tree(plain):
        yield tree
        return
    lines = [line for line in _PROMPT.sub("", plain).splitlines() if not line.lstrip().startswith(("%", "!", "File "))]
    if tree := _tree(textwrap.dedent("\n".join(lines))):
        yield tree
        return
    for line in [line.strip() for line in lines if len(line) < LONGEST_LINE][-MOST_SINGLE_LINES:]:
        if line.isascii() and any(sign in line for sign in "=(") and (tree := _tree(line.removesuffix(":"))):
            yield tree


def _tree(text: str) -> ast.Module | None:
    if _depth(text) > DEEPEST:
        return None
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _depth(text: str) -> int:
    """How deep brackets stand in each other, and how many signs follow one another: what makes a parser go deep."""
    depth = deepest = 0
    for sign in text:
        if sign in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in ")]}":
            depth -= 1
    signs = max((len(run) for run in re.findall(r"[-+~]{5,}|(?:not |await |lambda ?:){5,}", text)), default=0)
    return max(deepest, signs)


def _walk(tree: ast.AST) -> list[ast.AST]:
    """All nodes in the order of the lines."""
    nodes = [node for node in ast.walk(tree) if hasattr(node, "lineno")]
    return sorted(nodes, key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))


def _layers(nodes: list[ast.AST], shapes: Shapes) -> Iterator[Layer]:
    named: dict[int, str] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
            for target, value in pairs:
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    pairs += list(zip(target.elts, value.elts, strict=False))
                elif name := name_of(target):
                    named[id(value)] = name
    for node in nodes:
        if isinstance(node, ast.Call) and (kind := name_of(node.func)) in _PARAMETERS and kind is not None:
            yield Layer(kind, named.get(id(node), ""), _arguments(node, _PARAMETERS[kind], shapes))


def _arguments(call: ast.Call, parameters: tuple[str, ...], shapes: Shapes) -> dict[str, Value]:
    given = list(zip(parameters, call.args, strict=False))
    given += [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg]
    values: dict[str, Value] = {}
    for name, node in given:
        if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, (bool, float, str))):
            values[name] = node.value
        elif (number := shapes.number(node)) is not None:
            values[name] = number
    return values


def _layer_calls(nodes: list[ast.AST], shapes: Shapes, by_name: Mapping[str, Layer]) -> Iterator[LayerCall]:
    for node in nodes:
        if isinstance(node, ast.Call) and (layer := by_name.get(name_of(node.func) or "")) and node.args:
            flat = [part for each in node.args for part in (each.elts if isinstance(each, ast.Tuple) else [each])]
            yield LayerCall(layer, tuple(shapes.shape(part) for part in flat))


def _sizes_of(layer: Layer) -> dict[str, int]:
    sizes = _known({"H": layer.size("hidden_size"), "F": layer.size("input_size"), "P": layer.size("proj_size")})
    if layer.kind in RECURRENT:
        layers = layer.size("num_layers") if "num_layers" in layer.arguments else 1
        sizes |= _known({"L": layers}) | {"D": 2 if layer.is_on("bidirectional") else 1}
    return sizes


def _known(sizes: Mapping[str, int | None]) -> dict[str, int]:
    return {symbol: size for symbol, size in sizes.items() if size}
