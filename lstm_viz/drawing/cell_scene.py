"""The parts of a cell diagram: strips of cells with slots for their numbers, steps, operations and arrows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lstm_viz.dims import Axis
from lstm_viz.drawing.cell_strips import MOST_FEATURES, MOST_UNITS, Strip, shown_rows
from lstm_viz.drawing.cell_style import cell_style
from lstm_viz.drawing.svg import Element, add, coloured_axis, picture

WIDTH, GAP, PAD, TITLE = 60.0, 28.0, 12.0, 50.0
WIDE_GAP = 42.0
"""The room of a function whose name has several letters."""
NUMBER, NAME, SHAPE, LABEL = 15.5, 15.0, 13.0, 13.0
SPREAD = 18.0
"""The room of the mark that stands for the cells that are left out."""
Point = tuple[float, float]
_SUBSCRIPT = re.compile(r"_(?:\{([^}]*)\}|(\w))")


@dataclass(frozen=True)
class Placed:
    """A strip on the paper: ``y`` is the top of its first cell, ``height`` that of its cells."""

    x: float
    y: float
    height: float

    @property
    def middle(self) -> Point:
        """The centre of its cells."""
        return self.x + WIDTH / 2, self.y + self.height / 2

    @property
    def right(self) -> float:
        """The right end of its cells."""
        return self.x + WIDTH

    @property
    def bottom(self) -> float:
        """Below its shape."""
        return self.y + self.height + 22

    @property
    def top(self) -> float:
        """Above its name."""
        return self.y - 24


class Scene:
    """A drawing in the making. ``slots`` are the drawn numbers in the order of ``data-slot``: strip key, index."""

    def __init__(
        self, width: float, height: float, label: str, strips: Mapping[str, Strip], sizes: Mapping[str, int], unit: int
    ) -> None:
        self.strips, self.sizes, self.unit = strips, sizes, unit
        self.root = picture(width, height, label)
        self.root.set("class", "lv cell-lv")
        add(self.root, "style", cell_style())
        self._marker()
        self._regions, self._ways, self._parts = (add(self.root, "g") for _ in range(3))
        self.slots: list[tuple[str, int]] = []

    def rows(self, key: str) -> tuple[int, ...]:
        """The indices of a strip that are drawn."""
        strip = self.strips[key]
        if not strip.units:
            return shown_rows(strip.size, 0, MOST_FEATURES)
        return shown_rows(strip.size, min(self.unit, strip.size - 1), MOST_UNITS)

    def height_of(self, key: str) -> float:
        """How tall the cells of a strip are together."""
        rows = self.rows(key)
        gaps = sum(after - before > 1 for before, after in pairwise(rows))
        return len(rows) * self.cell + gaps * SPREAD

    @property
    def cell(self) -> float:
        """The height of one cell: the more units, the lower."""
        return 26.0 if max(len(self.rows(key)) for key in self.strips) <= 6 else 23.0

    def strip(self, key: str, x: float, y: float, stages: str = "", *, indexed: bool = False) -> Placed:
        """Draw a strip whose first cell begins at (x, y), with its name above and its shape below."""
        strip, rows = self.strips[key], self.rows(key)
        group = add(self._parts, "g", class_="part strip", data_stages=stages, data_strip=key)
        add(group, "title", f"{plain(strip.name)}, shape ({strip.size},): {strip.meaning}")
        self.name(group, strip.name, x + WIDTH / 2, y - 8, NAME, weight=700)
        top = y
        for place, index in enumerate(rows):
            if place and index - rows[place - 1] > 1:
                self._left_out(group, index - rows[place - 1] - 1, x + WIDTH / 2, top)
                top += SPREAD
            self._slot(group, strip, index, x, top)
            if indexed:
                add(group, "text", str(index), x=x - 6, y=top + self.cell / 2 + 4.5, **_SOFT, text_anchor="end")
            top += self.cell
        self._shape(group, strip, x + WIDTH / 2, top + 16)
        return Placed(x, y, top - y)

    def row(self, parts: Sequence[str], x: float, y: float, stages: str) -> dict[str, Placed]:
        """Strips with operations between them: ``["a_f", "=σ", "f"]``; what begins with = is an operation."""
        placed: dict[str, Placed] = {}
        room = max(self.height_of(part) for part in parts if not part.startswith("="))
        middle = y + room / 2
        for part in parts:
            if part.startswith("="):
                self.operation(part[1:], x + gap_of(part) / 2, middle, stages)
                x += gap_of(part)
            else:
                placed[part] = self.strip(part, x, y + (room - self.height_of(part)) / 2, stages)
                x += WIDTH
        return placed

    def operation(self, sign: str, x: float, y: float, stages: str = "") -> None:
        """A sign such as ⊙ between two strips; a function such as σ stands above a small arrow."""
        group = add(self._parts, "g", class_="part", data_stages=stages)
        if sign in "⊙+=":
            add(group, "text", sign, x=x, y=y + 7, text_anchor="middle", font_size=21, font_weight=700)
            return
        add(group, "text", sign, x=x, y=y - 7, text_anchor="middle", font_size=13 if len(sign) > 1 else 16)
        reach = gap_of(f"={sign}") / 2 - 3
        add(group, "path", class_="arrow", d=f"M{x - reach:.1f},{y:.1f}h{2 * reach:.1f}", marker_end="url(#cell-head)")

    def region(self, number: int, title: str, x: float, y: float, width: float, height: float) -> None:
        """The ground of one step, with its number and its name."""
        group = add(self._regions, "g", class_="part", data_stages=number)
        add(group, "rect", class_="region", data_stages=number, x=x, y=y, width=width, height=height, rx=12)
        add(group, "circle", class_="badge", cx=x + 18, cy=y + 15, r=9.5)
        add(group, "text", str(number), x=x + 18, y=y + 19.5, text_anchor="middle", font_size=13, font_weight=700)
        add(group, "text", title, class_="prose", x=x + 32, y=y + 20, font_size=14, font_weight=700)

    def matrix(self, lines: Sequence[tuple[str, str]], x: float, y: float, width: float = 138) -> Placed:
        """A box for a weight: its product, then its shape in symbols and in numbers."""
        height = 14 + 18 * len(lines)
        group = add(self._parts, "g", class_="part", data_stages="")
        add(group, "rect", class_="matrix", x=x, y=y - height / 2, width=width, height=height, rx=8)
        for place, (text, kind) in enumerate(lines):
            line = y - height / 2 + 21 + 18 * place
            if kind == "axes":
                self._axes(group, text, x + width / 2, line)
            else:
                self.name(
                    group, text, x + width / 2, line, 14 if kind == "name" else LABEL, 700 if kind == "name" else 400
                )
        return Placed(x, y - height / 2, height)

    def arrow(self, points: Sequence[Point], stages: str = "", *, kind: str = "arrow", head: bool = True) -> None:
        """A line through the points, with a head at its end."""
        path = "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
        end = "url(#cell-head)" if head else None
        add(self._ways, "path", class_=f"part {kind}", data_stages=stages, d=path, fill="none", marker_end=end)

    def dot(self, x: float, y: float, kind: str) -> None:
        """Where a line branches off."""
        add(self._ways, "circle", class_=f"part {kind}", data_stages="", cx=x, cy=y, r=3.6)

    def plus(self, x: float, y: float) -> None:
        """Where two vectors are added."""
        group = add(self._parts, "g", class_="part", data_stages="")
        add(group, "circle", class_="plate", cx=x, cy=y, r=10)
        add(group, "path", class_="bus", d=f"M{x - 5:.1f},{y:.1f}h10M{x:.1f},{y - 5:.1f}v10")

    def label(
        self, text: str, x: float, y: float, stages: str = "", *, anchor: str = "start", slot: str | None = None
    ) -> None:
        """Words on an arrow; ``slot`` is for words that change with the step."""
        place = {"x": x, "y": y, "font_size": LABEL, "text_anchor": anchor, "data_text": slot, "data_stages": stages}
        element = add(self._parts, "text", None if "_" in text else text, class_="part on-line", **place)
        if "_" in text:
            _tspans(element, text, LABEL)

    def lines(self, texts: Sequence[str], x: float, y: float, stages: str, anchor: str = "start") -> None:
        """Several labels below each other."""
        for place, text in enumerate(texts):
            self.label(text, x, y + 16 * place, stages, anchor=anchor)

    def way_out(self, last: Placed, below: float, upward: Sequence[str], stages: str) -> None:
        """At the foot of a tall drawing: where h goes."""
        x = last.middle[0]
        self.arrow([(x, last.bottom), (x, below + 24)], stages)
        self.label("", x - 12, below + 18, stages, slot="after_h", anchor="end")
        self.label(" ".join(upward), x - 12, below + 36, stages, anchor="end")

    @staticmethod
    def name(parent: Element, text: str, x: float, y: float, size: float, weight: int = 400) -> None:
        """A name with its subscripts, centred on x."""
        element = add(parent, "text", x=x, y=y, text_anchor="middle", font_size=size, font_weight=weight)
        _tspans(element, text, size)

    def _slot(self, group: Element, strip: Strip, index: int, x: float, y: float) -> None:
        unit = index if strip.units else None
        cell = add(group, "g", class_="unit" if strip.units else None, data_unit=unit, data_slot=len(self.slots))
        add(cell, "rect", class_="cell blank", x=x, y=y, width=WIDTH, height=self.cell, rx=3)
        middle = y + self.cell / 2 + NUMBER * 0.35
        add(cell, "text", "", x=x + WIDTH / 2, y=middle, text_anchor="middle", font_size=NUMBER)
        add(cell, "title", f"{plain(strip.name)}[{index}]")
        self.slots.append((strip.key, index))

    def _left_out(self, group: Element, count: int, x: float, y: float) -> None:
        text = add(group, "text", f"⋮ {count}", class_="soft", x=x, y=y + 13.5, text_anchor="middle", font_size=12)
        add(text, "title", f"{count} more that are not drawn")

    def _shape(self, group: Element, strip: Strip, x: float, y: float) -> None:
        letter = Axis.parse(strip.axis).symbols[-1]
        text = add(group, "text", "(", x=x, y=y, text_anchor="middle", font_size=SHAPE)
        add(text, "tspan", str(strip.size), class_=f"s {letter}", data_axis=letter)
        add(text, "tspan", ",)")

    def _axes(self, group: Element, axes: str, x: float, y: float) -> None:
        text = add(group, "text", "(", x=x, y=y, text_anchor="middle", font_size=LABEL)
        parts = axes.split(", ")
        for place, part in enumerate(parts):
            coloured_axis(text, Axis.parse(part), ", " if place < len(parts) - 1 else "")
        add(text, "tspan", ")")

    def _marker(self) -> None:
        marker = add(add(self.root, "defs"), "marker", id="cell-head", orient="auto-start-reverse")
        for name, value in {
            "viewBox": "0 0 10 10",
            "refX": "8.5",
            "refY": "5",
            "markerUnits": "userSpaceOnUse",
        }.items():
            marker.set(name, value)
        marker.set("markerWidth", "11")
        marker.set("markerHeight", "11")
        add(marker, "path", class_="head", d="M0,0.5L10,5L0,9.5z")


def gap_of(part: str) -> float:
    """The room of an operation such as ``=σ`` or ``=tanh``."""
    return GAP if len(part) < 4 else WIDE_GAP


_SOFT = {"class_": "soft", "font_size": 12}


def plain(name: str) -> str:
    """``c_{t-1}`` as one writes it in a text: c_t-1."""
    return name.replace("{", "").replace("}", "")


def _tspans(element: Element, text: str, size: float) -> None:
    """Write ``c_{t-1}`` with its subscript lowered and small."""
    start, lowered = 0, 0.0
    for found in _SUBSCRIPT.finditer(text):
        if found.start() > start:
            add(element, "tspan", text[start : found.start()], dy=-lowered if lowered else None)
            lowered = 0.0
        inside = (found[1] or found[2]).replace("-", "−")
        add(element, "tspan", inside, dy=size * 0.22 - lowered, font_size=size * 0.76)
        lowered, start = size * 0.22, found.end()
    if start < len(text):
        add(element, "tspan", text[start:], dy=-lowered if lowered else None)
