"""Where samples and steps stand: in the input, cell by cell, and in the output, position by position."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from lstm_viz.arguments import Labels, shape_of
from lstm_viz.audit.dependency import Place
from lstm_viz.audit.watching import Watched
from lstm_viz.dims import Axis, Shape
from lstm_viz.seen import Seen, holders_in

_ALL = {"B": 6, "T": 8}
_SOME = {"B": 4, "T": 5}
MOST = 48
"""How many positions of an output are looked at, at most: of few samples and steps all, of many some."""


@dataclass(frozen=True, eq=False)
class Source:
    """A tensor to take the gradient at, and for each of its numbers the cell of the input: sample·T + step."""

    tensor: Tensor
    cells: Tensor


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells of the input: B samples of T steps; ``stepped`` is False where x has no axis of steps."""

    samples: int
    steps: int
    stepped: bool
    sources: tuple[Source, ...]

    def strengths(self, gradients: Iterable[Tensor | None]) -> Tensor:
        """The size of a gradient in each cell, (B·T,)."""
        total = torch.zeros(self.samples * self.steps + 1, dtype=torch.float64)
        for source, gradient in zip(self.sources, gradients, strict=True):
            if gradient is not None:
                sizes = gradient.detach().abs().to("cpu", torch.float64).nan_to_num(0.0, posinf=1e300)
                total.index_add_(0, source.cells.reshape(-1), sizes.reshape(-1))
        return total[:-1]

    def places(self, name: str = "x") -> tuple[Place, ...]:
        """A place for each cell."""
        if not self.stepped:
            return tuple(Place(sample, None, f"{name}[{sample}]") for sample in range(self.samples))
        pairs = itertools.product(range(self.samples), range(self.steps))
        return tuple(Place(sample, step, f"{name}[{sample}, {step}]") for sample, step in pairs)


def input_grid(run: Watched, labels: Labels) -> Grid | None:
    """The cells of the leading input; None where no gradient can be taken at it."""
    x = run.x
    if x is None or isinstance(x, list):
        return None
    shape = shape_of(x)
    samples = shape[labels.index("B")] if "B" in labels else 1
    steps = shape[labels.index("T")] if "T" in labels else 1
    if isinstance(x, PackedSequence):
        cells = packed_cells(x, steps)
    else:
        cells = torch.zeros(shape, dtype=torch.int64)
        for letter, unit in (("B", steps), ("T", 1)):
            if letter in labels:
                axis = labels.index(letter)
                along = [-1 if place == axis else 1 for place in range(len(shape))]
                cells = cells + unit * torch.arange(shape[axis]).view(along)
    if id(x) in run.leaves:
        leaf = run.leaves[id(x)]
        sources = [Source(leaf, _spread(cells, leaf.shape))]
    else:
        sources = _tapped(run, x if isinstance(x, Tensor) else x.data, cells, samples * steps)
    return Grid(samples, steps, "T" in labels, tuple(sources)) if sources else None


def packed_cells(packed: PackedSequence, steps: int) -> Tensor:
    """For each packed step (N,) its cell."""
    order = packed.sorted_indices
    cells = []
    for step, count in enumerate(packed.batch_sizes.tolist()):
        samples = torch.arange(count) if order is None else order[:count].cpu()
        cells.append(samples * steps + step)
    return torch.cat(cells)


def _spread(cells: Tensor, shape: Iterable[int]) -> Tensor:
    shape = tuple(shape)
    return cells.reshape(*cells.shape, *(1,) * (len(shape) - cells.ndim)).expand(shape)


def _tapped(run: Watched, x: Tensor, cells: Tensor, unknown: int) -> list[Source]:
    """The sources of an integer input: the tensors that were made of it, each number with the cell that it is from."""
    origin = next((index for index, tensor in run.recorder.tensors.items() if tensor is x), None)
    followed = {} if origin is None else {origin: cells}
    sources = []
    for made_of, index in run.recorder.taps:
        where, tensor = _follow(run, made_of, followed), run.recorder.tensors[index]
        if where is None or tensor.shape[: where.ndim] != where.shape:
            continue
        sources.append(Source(tensor, _spread(where, tensor.shape)))
    return sources


