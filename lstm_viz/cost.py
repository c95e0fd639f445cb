"""What a spec's forward pass costs, by arithmetic alone: nothing is built, so any size has its answer at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lstm_viz.arithmetic import Factors, Sum, sum_of
from lstm_viz.dims import Axis, Shape, shape_size
from lstm_viz.spec import NetworkSpec

FLOAT_BYTES = 4
INDEX_BYTES = 8

# Measured on one core of the machines that this was made on, with oneDNN, as PyTorch runs by default.
_MULTIPLY_ADDS_A_NANOSECOND = 15
_NANOSECONDS_A_STEP = 35_000
_NANOSECONDS_A_GATE = 6
_SMALLEST_GATE = 16  # oneDNN fills a smaller hidden size up to this
_NANOSECONDS_A_WEIGHT = 8
_NANOSECONDS_A_LAYER = 300_000
_NANOSECONDS_A_BYTE = 3


@dataclass(frozen=True)
class Part:
    """A count for one part of the network; ``times`` is the number of layers that are like it."""

    name: str
    each: Sum
    times: int = 1

    @property
    def total(self) -> int:
        """Those of all its layers."""
        return self.times * self.each.count


@dataclass(frozen=True)
class TensorCost:
    """A named tensor of the forward pass, computed, not measured. ``view_of`` names whose memory it shows, if any."""

    name: str
    axes: Shape
    shape: tuple[int, ...]
    item_bytes: int = FLOAT_BYTES
    view_of: str = ""

    @property
    def bytes(self) -> int:
        """The memory that is its own: none for a view."""
        return 0 if self.view_of else self.item_bytes * math.prod(self.shape)


@dataclass(frozen=True)
class Cost:
    """The cost of building a network, and of one forward pass of its batch without gradients.

    ``weights`` counts the parameters. ``working`` counts the numbers that PyTorch holds for a moment beside the named
    ``tensors``, an upper estimate of the peak. ``nanoseconds`` is an estimate for one core.
    """

    parts: tuple[Part, ...]
    weights: tuple[Part, ...]
    tensors: tuple[TensorCost, ...]
    working: Sum
    nanoseconds: int

    @property
    def multiply_adds(self) -> int:
        """Those of all parts. Torch's flop counter says twice as many, a multiply-add being two operations."""
        return sum(part.total for part in self.parts)

    @property
    def parameters(self) -> int:
        """The number of weights, as torch's numel."""
        return sum(part.total for part in self.weights)

    @property
    def parameter_bytes(self) -> int:
        """The memory of the weights, float32."""
        return self.parameters * FLOAT_BYTES

    @property
    def activation_bytes(self) -> int:
        """The memory of the named tensors."""
        return sum(tensor.bytes for tensor in self.tensors)

    @property
    def working_bytes(self) -> int:
        """The memory beside them, at the peak."""
        return self.working.count * FLOAT_BYTES

    @property
    def bytes(self) -> int:
        """The memory of all of it at the peak."""
        return self.parameter_bytes + self.activation_bytes + self.working_bytes

    @property
    def seconds(self) -> float:
        """About how long it takes to build the network and to run it once on one core."""
        return self.nanoseconds / 1e9


def cost(spec: NetworkSpec) -> Cost:
    """What the network and one forward pass of ``spec`` cost, by integer arithmetic; nothing is built.

    >>> small = cost(NetworkSpec())
    >>> small.parts[0].each.arithmetic
    '4·12·(4·5·1 + 4·5·5) = 5,760'
    >>> small.multiply_adds, small.parameters, cost(NetworkSpec(batch_size=10_000_000)).multiply_adds
    (5780, 166, 14450000000)
    """
    parts, weights, tensors = _multiply_adds(spec), _weights(spec), _tensors(spec)
    working = _working(spec, sum(part.total for part in weights))
    nanoseconds = (
        sum(part.total for part in parts) // _MULTIPLY_ADDS_A_NANOSECOND
        + _gate_values(spec) * _NANOSECONDS_A_GATE
        + spec.layers * spec.directions * (spec.sequence_length * _NANOSECONDS_A_STEP + _NANOSECONDS_A_LAYER)
        + sum(part.total for part in weights) * _NANOSECONDS_A_WEIGHT
        + sum(tensor.bytes for tensor in tensors) * _NANOSECONDS_A_BYTE
    )
    return Cost(parts, weights, tensors, working, nanoseconds)


def _multiply_adds(spec: NetworkSpec) -> tuple[Part, ...]:
    sizes = spec.sizes
    embedding = [Part("embedding", sum_of([], sizes))] if spec.input == "tokens" else []  # it only looks up rows
    layers = [sum_of(_layer(spec, reads, bias=False), sizes, (*_directions(spec), "B", "T")) for reads in _reads(spec)]
    head = sum_of([("O", *_fc_reads(spec))], sizes, _rows(spec))
    return (*embedding, *_layers(spec, *layers), Part("fc", head))


def _weights(spec: NetworkSpec) -> tuple[Part, ...]:
    sizes = spec.sizes
    embedding = [Part("embedding", sum_of([("V", "E")], sizes))] if spec.input == "tokens" else []
    layers = [sum_of(_layer(spec, reads, bias=spec.bias), sizes, _directions(spec)) for reads in _reads(spec)]
    head = sum_of([("O", *_fc_reads(spec)), ("O",)], sizes)
    return (*embedding, *_layers(spec, *layers), Part("fc", head))


