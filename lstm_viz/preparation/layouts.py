"""view, reshape, permute and transpose on a batch, with every element carrying where it came from."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lstm_viz.dims import Axis, Shape

Operation = Literal["view", "reshape", "permute", "transpose", "contiguous"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Layout:
    """A tensor's shape, and how it lies in memory.

    ``strides`` are in elements. ``codes`` has the tensor's shape: each element's place among the elements of the batch
    that all began with, counted as it is read there. ``storage`` holds the same codes in the order of memory; −1 where
    the tensor does not reach. ``axes`` names the axes as far as their sizes tell.
    """

    expression: str
    axes: Shape
    strides: tuple[int, ...]
    is_contiguous: bool
    codes: Codes
    storage: Codes

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape as torch prints it."""
        return self.codes.shape

    @cached_property
    def reads(self) -> Codes:
        """The place in memory of each element, in the order of reading: 0, 1, 2, … where it is contiguous."""
        places = np.zeros(self.shape, dtype=np.int64)
        for axis, stride in enumerate(self.strides):
            along = np.arange(self.shape[axis]) * stride
            places += along.reshape([-1 if other == axis else 1 for other in range(len(self.shape))])
        return places.reshape(-1)


@dataclass(frozen=True, eq=False)
class Rearranged:
    """What one operation made of a tensor.

    ``before`` and ``after`` are the layouts, ``result`` the tensor; ``after`` and ``result`` are None where torch
    refuses, and ``error`` is then what torch itself says (``error_kind`` is its class). ``copied`` says whether the
    result has memory of its own. ``origin_shape`` is the shape of the batch that all began with, ``origin_names`` what
    its axes count, and ``samples_along`` the axis of the result that is read as the batch.
    """

    operation: Operation
    arguments: tuple[int, ...]
    before: Layout
    after: Layout | None
    result: Tensor | None
    error: str | None
    error_kind: str
    copied: bool
    samples_along: int
    origin_shape: tuple[int, ...]
    origin_names: tuple[str, ...]

    @property
    def expression(self) -> str:
        """The operation as it is written: ``x.permute(1, 0, 2)``."""
        return _expression(self.before.expression, self.operation, self.arguments)

    def origin(self, code: int) -> dict[str, int]:
        """Where an element came from: ``{"sample": 1, "step": 3, "feature": 0}``."""
        places = np.unravel_index(code, self.origin_shape)
        return {name: int(place) for name, place in zip(self.origin_names, places, strict=True)}

    def label(self, code: int) -> str:
        """Sample and step, and the feature where there are several: ``1,3`` or ``1,3,0``."""
        found = self.origin(code)
        if self.origin_shape[-1] == 1 or "feature" not in found:
            found.pop("feature", None)
        return ",".join(str(found[name]) for name in ("sample", "step", "feature") if name in found)

    @cached_property
    def samples(self) -> Codes:
        """The sample that each element of the result came from, in the result's shape; empty where torch refuses."""
        if self.after is None:
            return np.zeros(0, dtype=np.int64)
        places = np.unravel_index(self.after.codes, self.origin_shape)
        return np.asarray(places[self.origin_names.index("sample")], dtype=np.int64)

    def sequence(self, place: int) -> Codes:
        """What is read as sample ``place``: the codes of ``result[place]``, or of ``result[:, place]``, flat."""
        assert self.after is not None
        return self.after.codes.take(place, axis=self.samples_along).reshape(-1)

    def sequence_name(self, place: int, name: str = "y") -> str:
        """How code reaches it: ``y[0]``, ``y[:, 0]``."""
        return f"{name}[{':, ' * self.samples_along}{place}]"

    @cached_property
    def mixed(self) -> dict[int, tuple[int, ...]]:
        """What is read as one sample and holds elements of several: its place, and the samples in it."""
        if self.after is None:
            return {}
        size = self.after.shape[self.samples_along]
        found = {place: np.unique(self.samples.take(place, axis=self.samples_along)) for place in range(size)}
        return {place: tuple(map(int, each)) for place, each in found.items() if len(each) > 1}

    @cached_property
    def mixed_rows(self) -> tuple[tuple[int, ...], ...]:
        """The rows of the result (all indices but the last) that hold elements of more than one sample."""
        if self.after is None:
            return ()
        rows = np.argwhere(self.samples.min(axis=-1) != self.samples.max(axis=-1))
        return tuple(tuple(map(int, row)) for row in rows)

    @property
    def moved(self) -> int:
        """How many elements are not where they were in memory: 0 unless it was copied into another order."""
        if self.after is None or not self.copied:
            return 0
        kept = min(len(self.before.storage), len(self.after.storage))
        same = self.before.storage[:kept] == self.after.storage[:kept]
        return len(self.after.storage) - int(same.sum())

    def sentences(self) -> tuple[str, ...]:
        """What happened, in words: what was read as one sample, and what memory had to do with it."""
        return tuple(_said(self))


