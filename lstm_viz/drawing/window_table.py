"""The rows of the table that a window and its target lie in, beside the picture of the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lstm_viz.drawing.svg import add, text_width
from lstm_viz.drawing.window_scene import LABEL, NUMBER, Scene, left_out

_ROW = 21.0
"""The height of a row of the table."""


def draw_table(scene: Scene, x: float, y: float, width: float) -> tuple[float, float]:
    """The rows that the window and its target lie in, the row before, and the row after. Right and lower end."""
    cut = scene.cut
    columns = [*map(str, range(len(cut.columns))), *(["y"] if cut.target_name not in cut.columns else [])]
    names = dict(zip(columns, (*cut.columns, cut.target_name), strict=False))
    labels = text_width("m" * max(map(len, cut.labels)), NUMBER) + 14
    if labels > width - 40 * len(columns):
        labels = width - 40 * len(columns)
    cell = min((width - labels - 12) / len(columns), 74.0 if len(columns) > 2 else 100.0)
    top = y + 20
    for place, column in enumerate(columns):
        room = int(cell / (LABEL * 0.602))
        name = names[column] if len(names[column]) <= room else f"{names[column][: room - 1]}…"
        at = {"x": x + 12 + labels + (place + 0.5) * cell, "y": top - 7, "text_anchor": "middle"}
        kind = "s O" if names[column] == cut.target_name else "soft"
        text = add(scene.root, "text", name, font_size=LABEL, class_=kind, **at)
        add(text, "title", f"column {names[column]}" + (", the target" if kind == "s O" else ""))
    goals = [goal for goal in scene.goals if goal is None or goal >= cut.window]
    gap: list[int | None] = [None] if goals and goals[0] is not None and goals[0] > cut.window else []
    last = cut.window - 1 + cut.offset + cut.horizon
    for step in (-1, *scene.steps, *gap, *goals, last):
        if step is None:
            left_out(scene.root, x + 12 + labels / 2, top + 11, "⋮")
            top += 18
            continue
        if step == last and last < cut.window:
            continue
        _table_row(scene, step, columns, x, top, labels, cell)
        top += _ROW
    return x + 12 + labels + cell * len(columns), top


def _table_row(scene: Scene, step: int, columns: Sequence[str], x: float, y: float, labels: float, cell: float) -> None:
    cut = scene.cut
    inside = 0 <= step < cut.window
    goal = step in scene.goals
    kind = " in-window" if inside else " in-target" if goal else " outside"
    row = add(scene.root, "g", class_=f"table-row{kind}", tabindex=0, data_step=step, data_k=0)
    if inside or goal:
        add(row, "rect", class_="edge-bar", x=x, y=y + 1, width=6, height=_ROW - 2, rx=2)
    start = scene.pair(0)
    at = -1 if start is None else start + step - cut.first
    there = 0 <= at < len(cut.labels)
    label = cut.labels[at] if there else ""
    row.set("data-row", str(at + cut.first) if there else "")
    longest = int((labels - 8) / (NUMBER * 0.602))
    shown = label if len(label) <= longest else f"{label[: longest - 1]}…"
    text = add(row, "text", shown, x=x + 14, y=y + _ROW / 2 + 4.5, font_size=NUMBER, data_label=longest)
    add(text, "title", label)
    for place, column in enumerate(columns):
        scene.cell(row, 0, step, column, x + 12 + labels + place * cell, y, cell, _ROW)
        if goal and (column == "y" or cut.columns[int(column)] == cut.target_name):
            box: dict[str, Any] = {"x": x + 12 + labels + place * cell + 1.5, "width": cell - 3}
            add(row, "rect", class_="target-frame", y=y + 1.5, height=_ROW - 3, **box)
