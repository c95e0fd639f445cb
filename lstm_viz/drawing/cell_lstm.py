"""Where everything stands in the diagram of an LSTM cell."""

from __future__ import annotations

from lstm_viz.drawing.cell_frame import Frame, Names, draw_weights, left_bottom, widths
from lstm_viz.drawing.cell_scene import PAD, TITLE, WIDTH, Placed, Scene

TITLES = ("Forget", "Choose what to store", "Update the memory", "Output")
_PAIRS = {"f": ["a_f", "=σ", "f"], "i": ["a_i", "=σ", "i"], "g": ["a_g", "=tanh", "g"], "o": ["a_o", "=σ", "o"]}


def output_parts(projected: bool) -> list[str]:
    """The last step as a row."""
    parts = [*_PAIRS["o"], "=⊙", "tanh_c", "=="]
    return [*parts, "m", "=W_hr", "h"] if projected else [*parts, "h"]


def lstm_wide(frame: Frame) -> Scene:
    """The memory runs along the top, the gates stand below it, what they read is on the left."""
    projected = "m" in frame.strips
    left, cells = 312.0, frame.height("c")
    ends = output_parts(projected)
    room = [widths(_PAIRS["f"]), widths(_PAIRS["i"]) + widths(_PAIRS["g"]) + 22, widths(ends)]
    starts = [left, left + room[0] + 2 * PAD + 10, left + room[0] + room[1] + 4 * PAD + 20]
    right = starts[2] + room[2] + 2 * PAD
    tall = TITLE + cells + 34
    upper, lower = 6.0, 6.0 + tall + 34
    bus, y_h = lower + tall + 34, upper + TITLE + 8 + cells + 78
    scene = frame.scene(right + 132, max(bus + 30, left_bottom(frame, y_h) + 6))
    scene.region(3, TITLES[2], left, upper, right - left, tall)
    for number, start, width in zip((1, 2, 4), starts, room, strict=True):
        scene.region(number, TITLES[number - 1], start, lower, width + 2 * PAD, tall)
    y_up, y_low = upper + TITLE + 8, lower + TITLE + 8
    placed = scene.row(_PAIRS["f"], starts[0] + PAD, y_low, "1")
    placed |= scene.row(_PAIRS["i"], starts[1] + PAD, y_low, "2")
    placed |= scene.row(_PAIRS["g"], starts[1] + PAD + widths(_PAIRS["i"]) + 22, y_low, "2")
    placed |= scene.row(ends, starts[2] + PAD, y_low, "4")
    between = (placed["i"].middle[0] + placed["g"].middle[0]) / 2
    tops = {"kept": placed["f"].x, "stored": between - WIDTH / 2, "c": placed["tanh_c"].x}
    placed |= {key: scene.strip(key, x, y_up, "3") for key, x in tops.items()}
    placed["c_before"] = scene.strip("c_before", 34, y_up, "3 1", indexed=True)
    weights = draw_weights(scene, frame, y_h, bus)
    _memory(scene, placed, right)
    _gate_ways(scene, placed)
    _cut(scene, frame.names, placed, weights, bus)
    _leave(scene, frame.names, placed["h"], right)
    return scene


def _memory(scene: Scene, placed: dict[str, Placed], right: float) -> None:
    before, kept, stored, c = (placed[key] for key in ("c_before", "kept", "stored", "c"))
    y = kept.middle[1]
    scene.arrow([(before.right + 4, y), (kept.x - 5, y)], "3 1")
    scene.label("⊙ f", (before.right + kept.x) / 2 + 24, y - 9, "3 1", anchor="middle")
    scene.label("", before.x - 18, before.top - 8, "3", slot="before")
    scene.operation("+", (kept.right + stored.x) / 2, y, "3")
    scene.operation("=", (stored.right + c.x) / 2, y, "3")
    scene.arrow([(c.right + 4, y), (right + 34, y)], "3")
    scene.label("", right + 40, y + 5, "3", slot="after_c")
    down = placed["tanh_c"]
    scene.arrow([(c.middle[0], c.bottom), (c.middle[0], down.top + 2)], "4")
    scene.label("tanh", c.middle[0] + 9, (c.bottom + down.top) / 2 + 10, "4")


