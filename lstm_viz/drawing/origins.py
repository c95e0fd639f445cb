"""A batch before and after view, permute and their kin: every element with the place that it came from."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from lstm_viz.dims import Axis
from lstm_viz.drawing.data_style import data_style
from lstm_viz.drawing.origin_sheet import HIGH, LABEL, MARGIN, SOFT, Sheet, picked
from lstm_viz.drawing.origin_strips import draw_memory, draw_sequences
from lstm_viz.drawing.svg import add, leading_symbol, picture, to_text
from lstm_viz.preparation.layouts import Layout, Rearranged

NAME, _GAP, _SIDE = 15.0, 24.0, 22.0
MOST_PANELS, MOST_ROWS, MOST_COLUMNS = 6, 6, 6


def origins_diagram(found: Rearranged, *, width: float = 1080.0) -> str:
    """The picture as SVG text: before, the operation, after; of each its panels and its memory.

    Colour and label of a cell say where its element came from, "1,3" for sample 1, step 3. Elements of long axes are
    left out, and said. Cells carry ``data-code``, ``data-sample``, ``data-step`` and ``data-feature``. ``width`` is the
    room in units of the drawing: 1080 for a page, 400 for a phone.
    """
    root = picture(width, 100, _label(found))
    root.set("class", "lv data-lv")
    add(root, "style", data_style())
    sheet = Sheet(root, found, width)
    example = found.before.codes.size - 1
    said = ", ".join(f"{name} {place}" for name, place in found.origin(example).items())
    sheet.prose(f"Colour and label say where an element came from: {found.label(example)} is {said}.")
    sheet.y += 10
    _tensor(sheet, found.before, "x" if found.before.expression == "x" else "z")
    _arrow(sheet)
    if found.after is None:
        _refusal(sheet, f"{found.error_kind}: {found.error}")
    else:
        _tensor(sheet, found.after, "y")
        draw_sequences(sheet)
    root.set("viewBox", f"0 0 {width:g} {sheet.y + MARGIN:.0f}")
    return to_text(root)


def _label(found: Rearranged) -> str:
    if found.after is None:
        return f"{found.expression} is refused by torch: {found.error}"
    return f"{found.expression}: shape {found.before.shape} becomes {found.after.shape}"


def _tensor(sheet: Sheet, layout: Layout, name: str) -> None:
    _headline(sheet, layout, name)
    _panels(sheet, layout, name)
    draw_memory(sheet, layout)


def _headline(sheet: Sheet, layout: Layout, name: str) -> None:
    sheet.y += 14
    line = add(sheet.root, "text", name, x=MARGIN, y=sheet.y, font_size=NAME, font_weight=700)
    if name == "z":
        add(line, "tspan", f" = {layout.expression}", font_size=SOFT + 0.5, font_weight=400)
    add(line, "tspan", " (")
    for place, (axis, size) in enumerate(zip(layout.axes, layout.shape, strict=True)):
        add(line, "tspan", ", ") if place else None
        symbol = leading_symbol(axis)
        part = add(line, "tspan", str(size), class_=f"s {symbol or 'N'}")
        add(part, "title", f"{axis} = {size}")
    add(line, "tspan", ",)" if len(layout.shape) == 1 else ")")
    kind = "contiguous" if layout.is_contiguous else "not contiguous"
    below = f"strides {layout.strides} · is_contiguous() {layout.is_contiguous}"
    said = add(sheet.root, "text", below, x=MARGIN, y=sheet.y + 19, font_size=SOFT, class_="soft")
    steps = ", ".join(
        f"{stride} further for the next {axis}" for axis, stride in zip(layout.axes, layout.strides, strict=True)
    )
    add(said, "title", f"In memory: {steps}; {kind}")
    sheet.y += 19


def _panels(sheet: Sheet, layout: Layout, name: str) -> None:
    """A panel for each place of the first axis, rows down and columns right, as torch prints a tensor."""
    shape = layout.shape
    codes = layout.codes.reshape((1,) * (3 - len(shape)) + shape) if len(shape) < 3 else layout.codes
    codes = codes.reshape(codes.shape[0], codes.shape[1], -1)
    axes: list[Axis | None] = [None] * (3 - len(layout.axes)) + list(layout.axes[:3])
    room = int((sheet.width - 2 * MARGIN - _SIDE) // sheet.cell)
    columns = picked(codes.shape[2], min(MOST_COLUMNS if len(shape) > 1 else 24, room))
    rows = picked(codes.shape[1], MOST_ROWS)
    left, top, first = MARGIN, sheet.y + 36, True
    across = _SIDE + len(columns) * sheet.cell
    down = len(rows) * HIGH
    for panel in picked(codes.shape[0], MOST_PANELS):
        needed = 20.0 if panel is None else across
        if left + needed > sheet.width - MARGIN and not first:
            left, top = MARGIN, top + down + 38
        if panel is None:
            add(sheet.root, "text", "⋯", x=left + 2, y=top + down / 2, font_size=16, class_="soft")
        else:
            at = left + _SIDE
            if axes[0] is not None:
                title = add(
                    sheet.root, "text", f"{name}[", x=at, y=top - 11, font_size=LABEL, font_weight=700, class_="soft"
                )
                add(title, "tspan", str(panel), class_=f"s {leading_symbol(axes[0]) or 'N'}")
                add(title, "tspan", "]")
            _panel(sheet, codes[panel].tolist(), rows, columns, at, top)
            _edges(sheet, axes[1:], at, top, len(columns) * sheet.cell, down, codes.shape[1:])
        left += needed + (8 if panel is None else _GAP)
        first = False
    sheet.y = top + down + 8
    _left_out(sheet, codes.shape, (MOST_PANELS, MOST_ROWS, len(columns)), axes)


def _panel(
    sheet: Sheet,
    codes: list[list[int]],
    rows: Sequence[int | None],
    columns: Sequence[int | None],
    x: float,
    y: float,
) -> None:
    for down, row in enumerate(rows):
        for right, column in enumerate(columns):
            at = x + right * sheet.cell, y + down * HIGH
            if row is None or column is None:
                dots = "⋯" if column is None else "⋮"
                middle = {"x": at[0] + sheet.cell / 2, "y": at[1] + HIGH / 2 + 4}
                add(sheet.root, "text", dots, text_anchor="middle", font_size=13, class_="soft", **middle)
            else:
                sheet.draw_cell(codes[row][column], *at)


def _edges(
    sheet: Sheet, axes: Sequence[Axis | None], x: float, y: float, width: float, height: float, sizes: tuple[int, ...]
) -> None:
    down, right = axes
    if right is not None:
        _edge(sheet, right, sizes[1], x, y - 5, x + width, y - 5)
        if symbol := leading_symbol(right):
            add(sheet.root, "text", symbol, class_=f"s {symbol}", x=x + width + 5, y=y - 1, font_size=LABEL)
    if down is not None:
        _edge(sheet, down, sizes[0], x - 6, y, x - 6, y + height)
        if symbol := leading_symbol(down):
            place = {"x": x - 11, "y": y + height / 2 + 4, "text_anchor": "end", "font_size": LABEL}
            add(sheet.root, "text", symbol, class_=f"s {symbol}", **place)


def _edge(sheet: Sheet, axis: Axis, size: int, x1: float, y1: float, x2: float, y2: float) -> None:
    symbol = leading_symbol(axis) or "N"
    line = add(sheet.root, "line", class_=f"edge {symbol}", data_axis=symbol, x1=x1, y1=y1, x2=x2, y2=y2)
    add(line, "title", f"{axis} = {size}")


def _left_out(sheet: Sheet, shape: Sequence[int], most: Sequence[int], axes: Sequence[Axis | None]) -> None:
    parts = [
        f"{shown - 1} of {axis} = {size}"
        for size, shown, axis in zip(shape, most, axes, strict=True)
        if size > shown and axis is not None
    ]
    if parts:
        sheet.y += 12
        text = f"drawn: {', '.join(parts)}; ⋯ stands for the others"
        sheet.prose(text)


def _arrow(sheet: Sheet) -> None:
    found = sheet.found
    arguments = ", ".join(map(str, found.arguments))
    start = sheet.y + 8
    x = MARGIN + 30
    add(sheet.root, "path", class_="arrow", d=f"M{x:.1f},{start:.1f}v38")
    corners = [(x, start + 46), (x - 5, start + 36), (x + 5, start + 36)]
    add(sheet.root, "polygon", class_="head", points=" ".join(f"{a:.1f},{b:.1f}" for a, b in corners))
    name = "x" if found.before.expression == "x" else "z"
    expression = f"y = {name}.{found.operation}({arguments})"
    text = add(sheet.root, "text", expression, x=x + 18, y=start + 18, font_size=NAME, font_weight=700)
    add(text, "title", found.expression)
    if found.after is not None:
        words = "copied into memory of its own" if found.copied else "the same memory, read anew"
        add(sheet.root, "text", words, x=x + 18, y=start + 37, font_size=SOFT + 0.5, class_="soft prose")
    sheet.y = start + 52


def _refusal(sheet: Sheet, error: str) -> None:
    letters = int((sheet.width - 2 * MARGIN - 28) / (13.5 * 0.602))
    lines = wrap(error, letters)
    height = 20.0 * len(lines) + 18
    box: dict[str, Any] = {"x": MARGIN, "y": sheet.y, "width": sheet.width - 2 * MARGIN, "height": height, "rx": 8}
    add(sheet.root, "rect", class_="refusal", **box)
    for place, line in enumerate(lines):
        add(sheet.root, "text", line, x=MARGIN + 14, y=sheet.y + 24 + 20 * place, font_size=13.5)
    sheet.y += height
