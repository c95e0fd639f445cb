"""A small chart of lines as SVG, for a picture that follows a dragged slider: no library, nothing to load."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lstm_viz.drawing.svg import Element, add, picture, text_width, to_text

_LEFT, _TOP, _RIGHT, _BOTTOM = 74.0, 34.0, 16.0, 52.0
_LABEL = 13.0
_STYLE = (
    ".lv .grid{stroke:var(--faint);stroke-width:1}.lv .across{stroke:var(--soft);stroke-width:1.6;stroke-dasharray:6 4}"
    ".lv .line{fill:none;stroke-width:2.6;stroke-linejoin:round;stroke-linecap:round}"
)


@dataclass(frozen=True)
class ChartLine:
    """A line with its name; ``colour`` is a letter of the palette. What is no number is left out."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str = "T"
    dots: bool = False


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        share = (self._of(value) - self._of(self.low)) / (self._of(self.high) - self._of(self.low))
        return self.start + share * (self.end - self.start)

    def _of(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def ticks(self) -> list[float]:
        if self.log:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            every = max(1, math.ceil((last - first) / 6))
            return [
                10.0**place for place in range(first, last + 1, every) if self.low <= 10.0**place <= self.high * 1.001
            ]
        rough = (self.high - self.low) / 5
        unit = 10.0 ** math.floor(math.log10(rough))
        stride = next(unit * step for step in (1, 2, 5, 10) if unit * step >= rough)
        first = math.ceil(self.low / stride - 1e-9)
        return [place * stride for place in range(first, math.floor(self.high / stride + 1e-9) + 1)]


def line_chart(
    lines: Sequence[ChartLine],
    *,
    title: str,
    x_name: str,
    y_name: str,
    log: bool = False,
    across: float | None = None,
    across_name: str = "",
    tall: bool = False,
) -> str:
    """The lines in one chart as SVG text; ``across`` is an x where a dashed line stands, ``tall`` is for a phone.

    >>> line_chart([ChartLine("h", [0, 1], [0.5, 2])], title="t", x_name="x", y_name="y").startswith("<svg")
    True

    Raises ValueError where no line has a number that can be drawn.
    """
    points = {line.name: [(x, y) for x, y in zip(line.x, line.y, strict=True) if _drawable(y, log)] for line in lines}
    there = [point for each in points.values() for point in each]
    if not there:
        raise ValueError("lines: expected a number to draw, got none")
    width, height = (400.0, 300.0) if tall else (860.0, 420.0)
    root = picture(width, height, title)
    add(root, "style", _STYLE)
    across_scale = _Scale(*_wide(min(x for x, _ in there), max(x for x, _ in there)), _LEFT, width - _RIGHT)
    low, high = _room(min(y for _, y in there), max(y for _, y in there), log)
    up = _Scale(low, high, height - _BOTTOM, _TOP, log)
    _axes(root, across_scale, up, x_name, y_name)
    if across is not None:
        x = across_scale.at(across)
        add(root, "path", class_="across", d=f"M{x:.1f},{_TOP}V{height - _BOTTOM}")
        add(root, "text", across_name, class_="soft prose", x=x + 6, y=_TOP + 12, font_size=_LABEL)
    for line in lines:
        _draw(root, line, [(across_scale.at(x), up.at(y)) for x, y in points[line.name]])
    _legend(root, lines)
    return to_text(root)


def _draw(root: Element, line: ChartLine, points: list[tuple[float, float]]) -> None:
    if not points:
        return
    path = "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
    add(add(root, "path", class_="line", d=path, style=f"stroke:var(--{line.colour})"), "title", line.name)
    if line.dots or len(points) == 1:
        for x, y in points:
            add(root, "circle", cx=x, cy=y, r=4.0, style=f"fill:var(--{line.colour})")


def _axes(root: Element, across: _Scale, up: _Scale, x_name: str, y_name: str) -> None:
    for value in up.ticks():
        y = up.at(value)
        add(root, "path", class_="grid", d=f"M{across.start:.1f},{y:.1f}H{across.end:.1f}")
        add(root, "text", short(value), class_="soft", x=_LEFT - 8, y=y + 4.5, text_anchor="end", font_size=_LABEL)
    for value in across.ticks():
        x = across.at(value)
        add(root, "text", short(value), class_="soft", x=x, y=up.start + 19, text_anchor="middle", font_size=_LABEL)
    middle = (across.start + across.end) / 2
    add(root, "text", x_name, class_="prose", x=middle, y=up.start + 41, text_anchor="middle", font_size=14)
    add(root, "text", y_name, class_="prose", x=6, y=16, font_size=14)


def _legend(root: Element, lines: Sequence[ChartLine]) -> None:
    if len(lines) < 2:
        return
    x = float(root.get("viewBox", "").split()[2]) - _RIGHT
    for line in reversed(lines):
        x -= text_width(line.name, _LABEL)
        add(root, "text", line.name, x=x, y=17, font_size=_LABEL, style=f"fill:var(--{line.colour});font-weight:700")
        add(root, "path", class_="line", d=f"M{x - 24:.1f},12.5H{x - 6:.1f}", style=f"stroke:var(--{line.colour})")
        x -= 40


def _drawable(value: float, log: bool) -> bool:
    return math.isfinite(value) and (value > 0 or not log)


def _room(low: float, high: float, log: bool) -> tuple[float, float]:
    if log:
        return 10.0 ** math.floor(math.log10(low)), 10.0 ** math.ceil(math.log10(high) + 1e-9)
    low, high = _wide(low, high)
    room = (high - low) * 0.06
    return low - room, high + room


def _wide(low: float, high: float) -> tuple[float, float]:
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def short(value: float) -> str:
    """A tick's number: ``0.5``, ``120``, ``10⁻⁶``.

    >>> short(0.5), short(120.0), short(1e-6)
    ('0.5', '120', '10⁻⁶')
    """
    size = abs(value)
    if size and not 1e-3 <= size < 1e5:
        exponent = round(math.log10(size))
        power = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"10{power}"
    return f"{round(value, 10):g}".replace("-", "−")
