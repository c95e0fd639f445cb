"""The tensors and tables on the way of the data: oblique blocks for windows and batches, flat sheets for tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lstm_viz.dims import SYMBOLS
from lstm_viz.drawing.block import LABEL, MOST, Block, Places
from lstm_viz.drawing.block_drawing import draw_block
from lstm_viz.drawing.data_captions import BELOW, axis_of, captions, dtype_line, half_of_texts, halo, item_group
from lstm_viz.drawing.svg import Element, add, leading_symbol, text_width
from lstm_viz.drawing.window_data import shades_of, short_number
from lstm_viz.preparation.prepared import Step
from lstm_viz.trace import TensorRecord

UNIT, _ALONG = 13.0, 12.0
_MOST = {"depth": 5, "right": 12, "up": 6}
_SHEET = (7, 6)


class BlockItem:
    """Windows, targets and batches: N or B is depth, T goes right, F and O go up, as on the Shapes page."""

    def __init__(self, step: Step) -> None:
        self.step, self.block = step, _block(step)
        width = self.block.front[0] + self.block.shift[0]
        half = half_of_texts(step)
        dots = 17.0 if self.block.places["depth"].compressed else 0.0  # they stand behind the name of the edge
        self.left = max(self.block.overhang + dots, half - width / 2)
        self.right = max(width + 6, width / 2 + half)
        self.up = self.block.height + 26

    def draw(self, root: Element, x: float, base: float) -> None:
        """Draw it with the lower left corner of its front at (x, base)."""
        draw_block(root, self.block, x, base, self.step.sentence)
        middle = x + (self.block.front[0] + self.block.shift[0]) / 2
        lower = 0 if "right" in self.block.axes else 18
        dtype_line(root, self.step, middle, base - lower)


def _block(step: Step) -> Block:
    axes = tuple(axis_of(name, size) for name, size in zip(step.axes, step.shape, strict=True))
    order = _roles(step.axes)
    values = step.values if step.values is not None and step.values.dtype.kind in "fiub" else None
    known = values.shape if values is not None and values.ndim == len(axes) else step.shape
    places = {role: Places((0,)) for role in MOST}
    for role, size, there in zip(order, step.shape, known, strict=False):
        places[role] = Places(_indices(size, there, _MOST[role]), unit=UNIT)
    record = TensorRecord(
        name=step.name,
        variable=step.name,
        kind="data",
        operation="",
        expression=step.expression,
        module="",
        layer="",
        shape=step.shape,
        axes=axes,
        dtype=torch.float32,
        nbytes=0,
        parents=(),
    )
    return Block(record, dict(zip(order, axes, strict=False)), order, places, _values(values, order, places))


def _roles(axes: tuple[str, ...]) -> tuple[str, ...]:
    """N or B goes back, T right, what is counted per step up."""
    if len(axes) == 2:
        return ("depth", "right") if axes[1] == "T" else ("depth", "up")
    return ("depth", "right", "up")[: len(axes)]


def _indices(size: int, known: int, most: int) -> tuple[int | None, ...]:
    """The places that are drawn; where the values of the last one are not at hand, the first ones alone."""
    if size <= min(most, known):
        return tuple(range(size))
    if known < size:
        return (*range(min(most - 1, known)), None)
    return (*range(most - 2), None, size - 1)


def _values(
    values: NDArray[Any] | None, order: tuple[str, ...], places: dict[str, Places]
) -> NDArray[np.float64] | None:
    """The values of the drawn places, (depth, right, up)."""
    if values is None or not values.size or values.ndim != len(order):
        return None
    drawn = values.astype(np.float64)
    for axis, role in enumerate(order):
        drawn = drawn.take([0 if index is None else index for index in places[role].indices], axis=axis)
    roles = [role for role in MOST if role in order]
    drawn = drawn.transpose([order.index(role) for role in roles])
    return drawn.reshape([len(places[role].indices) if role in order else 1 for role in MOST])


class SheetItem:
    """A table, drawn flat: rows down, columns right, each column shaded from its least to its largest number."""

    def __init__(self, step: Step) -> None:
        self.step = step
        shape = (*step.shape, 1)[:2]
        self.axes = [axis_of(name, size) for name, size in zip(step.axes, step.shape, strict=True)]
        known = step.values is not None and step.values.ndim >= 1
        rows = min(len(step.values) if known and step.values is not None else shape[0], shape[0])
        self.rows = _indices(shape[0], rows, _SHEET[0])
        self.columns = _indices(shape[1], shape[1], _SHEET[1])
        self.width = sum(UNIT if column is not None else 14.0 for column in self.columns) * 1.3
        self.height = sum(UNIT if row is not None else 12.0 for row in self.rows)
        half = half_of_texts(step)
        self.left = max(26.0, half - self.width / 2)
        self.right = max(self.width + 6, self.width / 2 + half)
        self.rows_said = f"{step.axes[0]} = {step.shape[0]:,}" + (" ⋯" if None in self.rows else "")
        self.up = max(self.height, text_width(self.rows_said, _ALONG)) + 8

    def draw(self, root: Element, x: float, base: float) -> None:
        """Draw it with its lower left corner at (x, base)."""
        step = self.step
        group = item_group(root, step, self.axes)
        middle = x + self.width / 2
        halo(group, x - self.left, base - self.up - 4, x + self.right, base + BELOW - 6)
        self._cells(group, x, base - self.height)
        add(group, "line", class_="edge N", x1=x - 6, x2=x - 6, y1=base - self.height, y2=base)
        along = f"translate({x - 12:.1f} {base:.1f}) rotate(-90)"
        text = add(group, "text", font_size=_ALONG, transform=along)
        symbol = leading_symbol(self.axes[0])
        add(text, "tspan", self.rows_said, class_="soft" if symbol is None else f"s {symbol}")
        if len(self.axes) > 1 and self.axes[1].symbols:
            symbol = leading_symbol(self.axes[1]) or "N"
            about: dict[str, Any] = {"data_axis": symbol, "x1": x, "x2": x + self.width}
            about |= {"y1": base + 7, "y2": base + 7}
            add(group, "line", class_=f"edge {symbol}", **about)
            label = add(group, "text", x=middle, y=base + 7 + LABEL + 2, text_anchor="middle", font_size=LABEL)
            add(label, "tspan", symbol, class_=f"s {symbol}", data_axis=symbol)
            add(label, "tspan", f" = {step.shape[1]:,}")
            add(label, "title", f"{SYMBOLS[symbol].name}: {step.shape[1]:,}")
        elif len(self.axes) > 1 and not step.axes[1].isdigit():
            text = add(group, "text", x=middle, y=base + 7 + LABEL, text_anchor="middle", font_size=12, class_="soft")
            text.text = f"{step.axes[1]} = {step.shape[1]:,}"
        captions(group, step, self.axes, middle, base)

    def _cells(self, group: Element, x: float, top: float) -> None:
        values = self.step.values
        numbers = None if values is None or values.dtype.kind not in "fiub" else values.reshape(len(values), -1)
        shades = None if numbers is None or not numbers.size else shades_of(numbers.astype(np.float64), numbers)
        for row in self.rows:
            height = UNIT if row is not None else 12.0
            across = x
            for column in self.columns:
                width = 1.3 * (UNIT if column is not None else 14.0)
                if row is None or column is None:
                    dots = "⋮" if row is None else "⋯"
                    at = {"x": across + width / 2, "y": top + height / 2 + 4, "text_anchor": "middle"}
                    add(group, "text", dots, font_size=12, class_="soft", **at)
                else:
                    kind = "blank" if shades is None else f"v{shades[row, column]}"
                    box: dict[str, Any] = {"x": across, "y": top, "width": width, "height": height}
                    cell = add(group, "rect", class_=f"cell {kind}", **box)
                    said = "" if numbers is None else f" = {short_number(float(numbers[row, column]))}"
                    add(cell, "title", f"{self.step.name}[{row}, {column}]{said}")
                across += width
            top += height
