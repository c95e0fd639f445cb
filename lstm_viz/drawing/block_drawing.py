"""A block as SVG: its faces in the colours of its values, its edges with their names, its own name and its shape."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from lstm_viz.dims import SYMBOLS, Axis
from lstm_viz.drawing.block import DEPTH, FLAT, GAP, LABEL, MOST, NAME, SHAPE, Block
from lstm_viz.drawing.palette import STEPS
from lstm_viz.drawing.svg import Element, add, coloured_axis, leading_symbol, letters
from lstm_viz.trace import TensorRecord

POINTABLE = 10.0
"""Smaller cells are not pointed at one by one."""


def _shades(values: NDArray[np.float64] | None, scale: float) -> NDArray[np.int64] | None:
    if values is None:
        return None
    steps = np.ceil(np.abs(values) / scale * STEPS - 0.5).clip(0, STEPS)
    shades: NDArray[np.int64] = np.nan_to_num(steps * np.sign(values)).astype(np.int64)
    return shades


def outline(parent: Element, block: Block, x: float, y: float, kind: str, right: int, up: range | None = None) -> None:
    """Frame one place along the right axis, or some rows of it; a place that is not drawn counts as its neighbour."""
    column = block.places["right"].nearest(right)
    rows = block.places["up"]
    first, last = (0, len(rows.indices) - 1) if up is None else (rows.nearest(up[0]), rows.nearest(up[-1]))
    top, bottom = y - rows.offsets[last] - rows.unit, y - rows.offsets[first]
    left = x + block.places["right"].offsets[column]
    add(parent, "rect", class_=kind, x=left, y=top, width=block.places["right"].unit, height=bottom - top)


def draw_block(parent: Element, block: Block, x: float, y: float, note: str = "") -> None:
    """Draw a block whose front's lower left corner is at (x, y), with its edges' names, its own name and its shape."""
    record = block.record
    shape = block.shape_text
    meaning = (
        ", ".join(f"{_spoken(axis)} = {size}" for axis, size in zip(record.axes, record.shape, strict=True))
        or "one number"
    )
    label = f"{record.name}, shape {shape}: {meaning}. Made by {record.expression}." + (f" {note}" if note else "")
    group = add(
        parent,
        "g",
        class_="block",
        role="button",
        tabindex=0,
        aria_pressed="false",
        aria_label=label,
        data_tensor=record.name,
        data_axis=letters(record.axes),
        data_shape=shape,
    )
    add(group, "title", label)
    width, height = block.front
    dx, dy = block.shift
    left = x - block.overhang + 4
    bottom = y + (26 if "right" in block.axes else 8) + NAME + SHAPE + 12
    span = max(width + dx + (x - left) + 6, block.width)
    middle = x + (width + dx) / 2
    edge, top = min(left, middle - span / 2) - 4, y - height - dy - 24
    add(group, "rect", class_="halo", x=edge, y=top, width=span + 12, height=bottom - top, rx=10)
    draw_faces(group, block, x, y)
    _group_names(group, block, x, y)
    _edges(group, block, x, y)
    base = y + (26 if "right" in block.axes else 8)
    add(group, "text", record.name, x=middle, y=base + NAME, text_anchor="middle", font_size=NAME, font_weight=700)
    draw_shape(group, record, middle, base + NAME + SHAPE + 5)


def _spoken(axis: Axis) -> str:
    """Its name; N is packed steps in one picture and windows in another, so it stays N."""
    return str(axis) if "N" in axis.symbols else axis.spoken


def draw_faces(group: Element, block: Block, x: float, y: float) -> None:
    """The block alone, its front's lower left corner at (x, y): every drawn place in the colour of its value.

    Places of one shade are one path: a picture of few elements is sent and drawn quickly.
    """
    finite = block.values[np.isfinite(block.values)] if block.values is not None else np.zeros(0)
    scale = float(np.abs(finite).max()) if finite.size else 0.0  # a mask of −∞ leaves the rest its colours
    shades = _shades(block.values, scale if scale > 0 else 1.0)
    right, up = block.places["right"], block.places["up"]
    _draw_paths(group, "side", _side_paths(block, shades, x, y))
    _draw_paths(group, "cell", _front_paths(block, shades, x, y))
    width, height = block.front
    if min(right.unit, up.unit) >= POINTABLE and block.values is not None:
        data = _pointed(block)
        add(group, "rect", class_="front", x=x, y=y - height, width=width, height=height, data_front=data)
    for place, index in enumerate(right.indices):
        if index is None:
            _dots(group, x + right.offsets[place] + GAP / 2, y - height / 2, across=True)
    for place, index in enumerate(up.indices):
        if index is None:
            _dots(group, x + width / 2, y - up.offsets[place] - GAP / 2, across=False)
    if block.places["depth"].compressed:
        halfway = block.places["depth"].indices.index(None) + 0.5
        _dots(group, x + width + halfway * DEPTH[0], y - height / 2 - halfway * DEPTH[1], across=True)


def _dots(group: Element, x: float, y: float, *, across: bool) -> None:
    for step in (-4, 0, 4):
        add(group, "circle", class_="gap", cx=x + (step if across else 0), cy=y - (0 if across else step), r=1.3)


_Paths = dict[str, list[str]]


def _draw_paths(group: Element, kind: str, paths: _Paths) -> None:
    for shade, drawn in paths.items():
        add(group, "path", class_=f"{kind} {shade}", d="".join(drawn))


def _front_paths(block: Block, shades: NDArray[np.int64] | None, x: float, y: float) -> _Paths:
    right, up = block.places["right"], block.places["up"]
    across, upward = right.offsets, up.offsets
    cell = f"h{right.unit:g}v-{up.unit:g}h-{right.unit:g}z"
    paths: _Paths = {}
    for i, column in enumerate(right.indices):
        for j, row in enumerate(up.indices):
            if column is not None and row is not None:
                shade = "blank" if shades is None else f"v{shades[0, i, j]}"
                paths.setdefault(shade, []).append(f"M{x + across[i]:.1f},{y - upward[j]:.1f}{cell}")
    return paths


def _side_paths(block: Block, shades: NDArray[np.int64] | None, x: float, y: float) -> _Paths:
    """The faces behind: the top shows the uppermost row of each sample, the side the rightmost column."""
    depth, right, up = (block.places[role] for role in MOST)
    across, upward = right.offsets, up.offsets
    width, height = block.front
    dx, dy = DEPTH
    paths: _Paths = {}
    top = f"h{right.unit:g}l{dx:g},-{dy:g}h-{right.unit:g}z"
    side = f"l{dx:g},-{dy:g}v-{up.unit:g}l-{dx:g},{dy:g}z"
    for d, sample in enumerate(depth.indices):
        if sample is None:
            continue
        for i, column in enumerate(right.indices):
            if column is not None:
                shade = "blank" if shades is None else f"v{shades[d, i, -1]}"
                start = f"M{x + across[i] + d * dx:.1f},{y - height - d * dy:.1f}"
                paths.setdefault(shade, []).append(start + top)
        for j, row in enumerate(up.indices):
            if row is not None:
                shade = "blank" if shades is None else f"v{shades[d, -1, j]}"
                start = f"M{x + width + d * dx:.1f},{y - upward[j] - d * dy:.1f}"
                paths.setdefault(shade, []).append(start + side)
    return paths


def _pointed(block: Block) -> str:
    """What a page needs to say which value the pointer is on: the front's places, their offsets and their values."""
    assert block.values is not None
    right, up = block.places["right"], block.places["up"]
    values = [[f"{value:.5g}" for value in column] for column in block.values[0]]
    inside = [{"right": "i", "up": "j"}.get(role, "0") for role in block.order]
    front = {
        "name": block.record.variable or block.record.name,
        "index": inside,
        "across": [right.offsets, right.indices],
        "upward": [up.offsets, up.indices],
        "values": values,
    }
    return json.dumps(front, separators=(",", ":"))


