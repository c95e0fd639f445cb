"""The curve of the target column with the window on it: its axis in the rows' own labels, and the parts as grounds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lstm_viz.drawing.svg import Element, add, text_width
from lstm_viz.drawing.window_data import WindowCut, short_number

LABEL = 12.5
_EVERY = (1, 2, 3, 4, 6, 12, 24, 36, 48, 60, 120, 240)


@dataclass(frozen=True)
class Plot:
    """Where the curve stands, and what a place on it means: rows to the right, the target's own units upwards."""

    left: float
    top: float
    width: float
    height: float
    first: int
    rows: int
    low: float
    high: float

    @property
    def step(self) -> float:
        """The width of one row."""
        return self.width / self.rows

    def edge(self, row: float) -> float:
        """Where a row's ground begins."""
        return self.left + (row - self.first) * self.step

    def x(self, row: float) -> float:
        """The middle of a row."""
        return self.edge(row + 0.5)

    def y(self, value: float) -> float:
        """The height of a number."""
        return self.top + self.height * (1 - (value - self.low) / (self.high - self.low))


def make_plot(cut: WindowCut, left: float, top: float, width: float, height: float) -> Plot:
    """A plot of the drawn rows, with some room above and below the curve."""
    low, high = min(cut.target), max(cut.target)
    room = (high - low) * 0.08 or abs(high) * 0.5 or 1.0
    return Plot(left, top, width, height, cut.first, len(cut.labels), low - room, high + room)


def draw_curve(root: Element, cut: WindowCut, plot: Plot, place: int) -> None:
    """Grounds of the parts, the window and its target at ``place`` of ``cut.pairs``, the curve, and both axes."""
    _parts(root, cut, plot)
    _value_axis(root, plot)
    _window(root, cut, plot, place)
    path = "M" + "L".join(f"{plot.x(cut.first + i):.1f},{plot.y(value):.1f}" for i, value in enumerate(cut.target))
    add(root, "path", class_="curve", d=path)
    clip = add(add(root, "defs"), "clipPath", id="window-clip")
    box = _box(plot, cut.pairs[place].start, cut.window)
    add(clip, "rect", class_="window-clip", **box)
    within = add(root, "path", class_="curve within", d=path, clip_path="url(#window-clip)")
    add(within, "title", f"{cut.target_name} within the window")
    _goals(root, cut, plot, place)
    add(root, "circle", class_="here", r=6, cx=-20, cy=-20, visibility="hidden")
    _row_axis(root, cut, plot)
    _handle(root, cut, plot, place)


def _box(plot: Plot, first: int, rows: int) -> dict[str, Any]:
    return {"x": plot.edge(first), "y": plot.top, "width": rows * plot.step, "height": plot.height}


def _parts(root: Element, cut: WindowCut, plot: Plot) -> None:
    for number, (name, first, end) in enumerate(cut.parts):
        group = add(root, "g", data_part=name)
        add(group, "title", f"{name}: the targets in rows {first:,} to {end - 1:,}")
        add(group, "rect", class_=f"ground ground-{number % 2}", **_box(plot, first, end - first))
        if text_width(name, LABEL) + 4 < (end - first) * plot.step:
            middle = (plot.edge(first) + plot.edge(end)) / 2
            add(group, "text", name, x=middle, y=plot.top - 6, text_anchor="middle", font_size=LABEL, class_="soft")
        if number:
            x = plot.edge(first)
            add(group, "line", class_="border", x1=x, x2=x, y1=plot.top - 14, y2=plot.top + plot.height)


def _window(root: Element, cut: WindowCut, plot: Plot, place: int) -> None:
    start = cut.pairs[place].start
    goal = cut.every_target_row(start)
    add(root, "rect", class_="goal-ground", **_box(plot, goal.start, len(goal)))
    add(root, "rect", class_="window-ground", **_box(plot, start, cut.window))


def _goals(root: Element, cut: WindowCut, plot: Plot, place: int) -> None:
    """A ring on each row of the target; of very many, on the first ones."""
    rows = cut.every_target_row(cut.pairs[place].start)
    for row in rows[:60]:
        ring = add(root, "circle", class_="goal", r=4.5, cx=plot.x(row), cy=plot.y(cut.target[row - cut.first]))
        ring.set("data-goal", str(row - rows.start))