def _follow(run: Watched, index: int, followed: dict[int, Tensor]) -> Tensor | None:
    """The cells of an integer tensor: what was done to x, such as a transpose, is done to the cells."""
    if index in followed:
        return followed[index]
    call = run.recorder.makers.get(index)
    if call is None or call.function is None:
        return None
    parent = next((seen.index for seen in call.inputs if _follow(run, seen.index, followed) is not None), None)
    if parent is None:
        return None
    shape = run.recorder.tensors[index].shape
    cells = followed[parent]
    if call.name == "one_hot":
        result: object = _spread(cells, shape)
    else:
        from lstm_viz.seen import replaced

        def stand_in(seen: Seen) -> Tensor:
            return followed[seen.index] if seen.index in followed else run.recorder.tensors[seen.index]

        try:
            arguments = replaced(call.arguments, stand_in, Seen)
            result = call.function(*arguments, **replaced(call.keywords, stand_in, Seen))
        except Exception:  # an operation on numbers that cells are not fit for
            result = None
    found = next((part for part in holders_in(result) if isinstance(part, Tensor) and part.shape == shape), None)
    if found is None or found.dtype != torch.int64 or (found.numel() and not int(found.min()) >= 0):
        found = cells if cells.shape == shape else None  # x + 1 or x.long() leave every cell where it was
    elif call.name in ("add", "sub", "mul", "remainder", "clamp", "long", "int", "to"):
        found = cells if cells.shape == shape else None
    if found is not None:
        followed[index] = found
    return found


@dataclass(frozen=True, eq=False)
class Position:
    """One position of the output: an index into its leading axes, and what it stands for."""

    index: tuple[int, ...]
    place: Place


@dataclass(frozen=True, eq=False)
class Outputs:
    """The positions of an output that are looked at, and the sample of every number of it, −1 where it has none.

    ``axes`` are its names; ``by_sample`` and ``by_step`` say whether it has positions for each.
    """

    axes: Shape
    positions: tuple[Position, ...]
    sample_of: Tensor
    by_sample: bool
    by_step: bool


def output_positions(
    shape: tuple[int, ...], axes: Shape, sizes: Mapping[str, int], name: str, extra: int | None = None
) -> Outputs:
    """The positions of an output (…) with these axes. ``extra`` is an axis of one number a step, as Linear(T·H, T)."""
    parts = [_parts(axis, size, sizes) for axis, size in zip(axes, shape, strict=True)]
    if extra is not None:
        parts[extra] = [("T", shape[extra])]
    positioned = [place for place, part in enumerate(parts) if part]
    leading = range(positioned[-1] + 1) if positioned else range(0)
    chosen = [_chosen(parts[axis], shape[axis]) for axis in leading]
    combinations = list(itertools.product(*chosen))
    combinations = combinations[:: math.ceil(len(combinations) / MOST)] if len(combinations) > MOST else combinations
    sample_of = torch.full(shape, -1)
    for axis in leading:
        if parts[axis]:
            per_index = torch.tensor([_component(parts[axis], index).get("B", -1) for index in range(shape[axis])])
            if (per_index >= 0).any():
                sample_of = per_index.view([-1 if place == axis else 1 for place in range(len(shape))]).expand(shape)
    positions = []
    for index in combinations:
        found: dict[str, int] = {}
        for axis, number in zip(leading, index, strict=True):
            found |= _component(parts[axis], number)
        text = f"{name}[{', '.join(map(str, index))}]" if index else name
        positions.append(Position(index, Place(found.get("B"), found.get("T"), text)))
    letters = {letter for part in parts for letter, _ in part}
    return Outputs(axes, tuple(positions), sample_of, "B" in letters, "T" in letters)


def packed_positions(packed: PackedSequence, axes: Shape, name: str) -> Outputs:
    """The positions of a packed output (N, …)."""
    steps = len(packed.batch_sizes)
    cells = packed_cells(packed, steps)
    rows = _evenly(len(cells), MOST // 2)
    positions = [
        Position((row,), Place(int(cells[row]) // steps, int(cells[row]) % steps, f"{name}.data[{row}]"))
        for row in rows
    ]
    sample_of = _spread(cells // steps, packed.data.shape)
    return Outputs(axes, tuple(positions), sample_of, True, True)


def _parts(axis: Axis, size: int, sizes: Mapping[str, int]) -> list[tuple[str, int]]:
    """The factors of an axis that holds positions, each with its size; none where it holds features."""
    letters = [factor for factor in axis.factors if isinstance(factor, str)]
    if not any(letter in ("B", "T") for letter in letters):
        return []
    parts = [(f, sizes.get(f, 0)) if isinstance(f, str) else ("", f) for f in axis.factors]
    if axis.offset:
        return [(letters[0], size)] if len(parts) == 1 else []
    return parts if math.prod(count for _, count in parts) == size else []


def _component(parts: list[tuple[str, int]], index: int) -> dict[str, int]:
    found = {}
    for letter, count in reversed(parts):
        index, found[letter] = divmod(index, count)
    return found


def _chosen(parts: list[tuple[str, int]], size: int) -> list[int]:
    if not parts:
        return _evenly(size, 2)
    chosen = [0]
    for letter, count in parts:
        picked = _evenly(count, count if count <= _ALL.get(letter, 8) else _SOME.get(letter, 5))
        chosen = [index * count + part for index in chosen for part in picked]
    return chosen


def _evenly(count: int, most: int) -> list[int]:
    """Up to ``most`` of so many, the first, the last and ones between."""
    if count <= most:
        return list(range(count))
    return sorted({round(place * (count - 1) / (most - 1)) for place in range(most)})
