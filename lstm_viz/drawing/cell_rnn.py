"""Where everything stands in the diagram of an RNN cell."""

from __future__ import annotations

from lstm_viz.drawing.cell_frame import Frame, draw_inputs, left_bottom, widths
from lstm_viz.drawing.cell_scene import GAP, PAD, TITLE, WIDTH, Placed, Scene

_SUM = ["hh", "=+", "xh", "==", "a"]


def titles(activation: str) -> tuple[str, str]:
    """The names of the two steps."""
    return "Add past and input", "Squash" if activation == "tanh" else "Cut at zero"


def rnn_wide(frame: Frame, activation: str) -> Scene:
    """What is read on the left, then the sum, then the new state."""
    left, tall = 322.0, TITLE + frame.height("h") + 34
    second = left + widths(_SUM) + 2 * PAD + 10
    right = second + GAP + WIDTH + 2 * PAD + 16
    top = 6.0
    y = top + TITLE + 8
    bus = top + tall + 34
    scene = frame.scene(right + 150, max(bus + 40, left_bottom(frame, y) + 30))
    for number, start, end in ((1, left, second - 10), (2, second, right)):
        scene.region(number, titles(activation)[number - 1], start, top, end - start, tall)
    placed = scene.row(_SUM, left + PAD, y, "1")
    scene.operation(activation, second + PAD + 8, y + frame.height("h") / 2, "2")
    h = scene.strip("h", second + PAD + GAP + 8, y, "2")
    _ways(scene, frame, placed, bus, y)
    at = h.middle[1]
    scene.arrow([(h.right + 4, at), (right + 34, at)], "2")
    scene.label("", right + 40, at + 5, "2", slot="after_h")
    scene.arrow([(right + 16, at), (right + 16, at + 34), (right + 34, at + 34)], "2")
    scene.lines(frame.names.upward, right + 40, at + 39, "2")
    return scene


def _ways(scene: Scene, frame: Frame, placed: dict[str, Placed], bus: float, y: float) -> None:
    hh, ih = draw_inputs(scene, frame, y)
    right, low = 276.0, ih if ih > bus + 6 else bus + 14
    for start_y, key, x, level, kind in ((hh, "hh", 306.0, bus, "bus H"), (ih, "xh", 292.0, low, "bus F")):
        strip = placed[key]
        start = [(right, start_y), (x, start_y), (x, level)]
        scene.arrow([*start, (strip.middle[0], level), (strip.middle[0], strip.bottom)], "1", kind=kind)


def rnn_tall(frame: Frame, activation: str) -> Scene:
    """The same from top to bottom, for a narrow page."""
    cells, step = frame.height("h"), TITLE + frame.height("h") + 34
    start = frame.tall_starts(step, 1)[0]
    scene = frame.scene(400, start + step + 50)
    frame.tall_inputs(scene)
    room = widths(_SUM) + 2 * PAD
    scene.region(1, titles(activation)[0], 8, start, room, step)
    scene.region(2, titles(activation)[1], 16 + room, start, 384 - room - 8, step)
    scene.row(_SUM, 8 + PAD, start + TITLE + 8, "1")
    y = start + TITLE + 8
    scene.operation(activation, 16 + room + 20, y + cells / 2, "2")
    h = scene.strip("h", 16 + room + 36, y, "2")
    scene.way_out(h, start + step, frame.names.upward, "2")
    return scene
