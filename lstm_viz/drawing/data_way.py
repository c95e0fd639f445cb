"""The way of the data as one picture: from the table or the text to the batch, with the shape at each step."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from lstm_viz.drawing.data_captions import BELOW, Item
from lstm_viz.drawing.data_stops import BESIDE, CODE, MARGIN, RISE, SOFT, Stop, stages, stop_of
from lstm_viz.drawing.data_style import data_style
from lstm_viz.drawing.svg import Element, add, picture, to_text
from lstm_viz.preparation.prepared import Step

_BETWEEN = 26.0


def data_way(steps: Sequence[Step], *, part: str = "train", width: float = 1280.0, tall: bool = False) -> str:
    """The picture as SVG text. ``steps`` are those of a preparation, of a table or of a text.

    Windows, tensors and the loader of ``part`` are drawn, the shapes of the other parts are written below. Tables are
    flat, rows down and columns right; windows and batches are oblique blocks as on the Shapes page. What is drawn can
    be pointed at and chosen: ``data-tensor`` is the step's name. The way goes on in a new line where ``width`` ends;
    ``tall`` puts one stage below the other for a phone. ``data-lines`` is where each line begins. Raises
    ValueError without steps.
    """
    if not steps:
        raise ValueError("steps: expected those of a preparation, got none")
    stops = [stop_of(stage, found, part, width) for stage, found in stages(steps).items()]
    root = picture(400.0 if tall else width, 100, "The way of the data: " + ", then ".join(_spoken(steps, part)))
    root.set("class", "lv data-lv")
    add(root, "style", data_style())
    right, bottom = _draw_tall(root, stops, 400.0) if tall else _draw_wide(root, stops, width)
    root.set("viewBox", f"0 0 {max(right, 400.0 if tall else 0):.0f} {bottom:.0f}")
    return to_text(root)


def _spoken(steps: Sequence[Step], part: str) -> list[str]:
    return [f"{step.name} {step.shape}" for step in steps if step.part in ("", part)]


def _draw_wide(root: Element, stops: Sequence[Stop], width: float) -> tuple[float, float]:
    """Stage after stage to the right, in as many lines as they need. Right and lower end."""
    lines: list[list[Stop]] = [[]]
    x = MARGIN
    for place, stop in enumerate(stops):
        needed = stop.width + (stop.arrow if place else 0)
        if lines[-1] and x + needed > width - MARGIN:
            lines.append([])
            x = MARGIN
        lines[-1].append(stop)
        x += needed + _BETWEEN
    y, furthest, first = MARGIN, width, True
    tops = []
    for line in lines:
        tops.append(0.0 if first else y - 9)
        base = y + max(max(stop.row_height(0), stop.code_height) for stop in line)
        low = base + BELOW
        if any(stop.rows[1] for stop in line):
            low += max(stop.row_height(1) for stop in line)
        x = MARGIN
        bottom = low
        for stop in line:
            if not first:
                _arrow(root, stop, x, base - RISE)
                x += stop.arrow
            first = False
            bottom = max(bottom, _items(root, stop, x, (base, low)))
            x += stop.width + _BETWEEN
        furthest = max(furthest, x)
        y = bottom + 18
    root.set("data-lines", " ".join(f"{top:.0f}" for top in tops))
    return furthest, y


def _items(root: Element, stop: Stop, x: float, bases: tuple[float, float]) -> float:
    """Draw both rows of a stage, centred on each other, and its notes. Returns its lower end."""
    end = bases[0] + BELOW
    for row, base in enumerate(bases):
        if not stop.rows[row]:
            continue
        left = x + (stop.width - stop.row_width(row)) / 2
        tensors = add(root, "g", role="list", aria_label=stop.stage)
        for item in stop.rows[row]:
            item.draw(add(tensors, "g", role="listitem"), left + item.left, base)
            left += item.left + item.right + BESIDE
        end = base + BELOW
    for place, note in enumerate(stop.notes):
        at: dict[str, Any] = {"x": x + stop.width / 2, "y": end + 10 + 17 * place, "text_anchor": "middle"}
        add(root, "text", note, font_size=SOFT, class_="soft prose", **at)
    return end + (17 * len(stop.notes) if stop.notes else 0)


def _arrow(root: Element, stop: Stop, x: float, y: float) -> None:
    end = x + stop.arrow - 10
    group = add(root, "g", class_="arrows")
    add(group, "title", f"to {stop.stage}: {' '.join(stop.code)}")
    add(group, "path", class_="arrow", d=f"M{x:.1f},{y:.1f}H{end - 6:.1f}")
    add(
        group,
        "polygon",
        class_="head",
        points=f"{end:.1f},{y:.1f} {end - 9:.1f},{y - 4.5:.1f} {end - 9:.1f},{y + 4.5:.1f}",
    )
    middle = (x + end - 6) / 2
    for place, line in enumerate(stop.code):
        at: dict[str, Any] = {"x": middle, "y": y - 9 - 16 * (len(stop.code) - 1 - place), "text_anchor": "middle"}
        add(group, "text", line, font_size=CODE, font_weight=600, **at)
    for place, line in enumerate(stop.words):
        at = {"x": middle, "y": y + 17 + 15 * place, "text_anchor": "middle"}
        add(group, "text", line, font_size=SOFT, class_="soft prose", **at)


def _draw_tall(root: Element, stops: Sequence[Stop], width: float) -> tuple[float, float]:
    """Stage below stage. Right and lower end."""
    y = MARGIN
    for place, stop in enumerate(stops):
        if place:
            y = _down(root, stop, width, y)
        for row in _fitting(stop, width - 2 * MARGIN):
            base = y + max(item.up for item in row)
            total = sum(item.left + item.right for item in row) + BESIDE * (len(row) - 1)
            left = (width - total) / 2
            tensors = add(root, "g", role="list", aria_label=stop.stage)
            for item in row:
                item.draw(add(tensors, "g", role="listitem"), left + item.left, base)
                left += item.left + item.right + BESIDE
            y = base + BELOW
        for line in (line for note in stop.notes for line in wrap(note, int((width - 2 * MARGIN) / (SOFT * 0.56)))):
            y += 16
            at = {"x": width / 2, "y": y, "text_anchor": "middle"}
            add(root, "text", line, font_size=SOFT, class_="soft prose", **at)
        y += 10
    return width, y + MARGIN


def _fitting(stop: Stop, width: float) -> list[list[Item]]:
    """The items side by side as far as they fit."""
    rows: list[list[Item]] = [[]]
    room = width
    for item in (*stop.rows[0], *stop.rows[1]):
        needed = item.left + item.right + BESIDE
        if rows[-1] and needed - BESIDE > room:
            rows.append([])
            room = width
        rows[-1].append(item)
        room -= needed
    return rows


def _down(root: Element, stop: Stop, width: float, y: float) -> float:
    texts = len(stop.code) + len(stop.words)
    end = y + max(17.0 * texts + 10, 36)
    x = width / 2 - 70
    add(root, "path", class_="arrow", d=f"M{x:.1f},{y:.1f}V{end - 6:.1f}")
    add(
        root,
        "polygon",
        class_="head",
        points=f"{x:.1f},{end:.1f} {x - 4.5:.1f},{end - 9:.1f} {x + 4.5:.1f},{end - 9:.1f}",
    )
    for place, line in enumerate((*stop.code, *stop.words)):
        code = place < len(stop.code)
        style: dict[str, Any] = (
            {"font_size": CODE, "font_weight": 600} if code else {"font_size": SOFT, "class_": "soft prose"}
        )
        add(root, "text", line, x=x + 12, y=y + 16 + 17 * place, **style)
    return end + 12