def _gate_ways(scene: Scene, placed: dict[str, Placed]) -> None:
    """From the gates up to the products that they make."""
    kept, stored = placed["kept"], placed["stored"]
    scene.arrow([(placed["f"].middle[0], placed["f"].top + 2), (kept.middle[0], kept.bottom)], "1 3")
    for key, shift in (("i", -12), ("g", 16)):
        x, level = placed[key].middle[0], placed[key].top - 3  # between the names of the strips and that of the step
        target = stored.middle[0] + shift
        scene.arrow([(x, placed[key].top + 3), (x, level), (target, level), (target, stored.bottom)], "2 3")


def _cut(scene: Scene, names: Names, placed: dict[str, Placed], start: float, bus: float) -> None:
    """The pre-activations, all G·H in one vector, cut into the gates: torch keeps the rows as i, f, g, o."""
    gates = [placed[f"a_{letter}"] for letter in "figo"]
    scene.arrow([(start, bus), (gates[-1].middle[0], bus)], kind="bus", head=False)
    for letter, gate in zip("figo", gates, strict=True):
        x = gate.middle[0]
        scene.arrow([(x, bus), (x, gate.bottom)], kind="arrow")
        scene.label(names.rows("ifgo".index(letter)), x + 8, bus - 6)
    scene.label(names.cut(), gates[-1].middle[0] + 10, bus + 20, anchor="end")


def _leave(scene: Scene, names: Names, h: Placed, right: float) -> None:
    y = h.middle[1]
    scene.arrow([(h.right + 4, y), (right + 34, y)], "4")
    scene.label("", right + 40, y + 5, "4", slot="after_h")
    scene.arrow([(right + 16, y), (right + 16, y + 34), (right + 34, y + 34)], "4")
    scene.lines(names.upward, right + 40, y + 39, "4")


def lstm_tall(frame: Frame) -> Scene:
    """The same from top to bottom, for a narrow page: what is read, then a row for each step."""
    projected = "m" in frame.strips
    cells, step = frame.height("c"), TITLE + frame.height("c") + 34
    starts = frame.tall_starts(step, 4)
    scene = frame.scene(400, starts[-1] + step + 50)
    names, left = frame.names, 8.0
    frame.tall_inputs(scene)
    for number, start in zip((1, 2, 3, 4), starts, strict=True):
        scene.region(number, TITLES[number - 1], left, start, 384, step)
    y = [start + TITLE + 8 for start in starts]
    x = left + PAD
    f = scene.row(_PAIRS["f"], x, y[0], "1")["f"]
    before = scene.strip("c_before", x + 250, y[0], "1 3", indexed=True)
    scene.operation("⊙", (f.right + before.x) / 2 - 10, f.middle[1], "1")
    scene.row([*_PAIRS["i"]], x, y[1], "2")
    scene.row([*_PAIRS["g"]], x + widths(_PAIRS["i"]) + 46, y[1], "2")
    scene.operation("⊙", x + widths(_PAIRS["i"]) + 23, y[1] + cells / 2, "2")
    c = scene.row(["kept", "=+", "stored", "==", "c"], x + 20, y[2], "3")["c"]
    scene.arrow([(c.right + 4, c.middle[1]), (c.right + 26, c.middle[1])], "3")
    scene.label("", c.right + 32, c.middle[1] + 5, "3", slot="after_c")
    ends = [*_PAIRS["o"], "=⊙", "tanh_c", "==", "m" if projected else "h"]
    last = scene.row(ends, x, y[3], "4")["m" if projected else "h"]
    below = starts[-1] + step
    if projected:
        scene.label(f"h_t = W_hr m_t  ({scene.strips['h'].size},)", 12, below + 18, "4")
    scene.way_out(last, below, names.upward, "4")
    return scene


__all__ = ["TITLES", "lstm_tall", "lstm_wide", "output_parts"]