def _layers(spec: NetworkSpec, first: Sum, others: Sum) -> list[Part]:
    """The first layer, which reads the input, and the others, which are all alike."""
    last = spec.layers - 1
    if last == 0:
        return [Part(spec.cell, first)]
    name = f"{spec.cell} layer 1" if last == 1 else f"{spec.cell} layers 1 to {last:,}, each"
    return [Part(f"{spec.cell} layer 0", first), Part(name, others, last)]


def _layer(spec: NetworkSpec, reads: Factors, bias: bool) -> list[Factors]:
    """The weights of one layer in one direction; without the biases, they are what is multiplied at each step."""
    gates: Factors = (spec.gates, "H") if spec.gates > 1 else ("H",)
    terms = [(*gates, *reads), (*gates, _state(spec))]
    if bias:
        terms.append((2, *gates))
    if spec.proj_size:
        terms.append(("P", "H"))
    return terms


def _reads(spec: NetworkSpec) -> tuple[Factors, Factors]:
    """What the first layer reads at each step, and what the others do."""
    return ("E" if spec.input == "tokens" else "F",), _step(spec)


def _directions(spec: NetworkSpec) -> Factors:
    return ("D",) if spec.bidirectional else ()


def _state(spec: NetworkSpec) -> str:
    return "P" if spec.proj_size else "H"


def _step(spec: NetworkSpec) -> Factors:
    """The last axis of output: D·H."""
    return (*_directions(spec), _state(spec))


def _fc_reads(spec: NetworkSpec) -> Factors:
    return ("T", *_step(spec)) if spec.head == "flatten" else _step(spec)


def _rows(spec: NetworkSpec) -> Factors:
    """How many predictions there are: one for each sample, or for each of its steps."""
    return ("B", "T") if spec.head in ("every_step", "every_step_3d") else ("B",)


def _tensors(spec: NetworkSpec) -> tuple[TensorCost, ...]:
    """In the order of the forward pass, under the names of the code."""
    grid = ("B", "T") if spec.batch_first else ("T", "B")
    sizes = spec.sizes

    def tensor(name: str, *axes: Factors | str, item_bytes: int = FLOAT_BYTES, view_of: str = "") -> TensorCost:
        named = tuple(Axis.of(axis) if isinstance(axis, str) else Axis.of(*axis) for axis in axes)
        return TensorCost(name, named, shape_size(named, sizes), item_bytes, view_of)

    if spec.input == "tokens":
        tensors = [tensor("x", *grid, item_bytes=INDEX_BYTES), tensor("embedded", *grid, "E")]
    else:
        tensors = [tensor("x", *grid, "F")]
    tensors += [tensor("output", *grid, _step(spec)), tensor("h_n", ("L", "D"), "B", _state(spec))]
    if spec.cell == "lstm":
        tensors.append(tensor("c_n", ("L", "D"), "B", "H"))
    rows: tuple[Factors | str, ...] = ("B",)
    match spec.head:
        case "last_step":
            tensors.append(tensor("last", "B", _step(spec), view_of="output"))
        case "last_hidden":
            tensors.append(tensor("last", "B", _step(spec), view_of="" if spec.bidirectional else "h_n"))
        case "every_step":
            rows = (grid,)
            # with batch_first, output is a turned view of what torch made, and a reshape has to copy it
            tensors.append(tensor("steps", grid, _step(spec), view_of="" if spec.batch_first else "output"))
        case "every_step_3d":
            rows = grid
        case "flatten":
            tensors.append(tensor("flat", "B", _fc_reads(spec)))
    classes = spec.task == "classification"
    target = tensor("target", *rows, item_bytes=INDEX_BYTES) if classes else tensor("target", *rows, "O")
    return (*tensors, tensor("prediction", *rows, "O"), target, tensor("loss"))


def _working(spec: NetworkSpec, weights: int) -> Sum:
    """An upper estimate, calibrated on measured peaks: see tests/test_cost.py.

    The widest input twice more, turned; the gates of every step and what the layers hand on; the states and one step's
    temporaries; an LSTM's weights in oneDNN's order, or as much of the others' as a matrix
    product packs; and what the making of x and the target holds for a moment.
    """
    directions = _directions(spec)
    widest = _reads(spec)[0] if spec.input_size > spec.step_size or spec.layers == 1 else _step(spec)
    terms: list[Factors] = [
        (2, "B", "T", *widest),
        (spec.gates + 5, *directions, "B", "T", "H"),
        (4, "L", *directions, "B", "H"),
        (3 * spec.gates, "B", "H"),
        (4, *_rows(spec), "O"),
    ]
    terms.append((weights if spec.cell == "lstm" else weights // 8,))
    if spec.input == "one-hot":
        terms.append((2, "B", "T", "F"))  # one_hot makes int64 first
    elif spec.input == "numbers" and spec.data != "random":
        terms.append((4, "B", "T", "F"))  # a table is cut and scaled in float64
    return sum_of(terms, spec.sizes)


def _gate_values(spec: NetworkSpec) -> int:
    steps = spec.batch_size * spec.sequence_length * spec.layers * spec.directions
    return steps * spec.gates * max(spec.hidden_size, _SMALLEST_GATE)
