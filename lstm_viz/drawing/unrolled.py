"""The recurrent layer unrolled over time: one cell a step, with the state handed on from step to step."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lstm_viz.drawing.block import Block, make_block
from lstm_viz.drawing.block_drawing import draw_faces
from lstm_viz.drawing.svg import Element, add, letters, picture, to_text
from lstm_viz.forward import Forward
from lstm_viz.trace import TensorRecord

LONGEST = 12
"""More steps than this are not drawn one by one."""
DEEPEST = 4

_COLUMN, _BOX, _ROW = 104.0, (52.0, 32.0), 62.0
_LEFT, _RIGHT = 84.0, 96.0
_FRAME = 7.0
_WIDE_COLUMN, _WIDE_BOX, _WIDE_RIGHT = 138.0, (76.0, 34.0), 124.0
"""Where several rows are read from far away: the more rows, the larger the words beside them."""
_LINE = {False: 14.0, True: 20.0}
"""From one line of a name to the next, also where it is read from far away."""


@dataclass(frozen=True)
class _Grid:
    columns: list[float]
    rows: list[float]
    inputs: float
    outputs: float
    reverse: tuple[bool, ...]
    box: tuple[float, float]
    far: bool

    @property
    def second(self) -> float:
        """What a second line of a block's name needs: there is one where it is read from far away."""
        return _LINE[True] if self.far else 0.0


def can_unroll(forward: Forward) -> bool:
    """Whether the steps and layers are few enough, and were run."""
    spec = forward.spec
    return spec.sequence_length <= LONGEST and spec.layers <= DEEPEST and not forward.computed


def unrolled_diagram(forward: Forward, *, far: bool = False) -> str:
    """The picture as SVG text: x[:, t] below, a cell for each layer and direction, output[:, t] above.

    Read from ``far``, its names have two lines. Raises ValueError where ``can_unroll`` is False.
    """
    spec, trace = forward.spec, forward.trace
    if not can_unroll(forward):
        raise ValueError(f"at most T = {LONGEST} steps and L = {DEEPEST} layers are drawn one by one, of a run")
    into = trace["embedded" if spec.input == "tokens" else "x"]
    steps = range(spec.sequence_length)
    inputs = [_step(forward, into, t) for t in steps]
    outputs = [_step(forward, trace["output"], t) for t in steps]
    cells = spec.layers * spec.directions
    top = max(block.height for block in outputs) + 40
    first = top + 56 + (_LINE[True] if far else 0.0)
    rows = [first + _ROW * (cells - 1 - row) for row in range(cells)]
    below = first + _ROW * cells + max(block.height for block in inputs)
    column, box = (_WIDE_COLUMN, _WIDE_BOX) if far and cells > 1 else (_COLUMN, _BOX)
    columns = [_LEFT + 46 + column * t for t in steps]
    reverse = tuple(spec.bidirectional and row % 2 == 1 for row in range(cells))
    grid = _Grid(columns, rows, below, top, reverse, box, far)
    width, height = columns[-1] + grid.box[0] + (_RIGHT if box == _BOX else _WIDE_RIGHT), below + 34 + grid.second
    root = picture(width, height, f"{spec.cell.upper()} unrolled over {spec.sequence_length} steps")
    tensors = add(root, "g", role="list", aria_label="Tensors of each step")
    for t in steps:
        _column(tensors, forward, grid, t, inputs[t], outputs[t], into.name)
    for row in range(cells):
        _handing_on(root, forward, grid, row)
    return to_text(root)


def _step(forward: Forward, record: TensorRecord, t: int) -> Block:
    """What a tensor holds at one step, (B, F) or (B, H), as a block of its own."""
    time = 1 if forward.spec.batch_first else 0
    values = None if record.values is None else record.values.select(time, t)
    axes = tuple(axis for place, axis in enumerate(record.axes) if place != time)
    shape = tuple(size for place, size in enumerate(record.shape) if place != time)
    part = replace(record, name=_at(forward, record, t), shape=shape, axes=axes, values=values, corner=None)
    return make_block(part, forward.trace.sizes)


def _at(forward: Forward, record: TensorRecord, t: int) -> str:
    return f"{record.name}[:, {t}]" if forward.spec.batch_first else f"{record.name}[{t}]"


