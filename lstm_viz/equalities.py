"""What leaves a recurrent layer: what output, h_n and c_n hold, and where they are equal, measured on a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from lstm_viz.dims import Shape, describe, shape, shape_size
from lstm_viz.recurrent import Recurrent, RecurrentError, State, cell_of, sizes_of

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Equality:
    """Two expressions, whether the rule says that they are equal, and how far apart they are on this run.

    The expressions are Python, with ``output``, ``h_n``, ``c_n``, the symbols' letters and, where the output is packed,
    ``padded, lengths = pad_packed_sequence(output)`` in the module's own ``batch_first``. ``holds`` is the rule,
    ``difference`` the greatest absolute difference that was measured, and ``sentence`` says why.
    """

    left: str
    right: str
    holds: bool
    difference: float
    sentence: str

    @property
    def as_expected(self) -> bool:
        """True where the run agrees with the rule; two things that differ by rule may be equal by chance."""
        return self.holds == (self.difference <= TOLERANCE)

    @property
    def statement(self) -> str:
        """``h_n[-1] equals output[:, -1]: max difference 0``."""
        verb = "equals" if self.holds else "is not"
        if not self.as_expected:
            verb = "should equal" if self.holds else "happens to equal"
        return f"{self.left} {verb} {self.right}: max difference {self.difference:.3g}"


@dataclass(frozen=True)
class Holding:
    """What one result holds: its name, its axes, a label for each of its rows (h_n, c_n), and one sentence."""

    name: str
    axes: Shape
    rows: tuple[str, ...]
    sentence: str


def equalities(module: Recurrent, output: Tensor | PackedSequence, state: State) -> tuple[Equality, ...]:
    """Where the results of one call ``output, state = module(x)`` are equal, and where they only seem to be.

    ``output`` is (B, T, D·H), (T, B, D·H), (T, D·H) or packed, as ``module`` returned it; ``state`` is (h_n, c_n) for
    an LSTM, else h_n, each (L·D, B, H) or (L·D, H); H is P where there is a projection. True equalities come first.
    Raises RecurrentError for tensors that this module cannot have returned.

    >>> lstm = torch.nn.LSTM(3, 5, batch_first=True)
    >>> print(equalities(lstm, *lstm(torch.randn(4, 12, 3)))[0].statement)
    h_n[-1] equals output[:, -1]: max difference 0
    """
    h_n, c_n = _check(module, output, state)
    reader = _Reader(module, output)
    ends = _two_directions(module, reader, h_n) if module.bidirectional else _one_direction(reader, h_n)
    found = chain(ends, _never_leave(module, reader, h_n, c_n))
    return tuple(sorted(found, key=lambda equality: not equality.holds))


def holdings(module: Recurrent, batched: bool = True) -> tuple[Holding, ...]:
    """What output, h_n and, for an LSTM, c_n hold; ``batched`` False for an x without a batch axis.

    >>> [f"{holding.name} {describe(holding.axes)}" for holding in holdings(torch.nn.GRU(3, 5))]
    ['output (T, B, H)', 'h_n (L·D, B, H)']
    """
    D, L, width = 1 + module.bidirectional, module.num_layers, _width(module)  # noqa: N806
    rows = tuple(f"L{layer}{arrow}" for layer in range(L) for arrow in "→←"[:D])
    steps = "T" if not batched else "B, T" if module.batch_first else "T, B"
    state = "L*D, B" if batched else "L*D"
    layer = "the last layer" if L > 1 else "the layer"
    sides = ", the forward direction first and the reverse beside it" if D == 2 else ""
    output = Holding(
        "output", shape(f"{steps}, {'D*' * (D == 2)}{width}"), (), f"Every h_t of {layer}, one for each step{sides}."
    )
    each = "each layer" if D == 1 else "each layer and direction"
    ends = "; the reverse direction reads step 0 last" if D == 2 else ""
    h_n = Holding("h_n", shape(f"{state}, {width}"), rows, f"The h of {each} after the last step that it reads{ends}.")
    if cell_of(module) != "lstm":
        return output, h_n
    memory = f"The memory c of {each} at the same step; no other c is returned."
    c_n = Holding("c_n", shape(f"{state}, H"), rows, memory)
    return output, h_n, c_n


def reached_by(
    module: Recurrent, layer: int, direction: int, step: int, steps: int, batched: bool = True
) -> tuple[str, ...]:
    """The expressions that hold the h of one layer and direction at one step of ``steps``; none if it never leaves.

    >>> reached_by(torch.nn.LSTM(3, 5, batch_first=True), layer=0, direction=0, step=11, steps=12)
    ('output[:, 11]', 'h_n[0]')
    """
    D = 1 + module.bidirectional  # noqa: N806
    last_read = step == (0 if direction else steps - 1)
    found = [_at(module, str(step), _half(module, direction), batched)] if layer == module.num_layers - 1 else []
    return (*found, *([f"h_n[{layer * D + direction}]"] if last_read else []))


def gaps(left: Tensor, right: Tensor) -> Tensor:
    """The absolute differences; the same infinity, or nan on both sides, is no difference.

    >>> gaps(torch.tensor([1.0, torch.inf]), torch.tensor([3.0, torch.inf]))
    tensor([2., 0.])
    """
    return torch.where((left == right) | (left.isnan() & right.isnan()), 0, left - right).abs()


class _Reader:
    """Reads output at a sample's last or first step, with the expression that does it."""

    def __init__(self, module: Recurrent, output: Tensor | PackedSequence) -> None:
        self.module = module
        self.packed = isinstance(output, PackedSequence)
        if isinstance(output, PackedSequence):
            padded, lengths = pad_packed_sequence(output, batch_first=True)
            self.steps, self.lengths = padded, tuple(lengths.tolist())  # (B, T, D·H)
        else:
            steps = output.unsqueeze(0) if output.dim() == 2 else output
            self.steps = steps if module.batch_first or output.dim() == 2 else steps.transpose(0, 1)  # (B, T, D·H)
            self.lengths = (self.steps.shape[1],) * self.steps.shape[0]
        self.batched = self.packed or output.dim() == 3  # type: ignore[union-attr]

    def last(self, direction: int | None = None) -> tuple[str, Tensor]:
        rows = torch.arange(len(self.lengths), device=self.steps.device)
        ends = torch.tensor(self.lengths, device=self.steps.device) - 1
        values = self._half(self.steps[rows, ends], direction)  # (B, H)
        if not self.packed:
            return self._text("-1", direction), values
        places = "torch.arange(B), lengths - 1" if self.module.batch_first else "lengths - 1, torch.arange(B)"
        columns = _half(self.module, direction)
        return f"padded[{places}{columns and ', ' + columns}]", values

    def at(self, step: int, direction: int | None = None) -> tuple[str, Tensor]:
        return self._text(str(step), direction), self._half(self.steps[:, step], direction)

    def _text(self, step: str, direction: int | None) -> str:
        name = "padded" if self.packed else "output"
        return _at(self.module, step, _half(self.module, direction), self.batched, name)

    def _half(self, values: Tensor, direction: int | None) -> Tensor:
        return values if direction is None else values.chunk(2, dim=-1)[direction]


