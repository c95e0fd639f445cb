"""The diagram of any trace: every call from top to bottom, modules that fold, loops with their count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lstm_viz.drawing.graph_plan import Plan, plan_of
from lstm_viz.drawing.graph_scene import scene_of
from lstm_viz.drawing.svg import add, picture, to_text
from lstm_viz.grouping import Group, Part
from lstm_viz.trace import Trace

SMALLEST = 0.8
"""What a picture may be shrunk to where there is little room: letters of 12 are hard to read below 10."""
_MARGIN = 14.0
_STYLE = (
    ".lv .card{fill:var(--paper);stroke:var(--faint);stroke-width:1.4}"
    ".lv .given .card{fill:var(--box)}.lv .folded .card{fill:var(--box);stroke:var(--line)}"
    ".lv .folded .card+.card{fill:none;stroke:var(--faint)}"
    ".lv rect.frame{fill:var(--box);fill-opacity:.45;stroke:var(--faint);stroke-width:1.6}"
    ".lv .loop>rect.frame{stroke:var(--T);stroke-width:2}"
    ".lv .frame-title{paint-order:stroke;stroke:var(--paper);stroke-width:6px;fill:var(--soft)}"
    ".lv .loop>.frame-title{fill:var(--T)}.lv .block{cursor:default}"
    ".lv .good{font-weight:600}"
)


@dataclass(frozen=True)
class TraceDiagram:
    """The picture of a trace. ``folded`` are the paths of the modules that are drawn as one block each."""

    svg: str
    folded: tuple[str, ...]
    width: float
    height: float

    def __str__(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        return on_paper(self)

    def save(self, path: str | Path) -> Path:
        """Write it to a file that ends with ``.svg``, and return the file's path. Raises ValueError for another."""
        place = Path(path)
        if place.suffix.lower() != ".svg":
            raise ValueError(f"save: expected a file name that ends with .svg, got {place.name!r}.")
        place.write_text(self.svg, encoding="utf-8")
        return place


def on_paper(diagram: TraceDiagram) -> str:
    """The picture as a part of a page: where there is little room it is moved sideways, not made too small to read."""
    outer, inner = f"max-width:{diagram.width:.0f}px;overflow-x:auto", f"min-width:{diagram.width * SMALLEST:.0f}px"
    return f'<div class="lv-picture" style="{outer}"><div style="{inner}">{diagram.svg}</div></div>'


def trace_diagram(trace: Trace, fold: str | Sequence[str] = (), depth: int | None = None) -> TraceDiagram:
    """Draw a trace; see ``Trace.diagram``.

    >>> import torch
    >>> from lstm_viz.trace import trace
    >>> found = trace(torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.ReLU()), torch.zeros(4, 3))
    >>> "(4, 5)" in trace_diagram(found).svg
    True
    """
    return draw_plan(trace, plan_of(trace, fold, depth))


def draw_plan(trace: Trace, plan: Plan) -> TraceDiagram:
    """The picture of what is planned."""
    scene = scene_of(trace, plan)
    margin = _MARGIN + (16 if plan.whole else 0)
    width, height = scene.drawn_width + 2 * _MARGIN, scene.layout.height + 2 * margin
    label = f"{trace.model}: {len(trace)} tensors of a forward pass, from the inputs above to what is returned below"
    root = picture(width, height, label)
    root.set("width", f"{width:.0f}")
    root.set("height", f"{height:.0f}")
    add(root, "style", _STYLE)
    add(root, "rect", class_="ground", width=width, height=height, rx=8, style="fill:var(--paper)")
    scene.draw_inside(root, _MARGIN, margin, margin, height - margin)
    scene.draw_names(root, _MARGIN, margin - 5, height - margin + 15)
    folded = [group.path for group in closed_groups(plan) if group.path]
    return TraceDiagram(to_text(root), tuple(dict.fromkeys(folded)), width, height)


def closed_groups(plan: Plan) -> list[Group]:
    """The groups that are drawn as one block: the outermost ones."""
    return _closed(plan.parts, plan)


def _closed(parts: Sequence[Part], plan: Plan) -> list[Group]:
    found: list[Group] = []
    for part in parts:
        if isinstance(part, Group):
            found += [part] if plan.is_folded(part) else _closed(part.parts, plan)
    return found