def _handle(root: Element, cut: WindowCut, plot: Plot, place: int) -> None:
    """What is dragged: as wide as the window, and never too narrow for a finger."""
    start = cut.pairs[place].start
    room = max(cut.window * plot.step, 36.0)
    middle = plot.edge(start + cut.window / 2)
    handle = add(
        root,
        "g",
        class_="handle",
        role="slider",
        tabindex=0,
        aria_label="Window on the curve",
        aria_valuemin=0,
        aria_valuemax=len(cut.pairs) - 1,
        aria_valuenow=place,
        aria_valuetext=cut.sentence(place),
    )
    add(handle, "title", "Drag the window, or move it with the arrow keys")
    box: dict[str, Any] = {"x": middle - room / 2, "width": room, "y": plot.top, "height": plot.height}
    add(handle, "rect", class_="grip", rx=4, **box)
    frame = _box(plot, start, cut.window)
    add(handle, "rect", class_="window-frame", rx=3, **frame)
    knob = add(handle, "g", class_="knob", transform=f"translate({middle:.1f} {plot.top + plot.height:.1f})")
    add(knob, "rect", x=-17, y=-9, width=34, height=18, rx=9)
    add(knob, "path", d="M-5,-4l-4,4l4,4M5,-4l4,4l-4,4")


def _value_axis(root: Element, plot: Plot) -> None:
    group = add(root, "g", aria_hidden="true")
    for value in _ticks(plot.low, plot.high):
        y = plot.y(value)
        add(group, "line", class_="grid", x1=plot.left, x2=plot.left + plot.width, y1=y, y2=y)
        text = {"x": plot.left - 6, "y": y + 4, "text_anchor": "end", "font_size": LABEL}
        add(group, "text", short_number(value), class_="soft", **text)


def _ticks(low: float, high: float) -> Iterator[float]:
    """Three or four round numbers between."""
    rough = (high - low) / 3.5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= rough)
    for count in range(math.ceil(low / step), math.floor(high / step) + 1):
        yield count * step


def _row_axis(root: Element, cut: WindowCut, plot: Plot) -> None:
    """The labels of some rows, as many as have room."""
    group = add(root, "g", aria_hidden="true")
    y = plot.top + plot.height
    add(group, "line", class_="arrow", x1=plot.left, x2=plot.left + plot.width, y1=y, y2=y)
    longest = max(map(len, cut.labels))
    room = (text_width("m" * longest, LABEL) + 22) / plot.step
    every = next((each for each in _EVERY if each >= room), math.ceil(room))
    half = text_width("m" * longest, LABEL) / 2
    for place in range(0, len(cut.labels), every):
        x = plot.x(cut.first + place)
        if plot.left - 30 <= x - half and x + half <= plot.left + plot.width + 8:
            add(group, "line", class_="arrow", x1=x, x2=x, y1=y, y2=y + 5)
            text = {"x": x, "y": y + 24, "text_anchor": "middle", "font_size": LABEL}
            add(group, "text", cut.labels[place], class_="soft", **text)


def draw_overview(root: Element, cut: WindowCut, left: float, top: float, width: float) -> None:
    """Where the drawn rows lie in the whole table: its curve, thinned, with a frame."""
    group = add(root, "g", class_="overview")
    last = cut.first + len(cut.labels) - 1
    add(group, "title", f"rows {cut.first:,} to {last:,} of {cut.rows:,}")
    low, high = min(cut.overview), max(cut.overview)
    span, height = (high - low) or 1.0, 26.0
    points = enumerate(cut.overview)
    across = width / max(len(cut.overview) - 1, 1)
    path = "L".join(f"{left + i * across:.1f},{top + height * (1 - (value - low) / span):.1f}" for i, value in points)
    add(group, "path", class_="curve thin", d=f"M{path}")
    box: dict[str, Any] = {"x": left + width * cut.first / cut.rows, "width": width * len(cut.labels) / cut.rows}
    add(group, "rect", class_="page-frame", y=top - 3, height=height + 6, rx=3, **box)
    text = f"rows {cut.first:,} to {last:,} of {cut.rows:,}"
    add(group, "text", text, x=left + width, y=top + height + 18, text_anchor="end", font_size=LABEL, class_="soft")