def _one_direction(reader: _Reader, h_n: Tensor) -> Iterator[Equality]:
    last = reader.last()
    yield _measured("h_n[-1]", h_n[-1], *last, True, "The last layer's h after the last step is the end of output.")
    if min(reader.lengths, default=0) < max(reader.lengths, default=0):
        sentence = "Past the end of a shorter sample there are zeros, not its last h."
        yield _measured("h_n[-1]", h_n[-1], *reader.at(-1), False, sentence)


def _two_directions(module: Recurrent, reader: _Reader, h_n: Tensor) -> Iterator[Equality]:
    width = _width(module)
    forward, reverse = f"The forward half, the first {width} columns,", f"The reverse half, the last {width} columns,"
    yield _measured("h_n[-2]", h_n[-2], *reader.last(0), True, f"{forward} ends at the last step.")
    yield _measured("h_n[-1]", h_n[-1], *reader.at(0, 1), True, f"{reverse} reads backwards and ends at step 0.")
    if max(reader.lengths, default=0) > 1:
        sentence = f"{reverse} has read only one step when it is at the last one."
        yield _measured("h_n[-1]", h_n[-1], *reader.last(1), False, sentence)


def _never_leave(module: Recurrent, reader: _Reader, h_n: Tensor, c_n: Tensor | None) -> Iterator[Equality]:
    direction, top = (0, "[-2]") if module.bidirectional else (None, "[-1]")
    if module.num_layers > 1:
        sentence = "Layer 0 hands its h up to layer 1: only the last layer's h is in output."
        yield _measured("h_n[0]", h_n[0], *reader.last(direction), False, sentence)
    if c_n is not None and not module.proj_size:
        sentence = "c is the memory inside; only h = o ⊙ tanh(c) is in output."
        yield _measured(f"c_n{top}", c_n[-2 if module.bidirectional else -1], *reader.last(direction), False, sentence)


