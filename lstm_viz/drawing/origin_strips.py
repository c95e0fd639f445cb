"""Below a tensor: the strip of its memory with the order of reading, and what is read as one sample."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from lstm_viz.drawing.origin_sheet import HIGH, LABEL, MARGIN, SAID, Sheet, picked
from lstm_viz.drawing.svg import add, text_width
from lstm_viz.preparation.layouts import Layout

MOST_SEQUENCES = 6
_LINES = {True: 2, False: 4}
"""Lines of cells that the memory row takes at most, on a wide drawing and on a narrow one."""


def draw_memory(sheet: Sheet, layout: Layout) -> None:
    """The strip of memory: each cell's number is its turn when the tensor is read from first to last."""
    turns = {int(place): turn for turn, place in reversed(list(enumerate(layout.reads)))}
    size = len(layout.storage)
    per_line = int((sheet.width - 2 * MARGIN) // sheet.cell)
    lines = _LINES[sheet.width > 700]
    shown = size if size <= per_line * (lines + 1) else per_line * lines
    sheet.y += 10
    order = "read from left to right" if layout.is_contiguous else "read in the order of the numbers"
    sheet.prose(f"In memory, {order}:")
    jumps = not layout.is_contiguous
    for start in range(0, shown, per_line):
        places = range(start, min(start + per_line, shown))
        top = sheet.y + (24 if jumps and start == 0 else 6) + 12
        if jumps and start == 0:
            _jumps(sheet, layout, per_line, top - 13)
        for place in places:
            x = MARGIN + (place - start) * sheet.cell
            turn = turns.get(place)
            if turn is not None:
                number = {"x": x + sheet.cell / 2, "y": top - 3, "text_anchor": "middle", "font_size": 10.5}
                add(sheet.root, "text", str(turn), class_="soft", **number)
                sheet.draw_cell(int(layout.storage[place]), x, top)
        sheet.y = top + HIGH
    if shown < size:
        sheet.y += 4
        sheet.prose(f"the first {shown} of {size:,} elements")
    sheet.y += 6


def _jumps(sheet: Sheet, layout: Layout, per_line: int, y: float) -> None:
    """Where the reading goes from each of the first elements to the next."""
    for before, after in pairwise(layout.reads[:9].tolist()):
        if max(before, after) >= per_line or after == before + 1:
            continue
        x0, x1 = (MARGIN + (place + 0.5) * sheet.cell for place in (before, after))
        rise = min(18.0, 8 + abs(x1 - x0) / 30)
        path = f"M{x0:.1f},{y:.1f} C{x0:.1f},{y - rise:.1f} {x1:.1f},{y - rise:.1f} {x1:.1f},{y:.1f}"
        line = add(sheet.root, "path", class_="jump", d=path)
        add(line, "title", f"the reading goes on {after - before:+d} places in memory")


def draw_sequences(sheet: Sheet) -> None:
    """What the result is read as: one line a sample, in the order of reading, with a mark whether it is one sample."""
    found = sheet.found
    assert found.after is not None
    size = found.after.shape[found.samples_along]
    sheet.y += 12
    sheet.prose("What a network reads as one sample:")
    sheet.y += 6
    names = text_width(found.sequence_name(size - 1), LABEL) + 12
    verdict = 118.0
    beside = sheet.width > 560
    room = int((sheet.width - 2 * MARGIN - names - (verdict if beside else 0)) // sheet.cell)
    for place in picked(size, MOST_SEQUENCES):
        if place is None:
            add(sheet.root, "text", f"⋮ {size - MOST_SEQUENCES + 1} more", x=MARGIN, y=sheet.y + 14, **SAID)
            sheet.y += 22
            continue
        name: dict[str, Any] = {"x": MARGIN, "y": sheet.y + HIGH / 2 + 4.5, "font_size": LABEL, "font_weight": 700}
        add(sheet.root, "text", found.sequence_name(place), **name)
        codes = found.sequence(place).tolist()
        x = MARGIN + names
        for column in picked(len(codes), room):
            if column is None:
                dots = {"x": x + sheet.cell / 2, "y": sheet.y + HIGH / 2 + 4, "text_anchor": "middle"}
                add(sheet.root, "text", "⋯", font_size=13, class_="soft", **dots)
            else:
                sheet.draw_cell(codes[column], x, sheet.y)
            x += sheet.cell
        mixed = found.mixed.get(place, ())
        text = f"✗ {len(mixed)} samples" if mixed else f"✓ sample {found.origin(codes[0])['sample']}"
        at = (x + 10, sheet.y + HIGH / 2 + 4.5) if beside else (MARGIN + names, sheet.y + HIGH + 15)
        add(sheet.root, "text", text, x=at[0], y=at[1], font_size=13, class_="wrong" if mixed else "right")
        sheet.y += HIGH + (6 if beside else 24)
