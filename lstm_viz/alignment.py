"""The run at the person's sizes beside the runs at other sizes, tensor by tensor."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from lstm_viz.dims import Axis
from lstm_viz.resizing import Layout
from lstm_viz.seen import Call, Capture
from lstm_viz.symbols import ModuleSymbols

axis_of = lru_cache(maxsize=4096)(Axis.of)
"""Axis.of, once for each axis: a trace asks for the same few again and again."""

Vector = tuple[int | None, ...]
"""One number for each run; None where a run has nothing to compare."""


class Runs:
    """What each axis and each symbol measured in every run. The first run is the person's own.

    Calls are aligned by the line of the model that made them: the second time that a line runs, in a loop, is compared
    with the second time elsewhere, or with the last one where the loop was shorter.
    """

    def __init__(self, main: Capture, layout: Layout, symbols: ModuleSymbols) -> None:
        self.symbols = symbols
        self.main = main
        self.sizes: list[dict[str, int]] = [dict(layout.sizes), *(dict(sizes) for sizes, _ in layout.probes)]
        self._aligned = [[call, *others] for call, others in zip(main.calls, _aligned(main, layout), strict=True)]
        self._vectors: dict[Axis, tuple[int, ...]] = {}
        self._note_packed_steps()

    def measured(self, place: int, position: int) -> list[Vector]:
        """For each axis of one result of the call at ``place`` its size in every run."""
        shapes = self.shapes(place, position)
        return [_along(shapes, axis) for axis in range(len(shapes[0] or ()))]

    def shapes(self, place: int, position: int) -> list[tuple[int, ...] | None]:
        """The shape of one result of the call at ``place``, in every run; None where its axes are not the same."""
        calls = self._aligned[place]
        rank = len(calls[0].outputs[position].shape) if calls[0] else 0
        return [_shape(call, "outputs", position, rank) for call in calls]

    def shapes_before(self, place: int) -> list[tuple[int, ...] | None]:
        """The shape of the first input of the call at ``place``, in every run."""
        calls = self._aligned[place]
        rank = len(calls[0].inputs[0].shape) if calls[0] else 0
        return [_shape(call, "inputs", 0, rank) for call in calls]

    def vector(self, axis: Axis) -> tuple[int, ...] | None:
        """What an axis measures in every run; None if a symbol in it is not known."""
        known = self._vectors.get(axis)
        if known is None:
            try:
                known = tuple(axis.size(sizes | self.symbols.sizes) for sizes in self.sizes)
            except KeyError:
                return None
            self._vectors[axis] = known
        return known

    def fits(self, axis: Axis, measured: Vector) -> bool:
        """Whether an axis is right in every run that can be compared."""
        vector = self.vector(axis)
        if vector is None:
            return False
        return all(size is None or size == own for own, size in zip(vector, measured, strict=True))

    def packed_steps(self, measured: Vector) -> Axis | None:
        """The symbol of packed steps of this number: N, or N2."""
        axes = (axis_of(name) for name in self.sizes[0] if name[0] == "N")
        return next((axis for axis in axes if self.fits(axis, measured)), None)

    def _note_packed_steps(self) -> None:
        """N for the packed steps; N2 where the model packs twice with another sum."""
        counts: dict[Vector, None] = {}
        for place, call in enumerate(self.main.calls):
            for position, seen in enumerate(call.outputs):
                if seen.batch_sizes is not None:
                    counts[_along(self.shapes(place, position), 0)] = None
        if counts and "B" not in self.sizes[0]:
            self.sizes[0]["B"] = next(len(s.lengths) for c in self.main.calls for s in c.outputs if s.lengths)
        for number, vector in enumerate(counts, 1):
            for sizes, count in zip(self.sizes, vector, strict=True):
                if count is not None:
                    sizes["N" if number == 1 else f"N{number}"] = count


def _along(shapes: list[tuple[int, ...] | None], axis: int) -> Vector:
    return tuple([None if shape is None else shape[axis] for shape in shapes])


def _shape(call: Call | None, which: str, position: int, rank: int) -> tuple[int, ...] | None:
    records = getattr(call, which, ())
    if not records:
        return None
    shape: tuple[int, ...] = records[min(position, len(records) - 1)].shape
    return shape if len(shape) == rank else None


def _aligned(main: Capture, layout: Layout) -> list[list[Call | None]]:
    """For each call of the main run the call of every other run that it is compared with."""
    rows: list[list[Call | None]] = [[] for _ in main.calls]
    for _, probe in layout.probes:
        by_key = defaultdict(list)
        for call in probe.calls:
            by_key[call.key].append(call)
        times: dict[tuple[str, str, str, int, int], int] = defaultdict(int)
        for place, call in enumerate(main.calls):
            found = by_key.get(call.key) if place < main.forward else None  # the loss was not run at other sizes
            rows[place].append(found[min(times[call.key], len(found) - 1)] if found else None)
            times[call.key] += 1
    return rows