def _measured(left: str, left_values: Tensor, right: str, right_values: Tensor, holds: bool, why: str) -> Equality:
    apart = gaps(left_values.detach().reshape(right_values.shape), right_values.detach())
    return Equality(left, right, holds, float(apart.max()) if apart.numel() else 0.0, why)


def _at(module: Recurrent, step: str, columns: str, batched: bool, name: str = "output") -> str:
    if batched and module.batch_first:
        return f"{name}[:, {step}{columns and ', ' + columns}]"
    if not columns:
        return f"{name}[{step}]"
    return f"{name}[{step}, :, {columns}]" if batched else f"{name}[{step}, {columns}]"


def _half(module: Recurrent, direction: int | None) -> str:
    if direction is None or not module.bidirectional:
        return ""
    return f"{_width(module)}:" if direction else f":{_width(module)}"


def _width(module: Recurrent) -> str:
    return "P" if module.proj_size else "H"


def _check(module: Recurrent, output: Tensor | PackedSequence, state: State) -> tuple[Tensor, Tensor | None]:
    lstm, sizes = cell_of(module) == "lstm", sizes_of(module)
    advice = "Pass what one and the same call returned: output, state = module(x)."
    is_pair = isinstance(state, (tuple, list)) and len(state) == 2
    if is_pair != lstm:
        expected = "the pair (h_n, c_n) of an LSTM" if lstm else f"h_n alone, as a {cell_of(module).upper()} has no c_n"
        raise RecurrentError("state", expected, "a pair" if is_pair else f"a {type(state).__name__}", advice)
    values = output.data if isinstance(output, PackedSequence) else output
    axes = "D*P" if "P" in sizes else "D*H"
    features = shape(axes)[0].size(sizes)
    if values.dim() not in (2, 3) or values.shape[-1] != features:
        expected = f"(…, {shape(axes)[0]}) with {features} numbers on the last axis"
        raise RecurrentError("output", expected, str(tuple(values.shape)), advice)
    state_axes, batch = "L*D", _batch_size(module, output)
    if batch is not None:
        state_axes, sizes = "L*D, B", sizes | {"B": batch}
    h_n, c_n = (state, None) if isinstance(state, Tensor) else state
    for name, part, width in (("h_n", h_n, _width(module)), ("c_n", c_n, "H")):
        wanted = shape(f"{state_axes}, {width}")
        if part is not None and tuple(part.shape) != shape_size(wanted, sizes):
            expected = f"{describe(wanted)} = {shape_size(wanted, sizes)} beside this output"
            raise RecurrentError(name, expected, str(tuple(part.shape)), advice)
    return h_n, c_n


def _batch_size(module: Recurrent, output: Tensor | PackedSequence) -> int | None:
    if isinstance(output, PackedSequence):
        return int(output.batch_sizes[0])
    return None if output.dim() == 2 else output.shape[0 if module.batch_first else 1]
