"""The name of every axis of a captured run: from the layers' roles, from where axes go, or solved from other sizes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

import torch
from torch import nn

from lstm_viz.alignment import Runs, Vector, axis_of
from lstm_viz.dims import Axis, Shape
from lstm_viz.moving import CUTS, Names, carried, product, refolded
from lstm_viz.resizing import Layout
from lstm_viz.roles import Asked, asked_axes, given_axes, sequences_read, weight_axes
from lstm_viz.seen import Call, Capture, Seen
from lstm_viz.symbols import ModuleSymbols

# What gets an axis by counting, so that a T that cannot be varied may be meant.
_COUNTED = {"stack", "arange"}


@dataclass(frozen=True)
class Naming:
    """Axis names by tensor, what each symbol stands for in the main run, and tensors whose axes a reshape has mixed."""

    names: Names = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    mixed: frozenset[int] = frozenset()


def name_axes(root: nn.Module, main: Capture, layout: Layout) -> Naming:
    """Name the axes of every tensor of ``main``. A name is kept only if it gives the right size in every run."""
    namer = _Namer(root, main, layout)
    with torch.no_grad():
        for place, call in enumerate(main.calls):
            namer.name(place, call)
    known = namer.runs.sizes[0] | namer.symbols.sizes
    used = {symbol for shape in namer.names.values() for axis in shape for symbol in axis.symbols}
    return Naming(namer.names, {s: known[s] for s in known if s in used}, frozenset(namer.mixed))


class _Namer:
    def __init__(self, root: nn.Module, main: Capture, layout: Layout) -> None:
        self.root = root
        self.main = main
        self.symbols = ModuleSymbols(root)
        self.runs = Runs(main, layout, self.symbols)
        self.names: Names = {}
        self.mixed: set[int] = set()
        self._free = layout.free
        self._labels = iter(layout.labels)
        self._asked = asked_axes(main.calls, self.symbols)
        self._sequences = sequences_read(main.calls)

    def name(self, place: int, call: Call) -> None:
        """Name the axes of every result of one call."""
        labels = next(self._labels, ()) if call.kind == "input" and place < self.main.forward else ()
        for position, seen in enumerate(call.outputs):
            measured = self.runs.measured(place, position)
            sure, likely = self._options(place, call, position, measured, labels)
            asked = self._asked.get(seen.index)
            self.names[seen.index] = tuple(
                [self._axis(axis, vector, call, sure, likely, asked) for axis, vector in enumerate(measured)]
            )
            if seen.index in self._sequences:
                self._name_features(seen)
            if call.kind == "function" and call.name in CUTS and self._mixes(place, position):
                self.mixed.add(seen.index)

    def _options(
        self, place: int, call: Call, position: int, measured: list[Vector], labels: Iterable[str | None]
    ) -> tuple[Asked | None, list[Shape]]:
        """(the axes as they must be, axes to try by place)"""
        if call.kind == "input":
            if place >= self.main.forward:
                return None, self._target_options()
            return self._input_axes(call.outputs[position], labels), []
        if call.kind in ("parameter", "buffer", "constant", "unseen"):
            return self._weight_axes(call), []
        parents = [self.names[seen.index] for seen in call.inputs if seen.index in self.names]
        return self._sure(call, position, parents, measured), list(_likely(parents, len(measured)))

    def _sure(self, call: Call, position: int, parents: list[Shape], measured: list[Vector]) -> Asked | None:
        if call.module is None and call.outputs[position].batch_sizes is not None:
            return (self.runs.packed_steps(measured[0]), *(None,) * (len(measured) - 1))
        if not parents:
            return None
        if call.module is not None and not isinstance(call.module, (nn.Flatten, nn.Unflatten)):
            return given_axes(call, position, parents[0], self.symbols)
        if call.module is not None or call.name in CUTS:
            return tuple(refolded(parents[0], measured, self.runs))
        if len(set(parents)) == 1 and self._stays(parents[0], measured):
            return parents[0]
        return carried(call, position, self.names, measured, self.runs)

    def _stays(self, parent: Shape, measured: list[Vector]) -> bool:
        """Whether nothing can have moved: every axis is as long as before, and no two of them are alike."""
        if len(parent) != len(measured) or not all(map(self.runs.fits, parent, measured)):
            return False
        return len(set(measured)) == len(parent)

    def _input_axes(self, seen: Seen, labels: Iterable[str | None]) -> Asked:
        known = list(labels) or [None] * len(seen.shape)
        if seen.batch_sizes is not None:  # packed data: (N, F)
            known = ["N", *known[2:]]
        axes = [self._labelled(label, size) for label, size in zip(known, seen.shape, strict=True)]
        fixed = [place for place, axis in enumerate(axes) if axis is None]
        if fixed and 2 <= len(axes) <= 3 and seen.dtype.is_floating_point and seen.index not in self._asked:
            axes[fixed[-1]] = self.symbols.axis("F", seen.shape[fixed[-1]])
        return tuple(axes)

    def _labelled(self, label: str | None, size: int) -> Axis | None:
        if label is None or label.isdigit() or label[0] in "BTN":
            return axis_of(int(label) if label.isdigit() else label) if label else None
        return self.symbols.axis(label, size)

    def _weight_axes(self, call: Call) -> Asked | None:
        path, _, name = call.name.rpartition(".")
        return weight_axes(self.root.get_submodule(path), name, self.symbols) if call.kind == "parameter" else None

    def _target_options(self) -> list[Shape]:
        """A target has the axes of what the model returned, or, if it holds classes, all but that of their scores."""
        returned = [self.names[seen.index] for seen in self.main.returned if seen.index in self.names]
        return [*returned, *(shape[:-1] for shape in returned), *(shape[:1] + shape[2:] for shape in returned)]

    def _axis(
        self, place: int, measured: Vector, call: Call, sure: Asked | None, likely: list[Shape], asked: Asked | None
    ) -> Axis:
        """The first name that is right in every run; else the number."""
        wished = asked[place] if asked is not None and place < len(asked) else None
        if wished is not None and self.runs.fits(wished, measured):
            return wished
        role = sure[place] if sure is not None and place < len(sure) else None
        if role is not None:
            if self.runs.fits(role, measured):
                return role
            if len({*measured} - {None}) == 1:
                return axis_of(measured[0] or 0)
        tried = (shape[place] for shape in likely if place < len(shape))
        for axis in chain(tried, _neighbours(likely), self._solved(measured, call)):
            if axis.symbols and self.runs.fits(axis, measured):
                return axis
        return axis_of(measured[0] or 0)

    def _solved(self, measured: Vector, call: Call) -> Iterator[Axis]:
        """c·m + d over the products m of what was varied, with names for the constant c where the layers have one."""
        own, known = measured[0] or 0, self.runs.sizes[0]
        free = [name for name in known if (name in self._free or name[0] == "N") and known[name]]
        if call.kind != "input":  # what a person hands in may have any size by chance
            yield from self._constants(own, call)
        if any(seen is not None for seen in measured[1:]):
            bases = [*map(axis_of, free), *([axis_of("B", "T")] if {"B", "T"} <= set(free) else [])]
            for base in bases:
                size = (self.runs.vector(base) or (0,))[0]
                if size and own % size == 0:
                    yield from (base * axis for axis in self._constants(own // size, call))
                    yield base * axis_of(own // size)
            yield from (axis for base in bases for axis in self._lines(base, measured))
        if call.name in _COUNTED:
            yield from (axis_of(name) for name in known if name not in free)

    def _lines(self, base: Axis, measured: Vector) -> Iterator[Axis]:
        """c·m + d through the runs; two of them are enough for c = 1 alone."""
        pairs = dict(zip(self.runs.vector(base) or (), measured, strict=True))
        points = [(size, seen) for size, seen in pairs.items() if seen is not None]
        if len(points) >= 2:
            (size, seen), (other, there) = points[:2]
            slope, rest = divmod(seen - there, size - other)
            if rest == 0 and slope > 0 and (slope == 1 or len(points) > 2):
                yield Axis((base * axis_of(slope)).factors, seen - slope * size)

    def _constants(self, value: int, call: Call) -> Iterator[Axis]:
        """Names for a constant. A lone 2 is seldom L or D, and a multiple of H is one only among weights."""
        for axis in self.symbols.constants(value):
            letters = [symbol[0] for symbol in axis.symbols]
            multiple = len(axis.factors) > len(letters)
            if (letters[0] in "LD") == (len(letters) > 1) and (not multiple or call.kind in ("parameter", "buffer")):
                yield axis

    def _name_features(self, seen: Seen) -> None:
        axes = self.names[seen.index]
        if axes and not axes[-1].symbols:
            self.names[seen.index] = (*axes[:-1], self.symbols.axis("F", seen.shape[-1]))

    def _mixes(self, place: int, position: int) -> bool:
        """Whether a reshape cuts across axes: its rows are then no longer what the numbers suggest.

        Each boundary between axes must fall on a boundary of the old shape or inside one old axis, in every run.
        """
        before, shapes = self.runs.shapes_before(place), self.runs.shapes(place, position)
        return any(
            old % new and new % old
            for was, now in zip(before, shapes, strict=True)
            if was is not None and now is not None
            for old in _boundaries(was)
            for new in _boundaries(now)
        )


def _likely(parents: Sequence[Shape], rank: int) -> Iterator[Shape]:
    """Shapes to try by place: parents of this rank, then those that are broadcast, then those that lose axes."""
    yield from (parent for parent in parents if len(parent) == rank)
    yield from ((axis_of(0),) * (rank - len(parent)) + parent for parent in parents if len(parent) < rank)
    yield from (parent for parent in parents if len(parent) > rank)


def _neighbours(shapes: Iterable[Shape]) -> Iterator[Axis]:
    """Each axis, wherever it is; then products of neighbouring ones, as a reshape makes them: B·T, T·H, L·D·H."""
    shapes = list(shapes)
    yield from (axis for shape in shapes for axis in shape)
    for shape in shapes:
        for start in range(len(shape)):
            for stop in range(start + 2, len(shape) + 1):
                if not any(axis.offset for axis in shape[start:stop]):
                    yield product(shape[start:stop])


def _boundaries(shape: tuple[int, ...]) -> list[int]:
    return [math.prod(shape[:stop]) or 1 for stop in range(1, len(shape))]
