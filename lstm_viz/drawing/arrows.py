"""The arrows of the picture, each with the exact expression and what it does."""

from __future__ import annotations

from itertools import pairwise

from lstm_viz.drawing.layout import BELOW
from lstm_viz.drawing.svg import Element, add
from lstm_viz.drawing.way import CODE, SOFT, Placed, Way, expression_lines, lines_under
from lstm_viz.forward import Forward
from lstm_viz.trace import TensorRecord


def draw_wide_arrows(parent: Element, forward: Forward, way: Way, placed: dict[str, Placed]) -> None:
    for before, after in pairwise(way.chain):
        source, goal = placed[before.name], placed[after.name]
        if after.variable == "last" and forward.spec.head == "last_hidden":
            _arrow_from_state(parent, forward, after, placed["h_n"], goal)
            continue
        y = _arrow_height(source, goal)
        start, stop = source.span[1] + 3, goal.span[0] - 3
        _arrow(parent, [(source.right + 3, y), (goal.left - 4, y)])
        _arrow_texts(parent, forward, after, (start + stop) / 2, y)
    _arrow_to_states(parent, forward, way, placed)
    if way.loss is not None and way.target is not None:
        last, loss, target = placed[way.chain[-1].name], placed[way.loss.name], placed[way.target.name]
        y = loss.y - loss.block.front[1] / 2
        _arrow(parent, [(target.right + 4, y), (loss.left - 2, y)])
        x = loss.middle
        _arrow(parent, [(x, last.y + BELOW - 14), (x, loss.top - 8)])
        lines = [*expression_lines(forward, way.loss), *lines_under(forward, way.loss)]
        for place, line in enumerate(lines):
            code = place < len(lines) - 1
            style = {"font_size": CODE, "font_weight": 600} if code else {"font_size": SOFT, "class_": "soft prose"}
            add(parent, "text", line, x=x - 10, y=last.y + BELOW + 4 + 17 * place, text_anchor="end", **style)


def _arrow_height(source: Placed, goal: Placed) -> float:
    return goal.y - max(min(source.block.front[1], goal.block.front[1]) / 2, 9)


def _arrow_from_state(parent: Element, forward: Forward, record: TensorRecord, state: Placed, goal: Placed) -> None:
    y = state.y - state.block.front[1] / 2
    x = goal.middle
    _arrow(parent, [(state.right + 4, y), (x, y), (x, goal.y + BELOW - 14)])
    lines = expression_lines(forward, record)
    for place, line in enumerate(lines):
        at = y - 10 - 17 * (len(lines) - 1 - place)
        add(parent, "text", line, x=x - 10, y=at, text_anchor="end", font_size=CODE, font_weight=600)
    for place, line in enumerate(lines_under(forward, record)):
        at = y + 17 + 15 * place
        add(parent, "text", line, x=x - 10, y=at, text_anchor="end", font_size=SOFT, class_="soft prose")


def _arrow_to_states(parent: Element, forward: Forward, way: Way, placed: dict[str, Placed]) -> None:
    """The recurrent layer returns its states too: the arrow turns down on its way to output."""
    source, goal = placed[way.before("output").name], placed["output"]
    first = min((placed[state.name] for state in way.states), key=lambda item: item.x)
    x = source.span[1] + 14
    y = _arrow_height(source, goal) + 20 + 15 * len(lines_under(forward, goal.block.record))
    turn = first.y - first.block.front[1] / 2
    _arrow(parent, [(x, y), (x, turn), (first.left - 4, turn)], dashed=True)


def _arrow_texts(parent: Element, forward: Forward, record: TensorRecord, x: float, y: float) -> None:
    lines = expression_lines(forward, record)
    for place, line in enumerate(lines):
        rise = y - 9 - 17 * (len(lines) - 1 - place)
        text = add(parent, "text", line, x=x, y=rise, text_anchor="middle", font_size=CODE, font_weight=600)
        add(text, "title", f"{record.expression} makes {record.name} {record.shape}")
    for place, line in enumerate(lines_under(forward, record)):
        below = y + 17 + 15 * place
        add(parent, "text", line, x=x, y=below, text_anchor="middle", font_size=SOFT, class_="soft prose")


def _arrow(parent: Element, points: list[tuple[float, float]], *, dashed: bool = False) -> None:
    path = "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in points)
    add(parent, "path", class_="arrow", d=path, stroke_dasharray="4 4" if dashed else None)
    (x0, y0), (x1, y1) = points[-2:]
    length = max(abs(x1 - x0), abs(y1 - y0)) or 1.0
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    base = (x1 - ux * 9, y1 - uy * 9)
    corners = [(x1, y1), (base[0] - uy * 4.5, base[1] + ux * 4.5), (base[0] + uy * 4.5, base[1] - ux * 4.5)]
    add(parent, "polygon", class_="head", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in corners))


def draw_tall_arrows(parent: Element, forward: Forward, way: Way, placed: dict[str, Placed]) -> None:
    steps = [*way.chain, *([way.loss] if way.loss is not None else [])]
    for before, after in pairwise(steps):
        goal = placed[after.name]
        lowest = max((placed[state.name].y for state in way.states), default=0.0)
        start = (lowest if before.name == "output" else placed[before.name].y) + BELOW - 8
        x = goal.middle - 60
        _arrow(parent, [(x, start), (x, goal.top - 12)])
        lines = expression_lines(forward, after)
        for number, line in enumerate(lines):
            add(parent, "text", line, x=x + 12, y=start + 18 + 17 * number, font_size=CODE, font_weight=600)
        for number, line in enumerate(lines_under(forward, after), start=len(lines)):
            at = start + 18 + 16 * number
            add(parent, "text", line, x=x + 12, y=at, font_size=SOFT - 1, class_="soft prose")
    if way.loss is not None and way.target is not None:
        loss, target = placed[way.loss.name], placed[way.target.name]
        y = loss.y - loss.block.front[1] / 2
        if target.y == loss.y:
            _arrow(parent, [(target.left - 4, y), (loss.right + 6, y)])
        else:
            _arrow(parent, [(target.middle, target.top - 22), (target.middle, loss.y + BELOW - 30)])