def _group_names(group: Element, block: Block, x: float, y: float) -> None:
    """Which sample (or step) each group of a product axis belongs to: b0, b1, …"""
    for role in ("right", "up"):
        places = block.places[role]
        if not places.group:
            continue
        letter = block.axes[role].symbols[0]
        for place, index in enumerate(places.indices):
            if index is None or index % places.group:
                continue
            offset = places.offsets[place]
            if role == "right":
                at = {"x": x + offset, "y": y - block.height - 4, "text_anchor": "start"}
            else:
                at = {"x": x + block.front[0] + block.shift[0] + 4, "y": y - offset, "text_anchor": "start"}
            text = f"{letter.lower()}{index // places.group}"
            add(group, "text", text, font_size=10.5, class_=f"s {letter}", data_axis=letter, **at)


def _edges(group: Element, block: Block, x: float, y: float) -> None:
    width, height = block.front
    dx, dy = block.shift
    if axis := block.axes.get("right"):
        _edge(group, axis, x, y + 7, x + width, y + 7)
        _edge_text(group, block, "right", axis, x + width / 2, y + 7 + LABEL + 2, "middle")
    if axis := block.axes.get("up"):
        _edge(group, axis, x - 7, y, x - 7, y - height)
        if height < FLAT:
            _edge_text(group, block, "up", axis, x - 13, y - height / 2 + 4, "end")
        else:
            place = f"translate({x - 13:.1f} {y - height / 2:.1f}) rotate(-90)"
            _edge_text(group, block, "up", axis, 0, 0, "middle", place)
    if axis := block.axes.get("depth"):
        _edge(group, axis, x - 4, y - height - 5, x - 4 + dx, y - height - 5 - dy)
        _edge_text(group, block, "depth", axis, x - 8 + dx / 2, y - height - dy / 2 - 9, "end")


