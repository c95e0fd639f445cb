"""The window being cut: the curve, the rows of the table beside the window's block, and the pairs as rows of cells.

Every cell says what it shows by ``data-k`` (which pair, counted from the present one), ``data-step`` (the row, counted
from the start of that pair's window) and ``data-column`` (a drawn column, or y), so that the page can fill the same
cells for any other place by the same rule: ui/window.js does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from lstm_viz.drawing.data_style import data_style
from lstm_viz.drawing.svg import Element, add, picture, text_width, to_text
from lstm_viz.drawing.window_curve import Plot, draw_curve, draw_overview, make_plot
from lstm_viz.drawing.window_data import WindowCut
from lstm_viz.drawing.window_scene import HIGH, LABEL, NUMBER, Scene, left_out
from lstm_viz.drawing.window_style import window_style
from lstm_viz.drawing.window_table import draw_table

MARGIN = 16.0
DEPTH = (9.0, 7.0)
MOST_DEEP = 4
_PAIRS = 5


@dataclass(frozen=True)
class CutDrawing:
    """The picture at one place as SVG text, and what the page needs to redraw it at any other."""

    svg: str
    plot: Plot
    cut: WindowCut
    place: int

    def to_json(self) -> dict[str, Any]:
        """For the component."""
        plot = {name: getattr(self.plot, name) for name in ("left", "top", "height", "step", "low", "high")}
        return {"svg": self.svg, "plot": plot, "cut": self.cut.to_json(), "place": self.place}


def window_cut(cut: WindowCut, place: int = 0, *, tall: bool = False) -> CutDrawing:
    """The picture with the window at ``place`` of ``cut.pairs``; ``tall`` is for narrow screens.

    Raises ValueError where there is no pair to cut, or no such place.
    """
    if not 0 <= place < len(cut.pairs):
        raise ValueError(f"place: expected one of the {len(cut.pairs)} pairs that lie in these rows, got {place}")
    width = 400.0 if tall else 1080.0
    root = picture(width, 100, f"Windows of {cut.window} rows being cut from {cut.target_name}: {cut.sentence(place)}")
    root.set("class", "lv data-lv window-lv")
    add(root, "style", data_style() + window_style())
    scene = Scene(root, cut, place, tall)
    y = _saying(scene)
    if cut.overview:
        draw_overview(root, cut, 58, y, width - 58 - MARGIN)
        y += 52
    plot = make_plot(cut, 58, y + 22, width - 58 - MARGIN, 140 if tall else 160)
    draw_curve(root, cut, plot, place)
    y = plot.top + plot.height + 46
    if tall:
        y = _block(scene, MARGIN + 30, y, width - 2 * MARGIN - 30) + 32
        y = _pairs(scene, MARGIN, y, width - 2 * MARGIN) + 20
        y = draw_table(scene, MARGIN, y, width - 2 * MARGIN)[1]
    else:
        right, low = draw_table(scene, MARGIN, y, 430)
        left = right + 76
        y = _block(scene, left, y, width - left - MARGIN) + 26
        y = max(_pairs(scene, right + 40, y, width - right - 40 - MARGIN), low)
    root.set("viewBox", f"0 0 {width:g} {y + MARGIN:.0f}")
    return CutDrawing(to_text(root), plot, cut, place)


def _saying(scene: Scene) -> float:
    who, what = scene.cut.sentence(scene.place).split(": ", 1)
    y = MARGIN + 10
    add(scene.root, "text", who, x=MARGIN, y=y, font_size=15, font_weight=700, data_slot="who")
    longest = max(text_width(f"{pair.part} sample {pair.sample}", 15) for pair in scene.cut.pairs)
    if not scene.tall:
        add(scene.root, "text", what, x=MARGIN + longest + 22, y=y, font_size=14, data_slot="what")
        return y + 14
    for place, part in enumerate(what.split(" → ")):
        words = f"→ {part}" if place else part
        add(scene.root, "text", words, x=MARGIN, y=y + 20 * (place + 1), font_size=13.5, data_slot=f"what {place}")
    return y + 54


def _block(scene: Scene, x: float, y: float, width: float) -> float:
    """The window as it lies in x: T to the right, F upwards, and behind it the next ones. Returns its lower end."""
    cut = scene.cut
    rows = len(cut.columns)
    deep = min(MOST_DEEP, max(1, len(cut.pairs)))
    gaps = sum(step is None for step in scene.steps)
    beside = max(deep * DEPTH[0], text_width(f"T = {cut.window:,}", LABEL)) + 8
    cell = min((width - beside - gaps * 18) / (len(scene.steps) - gaps), 50.0)
    front = y + deep * DEPTH[1] + 14
    bottom = front + rows * HIGH
    group = add(scene.root, "g", class_="window-block")
    across = x
    for step in scene.steps:
        if step is None:
            left_out(group, across + 9, front + rows * HIGH / 2 + 4, "⋯")
            across += 18
            continue
        for d in range(deep - 1, -1, -1):
            left, up = across + d * DEPTH[0], front - d * DEPTH[1]
            path = f"M{left:.1f},{up:.1f}h{cell:.1f}l{DEPTH[0]:g},-{DEPTH[1]:g}h-{cell:.1f}z"
            scene.face(group, d, step, str(rows - 1), path)
        for place in range(rows):
            scene.cell(group, 0, step, str(place), across, bottom - (place + 1) * HIGH, cell)
        across += cell
    for d in range(deep):
        for place in range(rows):
            left, low = across + d * DEPTH[0], bottom - place * HIGH - d * DEPTH[1]
            path = f"M{left:.1f},{low:.1f}l{DEPTH[0]:g},-{DEPTH[1]:g}v-{HIGH:g}l-{DEPTH[0]:g},{DEPTH[1]:g}z"
            scene.face(group, d, cut.window - 1, str(place), path)
    return _block_texts(scene, group, x, (front, bottom), across, deep)


def _block_texts(
    scene: Scene, group: Element, x: float, heights: tuple[float, float], right: float, deep: int
) -> float:
    cut, (front, bottom) = scene.cut, heights
    add(group, "line", class_="edge T", x1=x, x2=right, y1=bottom + 6, y2=bottom + 6)
    add(group, "line", class_="edge F", x1=x - 6, x2=x - 6, y1=front, y2=bottom)
    back = (x - 4 + deep * DEPTH[0], front - 4 - deep * DEPTH[1])
    add(group, "line", class_="edge N", x1=x - 4, y1=front - 4, x2=back[0], y2=back[1])
    place = {"x": x - 12, "y": (front + bottom) / 2 + 4, "text_anchor": "end", "font_size": LABEL}
    add(group, "text", "F", class_="s F", **place)
    add(group, "text", "N", class_="s N", x=x - 6, y=front - 8, text_anchor="end", font_size=LABEL)
    line = bottom + 25
    time = add(group, "text", "T", class_="s T", x=right + 6, y=bottom + 11, font_size=LABEL)
    add(time, "tspan", f" = {cut.window:,}", class_="soft")
    text = add(group, "text", x=x, y=line, font_size=15, font_weight=700)
    add(text, "tspan", scene.cut.pairs[scene.place].part, data_slot="part")
    add(text, "tspan", " x[")
    add(text, "tspan", str(cut.pairs[scene.place].sample), class_="s N", data_slot="sample")
    add(text, "tspan", "] (")
    add(text, "tspan", str(cut.window), class_="s T")
    add(text, "tspan", ", ")
    add(text, "tspan", str(cut.features), class_="s F")
    add(text, "tspan", ")")
    said = [f"and behind it the next of the {cut.total:,} windows"]
    if missing := cut.features - len(cut.columns):
        said.append(f"{missing:,} of the {cut.features:,} features {'is' if missing == 1 else 'are'} not drawn")
    for words in said:
        line += 18
        add(group, "text", words, x=x, y=line, font_size=12.5, class_="soft prose")
    return line


def _pairs(scene: Scene, x: float, y: float, width: float) -> float:
    """The pairs that were cut up to here, the newest first: the window of one column, an arrow, the target."""
    cut = scene.cut
    own = cut.columns.index(cut.target_name) if cut.target_name in cut.columns else 0
    columns = f"{_short(cut.columns[own])} → {_short(cut.target_name)}"
    lines = wrap(f"x and its target, the newest first ({columns})", int(width / (12.5 * 0.56)))
    for place, line in enumerate(lines):
        add(scene.root, "text", line, x=x, y=y + 4 + 17 * place, font_size=12.5, class_="soft prose")
    y += 17 * (len(lines) - 1)
    names = text_width(f"{max(pair.sample for pair in cut.pairs)}", NUMBER) + 12
    below = cut.many_to_many
    cells = len(scene.steps) + (0 if below else len(scene.goals))
    gaps = sum(step is None for step in (*scene.steps, *(() if below else scene.goals)))
    cell = min((width - names - gaps * 18 - (0 if below else 30)) / max(cells - gaps, 1), 50.0)
    count = min(3 if below else _PAIRS, len(cut.pairs))
    top = y + 14
    for k in range(0, -count, -1):
        top = _pair_row(scene, k, str(own), (x, top), names, cell)
    return top


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"


def _pair_row(scene: Scene, k: int, own: str, at: tuple[float, float], names: float, cell: float) -> float:
    x, y = at
    below = scene.cut.many_to_many
    there = scene.pair(k) is not None
    kind = "pair newest" if k == 0 else "pair"
    row = add(scene.root, "g", class_=kind, data_k=k, opacity=None if there else 0)
    number = str(scene.cut.pairs[scene.place + k].sample) if there else ""
    label = {"x": x + names - 8, "y": y + HIGH / 2 + 4.5, "text_anchor": "end", "font_size": NUMBER}
    add(row, "text", number, class_="s N", data_number=k, **label)
    across = _cells(scene, row, k, scene.steps, own, x + names, y, cell)
    if below:
        _cells(scene, row, k, scene.goals, "y", x + names, y + HIGH + 3, cell)
        arrow = {"x": across + 6, "y": y + HIGH + 8, "font_size": 14}
        add(row, "text", "↓ shifted" if not scene.tall else "↓", class_="soft", **arrow)
        return y + 2 * HIGH + 13
    add(row, "text", "→", x=across + 15, y=y + HIGH / 2 + 5, text_anchor="middle", font_size=15)
    _cells(scene, row, k, scene.goals, "y", across + 30, y, cell)
    return y + HIGH + 5


def _cells(
    scene: Scene, row: Element, k: int, steps: Sequence[int | None], column: str, x: float, y: float, cell: float
) -> float:
    for step in steps:
        if step is None:
            left_out(row, x + 9, y + HIGH / 2 + 4, "⋯")
            x += 18
        else:
            scene.cell(row, k, step, column, x, y, cell)
            x += cell
    return x