def _column(root: Element, forward: Forward, grid: _Grid, t: int, below: Block, above: Block, into: str) -> None:
    x = grid.columns[t]
    middle = x + grid.box[0] / 2
    _part(root, below, (middle, grid.inputs), into, 17, grid.far)
    _part(root, above, (middle, grid.outputs), "output", 16, grid.far)
    arrows = add(root, "g", aria_hidden="true")
    _line(arrows, [(middle, grid.inputs - below.height - 4), (middle, grid.rows[0] + grid.box[1] + _FRAME + 2)])
    _line(arrows, [(middle, grid.rows[-1] - _FRAME - 2), (middle, grid.outputs + 24 + grid.second)])
    for row, y in enumerate(grid.rows):
        first_of_layer = row % forward.spec.directions == 0
        if row and first_of_layer:
            _line(arrows, [(middle, grid.rows[row - 1] - _FRAME - 2), (middle, y + grid.box[1] + _FRAME + 2)])
        if forward.spec.bidirectional and first_of_layer:  # both directions read the same, and are put side by side
            top = grid.rows[row + 1] - _FRAME
            size = {"width": grid.box[0] + 2 * _FRAME, "height": y + grid.box[1] + _FRAME - top}
            add(arrows, "rect", None, class_="hull", stroke_dasharray="3 3", x=x - _FRAME, y=top, rx=8, **size)
        add(arrows, "rect", class_="box", x=x, y=y, width=grid.box[0], height=grid.box[1], rx=6)
        arrow = ("←" if grid.reverse[row] else "→") if forward.spec.bidirectional else ""
        text = f"{forward.spec.cell.upper()}{arrow}"
        add(arrows, "text", text, x=middle, y=y + 20, text_anchor="middle", font_size=12.5, font_weight=600)


def _part(root: Element, block: Block, at: tuple[float, float], tensor: str, below: float, far: bool) -> None:
    """A block whose front stands on the middle ``at``, with its name ``below``."""
    record, (middle, y) = block.record, at
    axes = ", ".join(f"{axis.spoken} = {size}" for axis, size in zip(record.axes, record.shape, strict=True))
    label = f"{record.name}, shape {record.shape}: {axes}"
    group = add(
        add(root, "g", role="listitem"),
        "g",
        class_="block",
        role="button",
        tabindex=0,
        aria_label=label,
        data_tensor=tensor,
        data_axis=letters(record.axes),
        data_shape=str(record.shape),
    )
    add(group, "title", label)
    left = middle - (block.front[0] + block.shift[0]) / 2
    draw_faces(group, block, left, y)
    for line, text in enumerate(record.name.replace("[", " [", 1).split(" ", 1) if far else [record.name]):
        add(group, "text", text, x=middle, y=y + below + line * _LINE[far], text_anchor="middle", font_size=12)


def _handing_on(root: Element, forward: Forward, grid: _Grid, row: int) -> None:
    """h (and c) from one step to the next, from zeros at the start to a row of h_n at the end."""
    group = add(root, "g", aria_hidden="true")
    y = grid.rows[row] + grid.box[1] / 2
    states = "h, c" if forward.spec.cell == "lstm" else "h"
    reverse = grid.reverse[row]
    starts = [x + grid.box[0] for x in grid.columns]
    for t in range(len(grid.columns) - 1):
        ends = (starts[t] + 2, grid.columns[t + 1] - 2)
        _line(group, [(x, y) for x in (reversed(ends) if reverse else ends)])
        if forward.spec.sequence_length <= LONGEST:
            x = sum(ends) / 2
            add(group, "text", states, x=x, y=y - 5, text_anchor="middle", font_size=11, class_="soft")
    names = f"h_n[{row}]" + (f", c_n[{row}]" if forward.spec.cell == "lstm" else "")
    left, right = grid.columns[0] - 2, starts[-1] + 2
    if reverse:
        _line(group, [(right + 30, y), (right, y)])
        _line(group, [(left, y), (left - 30, y)])
        _ends(group, names, (left - 34, y), "end", grid.far, final=True)
        _ends(group, "zeros", (right + 34, y), "start", grid.far, final=False)
    else:
        _line(group, [(left - 30, y), (left, y)])
        _line(group, [(right, y), (right + 30, y)])
        _ends(group, "zeros", (left - 34, y), "end", grid.far, final=False)
        _ends(group, names, (right + 34, y), "start", grid.far, final=True)


def _ends(group: Element, text: str, where: tuple[float, float], anchor: str, far: bool, *, final: bool) -> None:
    lines, (x, y) = text.split(", "), where
    for place, line in enumerate(lines):
        at = y + 4 + _LINE[far] * (place - (len(lines) - 1) / 2)
        kind = None if final else "soft"
        add(group, "text", line, x=x, y=at, text_anchor=anchor, font_size=12, class_=kind)


def _line(group: Element, points: list[tuple[float, float]]) -> None:
    (x0, y0), (x1, y1) = points
    add(group, "path", class_="arrow", d=f"M{x0:.1f},{y0:.1f} L{x1:.1f},{y1:.1f}")
    ux, uy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
    wings = [(x1 - 7 * ux - side * uy, y1 - 7 * uy + side * ux) for side in (3.5, -3.5)]
    add(group, "polygon", class_="head", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in [(x1, y1), *wings]))