def _edge(group: Element, axis: Axis, x1: float, y1: float, x2: float, y2: float) -> None:
    symbol = leading_symbol(axis)
    kind = f"edge {symbol}" if symbol else "edge N"
    line = add(group, "line", class_=kind, data_axis=letters([axis]), x1=x1, y1=y1, x2=x2, y2=y2)
    add(line, "title", _in_words(axis))


def _edge_text(
    group: Element, block: Block, role: str, axis: Axis, x: float, y: float, anchor: str, transform: str | None = None
) -> None:
    size = block.record.shape[block.record.axes.index(axis)]
    text = add(group, "text", x=x, y=y, text_anchor=anchor, font_size=LABEL, transform=transform)
    shown = sum(index is not None for index in block.places[role].indices)
    if axis.symbols:
        coloured_axis(text, axis, f" = {size:,}")
    else:
        add(text, "tspan", f"{size:,}")
    said = f"{axis} = {size:,}: {_in_words(axis)}"
    if block.places[role].compressed:
        add(text, "tspan", " ⋯", class_="soft")
        said = f"{said}. {shown} of {size:,} places are drawn: the dots stand for the others."
    add(text, "title", said)


def _in_words(axis: Axis) -> str:
    """``batch size · sequence length``."""
    return " · ".join(SYMBOLS[symbol[0]].name for symbol in axis.symbols) or "a size that the code fixes"


def draw_shape(
    group: Element, record: TensorRecord, x: float, y: float, *, anchor: str = "middle", size: float = SHAPE
) -> None:
    """A shape as torch prints it, each number in the colour of its axis."""
    text = add(group, "text", x=x, y=y, text_anchor=anchor, font_size=size, class_="shape")
    add(text, "tspan", "(")
    for place, (axis, size) in enumerate(zip(record.axes, record.shape, strict=True)):
        if place:
            add(text, "tspan", ", ")
        symbol = leading_symbol(axis)
        add(text, "tspan", str(size), class_=f"s {symbol}" if symbol else "s N", data_axis=letters([axis]))
    add(text, "tspan", ",)" if len(record.shape) == 1 else ")")
