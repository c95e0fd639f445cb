"""One tensor as an oblique block: which axis goes where, and which places of it are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from lstm_viz.dims import Axis, Sizes
from lstm_viz.drawing.svg import text_width
from lstm_viz.keeping import EDGE
from lstm_viz.trace import TensorRecord

CELL = 18.0
STATE_CELL = 30.0
NARROWEST = 3.0
FAR = 0.6
"""How large the cells are where a picture is read from far away: its words need the room."""
FLAT = 40.0
"""Below this height the name of the upward edge lies beside the block instead of along it."""
DEPTH = (8.0, 6.5)
GAP = 12.0
MOST = {"depth": 6, "right": 12, "up": 8}
NAME, SHAPE, LABEL = 15.0, 17.0, 13.5


@dataclass(frozen=True)
class Places:
    """The drawn places of one axis: indices, with None where some are left out, and where each group starts.

    ``group`` is the size of the inner axis of a product such as B·T, so that its outer places can be marked.
    """

    indices: tuple[int | None, ...]
    group: int = 0
    unit: float = CELL

    @property
    def compressed(self) -> bool:
        """Whether some places are not drawn."""
        return None in self.indices

    def nearest(self, index: int) -> int:
        """The drawn place of ``index``, or the one before it where it is left out."""
        return max(place for place, drawn in enumerate(self.indices) if drawn is not None and drawn <= index)

    @cached_property
    def offsets(self) -> list[float]:
        """Where each place begins, and behind them the whole length."""
        offsets = [0.0]
        for index, following in zip(self.indices, (*self.indices[1:], None), strict=True):
            ends_group = self.group and index is not None and following is not None and following % self.group == 0
            offsets.append(offsets[-1] + (GAP if index is None else self.unit + (4 if ends_group else 0)))
        return offsets

    @property
    def length(self) -> float:
        """From the first place to the end of the last."""
        return self.offsets[-1]


@dataclass(frozen=True)
class Block:
    """A tensor with its axes assigned to depth, right and up, and the places of each that are drawn."""

    record: TensorRecord
    axes: dict[str, Axis]
    order: tuple[str, ...]
    places: dict[str, Places]
    values: NDArray[np.float64] | None

    @property
    def front(self) -> tuple[float, float]:
        """Width and height of the front face."""
        return self.places["right"].length, self.places["up"].length

    @property
    def shift(self) -> tuple[float, float]:
        """How far the back is behind the front: to the right, and up."""
        depth = len(self.places["depth"].indices)
        return depth * DEPTH[0], depth * DEPTH[1]

    @property
    def width(self) -> float:
        """What the block and its texts need from left to right."""
        widest = max(text_width(self.record.name, NAME), text_width(self.shape_text, SHAPE))
        return max(self.front[0] + self.shift[0], widest + 10)

    @property
    def height(self) -> float:
        """From the top of the back to the bottom of the front."""
        return self.front[1] + self.shift[1]

    @property
    def shape_text(self) -> str:
        """Its shape as torch prints it."""
        return str(tuple(self.record.shape))

    @property
    def overhang(self) -> float:
        """How far its edges and their names reach to the left of the front."""
        reach = 12.0
        if axis := self.axes.get("up"):
            flat = self.front[1] < FLAT
            reach = text_width(f"{axis} = {self._size('up'):,}", LABEL) + 18 if flat else 34.0
        if axis := self.axes.get("depth"):
            reach = max(reach, text_width(f"{axis} = {self._size('depth'):,}", LABEL) + 10 - self.shift[0] / 2)
        return reach

    def _size(self, role: str) -> int:
        return self.record.shape[self.order.index(role)]


def make_block(record: TensorRecord, sizes: Sizes, like: Block | None = None, scale: float = 1.0) -> Block:
    """Assign the axes: B goes back, T right, what is counted per step up; L·D goes right where there is no T.

    Where T stands before B the two change places, so that batch_first can be seen. ``like`` is a block of as many axes
    whose axes this one's go the way of, whatever they are called. ``scale`` makes its cells smaller, but those of
    a state, which hold words.
    """
    order = like.order if like is not None else _roles(record.axes)
    axes = dict(zip(order, record.axes, strict=True))
    places = {role: _places(axes.get(role), role, record, sizes, scale) for role in MOST}
    return Block(record, axes, order, places, _drawn_values(record, order, places))


def _roles(axes: Sequence[Axis]) -> tuple[str, ...]:
    symbols = [axis.symbols for axis in axes]
    if len(axes) >= 3:
        if len(axes) > 3:
            return ("depth", "right", "up", *(f"inner {place}" for place in range(len(axes) - 3)))
        state = "L" in symbols[0] and symbols[1] == ("B",)
        return ("right", "depth", "up") if state else ("depth", "right", "up")
    if len(axes) == 2:
        if any(set(found) == {"B", "T"} for found in symbols) or symbols[0] in (("N",), ("T",)):
            return ("depth", "right") if symbols == [("T",), ("B",)] else ("right", "up")
        return ("depth", "right") if symbols[1] in (("T",), ("B",)) else ("depth", "up")
    if len(axes) == 1:
        return ("right",) if set(symbols[0]) & {"T", "N"} else ("depth",)
    return ()


def _places(axis: Axis | None, role: str, record: TensorRecord, sizes: Sizes, scale: float) -> Places:
    if axis is None:
        return Places((0,), unit=scale * CELL)
    size = record.shape[record.axes.index(axis)]
    if len(axis.symbols) >= 2 and axis.symbols[0] in ("B", "T") and size:
        return _grouped(size, size // sizes[axis.symbols[0]], role, scale)
    return Places(_ends(0, size, MOST[role]), unit=STATE_CELL if axis.symbols[:1] == ("L",) else scale * CELL)


def _ends(start: int, size: int, most: int) -> tuple[int | None, ...]:
    if size <= most:
        return tuple(range(start, start + size))
    return (*range(start, start + most - 2), None, start + size - 1)


def _grouped(size: int, inner: int, role: str, scale: float) -> Places:
    """A product axis: all of it in narrow cells if they fit, else a few places of the first groups and the last."""
    room = {"right": 250.0, "up": 190.0, "depth": 6 * CELL}[role] * scale
    if size * NARROWEST <= room:
        return Places(tuple(range(size)), inner, min(scale * CELL, room / size))
    drawn: list[int | None] = []
    for group in _ends(0, size // inner, 3):
        drawn += [None] if group is None else _ends(group * inner, inner, 5)
    return Places(tuple(drawn), inner, 12.0 * scale)


def _drawn_values(
    record: TensorRecord, order: tuple[str, ...], places: dict[str, Places]
) -> NDArray[np.float64] | None:
    """The values of the drawn places, (depth, right, up); NaN where places are left out."""
    tensor = record.values if record.values is not None else record.corner
    if tensor is None or not all(record.shape) or tensor.layout != torch.strided or tensor.is_quantized:
        return None
    plain = tensor.detach().cpu()
    array = (plain.abs() if plain.is_complex() else plain).double().numpy()
    for axis in range(len(order) - 1, -1, -1):
        role, size = order[axis], record.shape[axis]
        if role not in MOST:
            array = array.take(0, axis=axis)
            continue
        indices = [0 if index is None else index for index in places[role].indices]
        if array.shape[axis] < size:  # the corner: both ends of the axis
            indices = [i if i < EDGE else 2 * EDGE - (size - i) if i >= size - EDGE else 0 for i in indices]
        array = array.take(indices, axis=axis)
    roles = [role for role in order if role in MOST]
    missing = [role for role in MOST if role not in roles]
    array = array.reshape(*array.shape, *([1] * len(missing)))
    return array.transpose([(roles + missing).index(role) for role in MOST])