def rearrange(
    x: Tensor | Rearranged, operation: str, *arguments: int, batch_first: bool = True, samples_along: int | None = None
) -> Rearranged:
    """Run ``x.operation(*arguments)`` and follow every element.

    ``x`` is a batch (B, T, F) or (B, T), with T first where ``batch_first`` is False; or what an earlier call returned,
    so that operations can follow each other. ``samples_along`` says which axis of the result is read as the batch;
    without it, it is where permute or transpose put it, and for view and reshape the axis of size B.

    Raises ValueError for another operation than view, reshape, permute, transpose and contiguous, for a tensor that is
    no batch, and where ``x`` is an operation that torch refused. What torch refuses here is no error: see ``error``.

    >>> x = torch.arange(12.0).reshape(2, 3, 2)
    >>> rearrange(x, "view", 3, 2, 2).mixed
    {0: (0, 1), 1: (0, 1)}
    >>> turned = rearrange(x, "permute", 1, 0, 2)
    >>> turned.mixed, turned.after.strides, turned.after.is_contiguous
    ({}, (2, 6, 1), False)
    >>> rearrange(turned, "view", 6, 2).error[:29]
    'view size is not compatible w'
    """
    if operation not in OPERATIONS:
        raise ValueError(f"operation: expected one of {', '.join(OPERATIONS)}, got {operation!r}")
    name: Operation = operation
    tensor, before, sizes, names, along = _start(x, batch_first)
    carrier = _carrier(before, tensor)
    act: Callable[[Tensor], Tensor] = lambda each: getattr(each, name)(*arguments)  # noqa: E731
    try:
        result, carried = act(tensor), act(carrier)
    except (RuntimeError, IndexError, TypeError) as error:  # torch's own words are what is shown
        kind = type(error).__name__
        return Rearranged(name, arguments, before, None, None, _first_line(error), kind, False, along, sizes, names)
    copied = carried.data_ptr() != carrier.data_ptr()
    expression = _expression(before.expression, name, arguments)
    axes = _axes_after(name, arguments, before.axes, result.shape, _by_letter(sizes, names))
    after = _layout(expression, axes, carried)
    where = _batch_axis(name, arguments, along, before.shape, after.shape, sizes[names.index("sample")])
    chosen = where if samples_along is None else samples_along
    if not 0 <= chosen < len(after.shape):
        raise ValueError(f"samples_along: expected an axis from 0 to {len(after.shape) - 1}, got {chosen}")
    return Rearranged(name, arguments, before, after, result, None, "", copied, chosen, sizes, names)


_Start = tuple[Tensor, Layout, tuple[int, ...], tuple[str, ...], int]


def _start(x: Tensor | Rearranged, batch_first: bool) -> _Start:
    """The tensor, its layout, the shape and the axes of the first batch, and the axis of the samples."""
    if isinstance(x, Rearranged):
        if x.after is None or x.result is None:
            raise ValueError(f"{x.expression} was refused by torch, so nothing can follow it: {x.error}")
        return x.result, x.after, x.origin_shape, x.origin_names, x.samples_along
    if x.ndim not in (2, 3) or not x.numel():
        raise ValueError(f"x: expected a batch (B, T, F) or (B, T) with elements in it, got shape {tuple(x.shape)}")
    names = ("sample", "step", "feature")[: x.ndim]
    if not batch_first:
        names = ("step", "sample", *names[2:])
    letters = {"sample": "B", "step": "T", "feature": "F"}
    axes = tuple(Axis.of(letters[name]) for name in names)
    shape = tuple(x.shape)
    codes = torch.empty_strided(shape, x.stride(), dtype=torch.int64).copy_(torch.arange(x.numel()).reshape(shape))
    return x.detach(), _layout("x", axes, codes), shape, names, names.index("sample")


