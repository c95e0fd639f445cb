"""How the pictures of the lessons are drawn: each kind of picture has its function here, or in a module of its own."""

from __future__ import annotations

import html
import re
from functools import cache, lru_cache, singledispatch
from typing import Literal, get_args

from lstm_viz.drawing.cell_diagram import cell_diagram
from lstm_viz.drawing.cell_still import cell_still
from lstm_viz.drawing.cell_style import on_top_of
from lstm_viz.drawing.chart import ChartLine, line_chart
from lstm_viz.drawing.data_way import data_way
from lstm_viz.drawing.palette import STEPS, shades
from lstm_viz.drawing.window_cut import window_cut
from lstm_viz.drawing.window_data import WindowCut, cut_from
from lstm_viz.lessons.pictures import (
    CellStep,
    Curves,
    DataWay,
    Dependency,
    Depending,
    Grid,
    Numbers,
    Picture,
    Shapes,
    Together,
    Windows,
)
from lstm_viz.lessons.running import forward, unrolled
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.ui.caches import diagram_of
from lstm_viz.ui.data_cache import prepared_bundled
from lstm_viz.ui.dependency_map import dependency_map
from lstm_viz.ui.pitfall_detail import worst_output

Frame = Literal["wide", "tall", "room"]
FRAMES: tuple[Frame, ...] = get_args(Frame)
"""What a picture is drawn for: a page, a narrow screen, or a projector, on which words are large beside the rest."""
_SIGNS = {True: ("right", "✓"), False: ("wrong", "✗"), None: ("plain", "")}
_CLIP = re.compile(r"window-clip(?=[\")])")


@singledispatch
def drawn(picture: Picture, frame: Frame) -> str:
    """The picture as HTML, drawn for a ``frame``."""
    raise TypeError(f"expected a picture that can be drawn, got {type(picture).__name__}")


@drawn.register
def _(picture: Shapes, frame: Frame) -> str:
    found = forward(picture.spec)
    return diagram_of(found, tall=frame == "tall", unrolled=picture.unrolled, far=frame == "room")


@drawn.register
def _(picture: CellStep, frame: Frame) -> str:
    drawing = cell_diagram(unrolled(picture.spec), unit=picture.unit, tall=frame == "tall")
    return cell_still(drawing, picture.step, picture.unit, picture.stage)


@drawn.register
def _(picture: DataWay, frame: Frame) -> str:
    return data_way(prepared_bundled(picture.recipe).steps, tall=frame == "tall")


@drawn.register
def _(picture: Windows, frame: Frame) -> str:
    cut = _cut(picture.recipe)
    svg = window_cut(cut, min(picture.pair, len(cut.pairs) - 1), tall=frame == "tall").svg
    still = svg.replace(
        ' role="slider" tabindex="0"', ""
    )  # nothing is dragged here: the knob beside it moves the window
    return _CLIP.sub("lesson-clip", still)  # the Data page's own has the same name


@drawn.register
def _(picture: Dependency, frame: Frame) -> str:
    return f'<div class="ways">{"".join(map(_depending, picture.ways))}</div>'


@drawn.register
def _(picture: Numbers, frame: Frame) -> str:
    return f'<style>{_shade_rules()}</style><div class="grids">{"".join(map(_grid, picture.grids))}</div>'


@drawn.register
def _(picture: Curves, frame: Frame) -> str:
    return line_chart(
        [ChartLine(line.name, line.x, line.y, line.colour, line.dots) for line in picture.lines],
        title=picture.title,
        x_name=picture.x_name,
        y_name=picture.y_name,
        log=picture.log,
        across=picture.across,
        across_name=picture.across_name,
        tall=frame == "tall",
    )


@drawn.register
def _(picture: Together, frame: Frame) -> str:
    return "".join(drawn(each, frame) for each in picture.pictures)


@lru_cache(maxsize=32)
def _cut(recipe: Recipe) -> WindowCut:
    ready = prepared_bundled(recipe)
    assert isinstance(ready, Prepared)
    return cut_from(ready)


def _depending(way: Depending) -> str:
    kind, sign = _SIGNS[way.right]
    code = f"<pre><code>{html.escape(way.code)}</code></pre>" if way.code else ""
    sentence = html.escape(way.map.sentence(worst_output(way.map)))
    return (
        f'<section class="way {kind}"><h3><span>{sign}</span> {html.escape(way.title)}</h3>{code}'
        f'<div class="map">{dependency_map(way.map, way.title)}<p class="reads">{sentence}</p></div></section>'
    )


def _grid(grid: Grid) -> str:
    scale = max((abs(value) for row in grid.values for value in row), default=0.0) or 1.0
    head = "".join(f"<th>{html.escape(name)}</th>" for name in grid.columns)
    rows = []
    for place, row in enumerate(grid.values):
        label = f"<th>{html.escape(grid.rows[place])}</th>" if grid.rows else ""
        kind = f' class="{"good" if grid.good else "bad"}"' if place in grid.marked else ""
        cells = "".join(
            f'<td class="v{_shade(value, scale)}">{_minus(f"{value:.{grid.digits}f}")}</td>' for value in row
        )
        rows.append(f"<tr{kind}>{label}{cells}</tr>")
    top = f"<thead><tr>{'<th></th>' if grid.rows else ''}{head}</tr></thead>" if grid.columns else ""
    note = f"<p>{html.escape(grid.note)}</p>" if grid.note else ""
    body = f"<table>{top}<tbody>{''.join(rows)}</tbody></table>"
    return f'<figure class="grid" tabindex="0"><figcaption>{html.escape(grid.title)}</figcaption>{body}{note}</figure>'


@cache
def _shade_rules() -> str:
    """A table's cell has the colour of its value, as the cells of a tensor have."""
    rules = []
    for theme, host in (("light", ":host"), ("dark", ":host([data-theme=dark])")):
        rules += [
            f"{host} td.v{step}{{--shade:{colour};background:{colour};color:{on_top_of(colour)}}}"
            for step, colour in shades(theme).items()
        ]
    return "".join(rules)


def _shade(value: float, scale: float) -> int:
    return round(value / scale * STEPS)


def _minus(text: str) -> str:
    return text.replace("-", "−")