def _carrier(layout: Layout, like: Tensor) -> Tensor:
    """The origins as a tensor that lies in memory as ``like`` does, so that torch treats both alike."""
    codes = torch.from_numpy(layout.codes.copy())
    return torch.empty_strided(layout.shape, like.stride(), dtype=torch.int64).copy_(codes)


def _layout(expression: str, axes: Shape, codes: Tensor) -> Layout:
    reach = 1 + sum((size - 1) * stride for size, stride in zip(codes.shape, codes.stride(), strict=True))
    storage = np.full(reach, -1, dtype=np.int64)
    values = codes.numpy()
    layout = Layout(expression, axes, codes.stride(), codes.is_contiguous(), values.copy(), storage)
    storage[layout.reads] = values.reshape(-1)
    return layout


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _expression(before: str, operation: str, arguments: tuple[int, ...]) -> str:
    return f"{before}.{operation}({', '.join(map(str, arguments))})"


def _by_letter(sizes: tuple[int, ...], names: tuple[str, ...]) -> dict[str, int]:
    letters = {"sample": "B", "step": "T", "feature": "F"}
    return {letters[name]: size for name, size in zip(names, sizes, strict=True)}


def _order(operation: str, arguments: tuple[int, ...], ndim: int) -> list[int] | None:
    """Which axis of the tensor each axis of the result is; None where an operation keeps no axes."""
    if operation == "permute":
        return [axis % ndim for axis in arguments]
    if operation not in ("transpose", "contiguous"):
        return None
    order = list(range(ndim))
    if operation == "transpose":
        first, second = (axis % ndim for axis in arguments)
        order[first], order[second] = order[second], order[first]
    return order


def _axes_after(
    operation: str, arguments: tuple[int, ...], before: Shape, shape: tuple[int, ...], sizes: dict[str, int]
) -> Shape:
    order = _order(operation, arguments, len(before))
    return tuple(_named(shape, sizes)) if order is None else tuple(before[axis] for axis in order)


def _named(shape: tuple[int, ...], sizes: dict[str, int]) -> Iterator[Axis]:
    """A name for each size: the product of symbols not used before that has this size, else the number itself."""
    left = dict(sizes)
    for size in shape:
        products = (chosen for count in range(1, len(left) + 1) for chosen in itertools.combinations(left, count))
        fits = next((each for each in products if Axis.of(*each).size(sizes) == size), None)
        yield Axis.of(*fits) if fits else Axis((size,))
        for letter in fits or ():
            del left[letter]


def _batch_axis(
    operation: str, arguments: tuple[int, ...], along: int, before: tuple[int, ...], after: tuple[int, ...], batch: int
) -> int:
    order = _order(operation, arguments, len(before))
    if order is not None:
        return order.index(along)
    if along < len(after) and after[along] == batch:
        return along
    return after.index(batch) if batch in after[:2] else 0


def _said(found: Rearranged) -> Iterator[str]:
    if found.after is None:
        yield f"`{found.expression}` raises: {found.error}"
        if found.operation == "view" and not found.before.is_contiguous:
            yield "`reshape` would copy the elements instead, and `.contiguous()` before `view` says so openly."
        return
    size = found.after.shape[found.samples_along]
    if found.mixed:
        place, samples = next(iter(found.mixed.items()))
        which = f"{len(found.mixed)} of {size}" if len(found.mixed) < size else f"all {size}"
        yield (
            f"`{found.expression}` raises nothing and mixes samples: {found.sequence_name(place)} is read as one "
            f"sample and holds elements of {_listed(samples)}; {which} are mixed."
        )
    else:
        yield f"`{found.expression}` keeps samples apart: {found.sequence_name(0)} holds elements of one sample only."
    strides = f"strides {found.before.strides} → {found.after.strides}"
    if found.copied:
        yield f"The elements were copied into a new order of memory: {strides}."
    else:
        order = "still in the order of reading" if found.after.is_contiguous else "no longer in the order of reading"
        yield f"Nothing was copied: the same memory, {strides}, {order}."


def _listed(samples: tuple[int, ...]) -> str:
    """``samples 0, 1 and 2``; of many, the first ones and how many."""
    if len(samples) > 6:
        return f"{len(samples)} samples: {', '.join(map(str, samples[:4]))}, …"
    return f"samples {', '.join(map(str, samples[:-1]))} and {samples[-1]}"
