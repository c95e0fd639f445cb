"""Where everything stands in the diagram of a GRU cell: torch's, whose r scales W_hn h + b_hn and not h itself."""

from __future__ import annotations

from lstm_viz.drawing.cell_frame import BOX, BOX_WIDTH, Frame, Names, widths
from lstm_viz.drawing.cell_scene import GAP, PAD, TITLE, Placed, Scene

TITLES = ("Update gate", "Reset gate", "Candidate", "Blend old and new")
_Z, _R = ["a_z", "=σ", "z"], ["a_r", "=σ", "r"]
_N = ["hn", "=⊙", "rhn", "=+", "xn", "==", "a_n", "=tanh", "n"]


def gru_wide(frame: Frame) -> Scene:
    """The state runs along the top, the gates stand below it, what they read is on the left."""
    left, tall = 322.0, TITLE + frame.height("h") + 34
    starts, x = [], left
    for parts in (_Z, _R, _N):
        starts.append(x)
        x += widths(parts) + 2 * PAD + 10
    end = x - 10
    right = end + GAP + 76
    upper, lower = 6.0, 6.0 + tall + 40
    bus = lower + tall + 32
    scene = frame.scene(right + 132, bus + 62)
    y_up, y_low = upper + TITLE + 8, lower + TITLE + 8
    scene.region(4, TITLES[3], left, upper, right - left, tall)
    placed: dict[str, Placed] = {}
    for number, (start, parts) in enumerate(zip(starts, (_Z, _R, _N), strict=True), 1):
        scene.region(number, TITLES[number - 1], start, lower, widths(parts) + 2 * PAD, tall)
        placed |= scene.row(parts, start + PAD, y_low, str(number))
    placed["kept"] = scene.strip("kept", placed["z"].x, y_up, "4")
    placed["new"] = scene.strip("new", placed["n"].x - 34, y_up, "4")
    placed["h"] = scene.strip("h", right - 72, y_up, "4")
    placed["h_before"] = scene.strip("h_before", 34, y_up, "4", indexed=True)
    scene.label("", 16, y_up - 32, "4", slot="before")
    placed["x"] = scene.strip("x", 34, y_low + 62, indexed=True)
    _state(scene, frame.names, placed, right)
    _gate_ways(scene, placed, lower - 16)
    _reset(scene, placed)
    _taps(scene, frame.names, placed, y_low, bus)
    return scene


def _state(scene: Scene, names: Names, placed: dict[str, Placed], right: float) -> None:
    before, kept, new, h = (placed[key] for key in ("h_before", "kept", "new", "h"))
    y = kept.middle[1]
    scene.arrow([(before.right + 4, y), (kept.x - 5, y)], "4")
    scene.label("⊙ z", (before.right + kept.x) / 2 + 24, y - 9, "4", anchor="middle")
    scene.operation("+", (kept.right + new.x) / 2, y, "4")
    scene.operation("=", (new.right + h.x) / 2, y, "4")
    scene.arrow([(h.right + 4, y), (right + 34, y)], "4")
    scene.label("", right + 40, y + 5, "4", slot="after_h")
    scene.arrow([(right + 16, y), (right + 16, y + 34), (right + 34, y + 34)], "4")
    scene.lines(names.upward, right + 40, y + 39, "4")


def _gate_ways(scene: Scene, placed: dict[str, Placed], level: float) -> None:
    z, n, kept, new = (placed[key] for key in ("z", "n", "kept", "new"))
    up = z.middle[0] + 14
    scene.arrow([(up, z.top + 2), (up, kept.bottom)], "1 4")
    target = new.middle[0] - 14
    scene.arrow([(up, level), (target, level), (target, new.bottom)], "1 4")
    scene.label("1 − z", target - 12, level - 6, "1 4", anchor="end")
    target = new.middle[0] + 14
    scene.arrow([(n.middle[0], n.top + 2), (n.middle[0], level), (target, level), (target, new.bottom)], "3 4")


def _reset(scene: Scene, placed: dict[str, Placed]) -> None:
    """From r over to where it scales the past's share."""
    r, hn = placed["r"], placed["hn"]
    level, sign = r.top - 3, hn.right + GAP / 2
    scene.arrow([(r.middle[0], r.top + 3), (r.middle[0], level), (sign, level), (sign, hn.middle[1] - 14)], "2 3")


def _taps(scene: Scene, names: Names, placed: dict[str, Placed], top: float, bus: float) -> None:
    """W_hh h and W_ih x run below the gates; the candidate takes them apart, as r scales only one of them."""
    before, x = placed["h_before"], placed["x"]
    boxes = names.weight("hh"), names.weight("ih")
    at_h, room = top + 8, 14 + 18 * len(boxes[0])
    at_x = max(x.middle[1], at_h + room + 24)
    scene.matrix(boxes[0], BOX, at_h, BOX_WIDTH)
    scene.matrix(boxes[1], BOX, at_x, BOX_WIDTH)
    branch, right = before.right + 20, BOX + BOX_WIDTH
    scene.dot(branch, before.middle[1], "H")
    scene.arrow([(branch, before.middle[1]), (branch, at_h), (BOX - 5, at_h)], kind="bus H")
    scene.arrow([(x.right + 5, x.middle[1]), (BOX - 5, x.middle[1])], kind="bus F")
    ends = placed["hn"].middle[0], placed["xn"].middle[0]
    scene.arrow([(right + 2, at_h), (306, at_h), (306, bus), (ends[0], bus)], kind="bus H", head=False)
    scene.arrow([(right + 2, at_x), (292, at_x), (292, bus + 26), (ends[1], bus + 26)], kind="bus F", head=False)
    for key, row in (("a_z", 1), ("a_r", 0)):
        middle, bottom = placed[key].middle[0], placed[key].bottom
        scene.arrow([(middle - 12, bus), (middle - 12, bottom)], kind="bus H")
        scene.arrow([(middle + 12, bus + 26), (middle + 12, bottom)], kind="bus F")
        scene.dot(middle - 12, bus, "H")
        scene.dot(middle + 12, bus + 26, "F")
        scene.label(names.rows(row), middle + 22, bus - 6)
    scene.arrow([(ends[0], bus), (ends[0], placed["hn"].bottom)], kind="bus H")
    scene.arrow([(ends[1], bus + 26), (ends[1], placed["xn"].bottom)], kind="bus F")
    scene.label(names.rows(2), ends[0] + 10, bus - 6)
    scene.label(f"both {names.sizes['G']}·H = {names.stacked} numbers, cut in 3", ends[1], bus + 48, anchor="end")


def gru_tall(frame: Frame) -> Scene:
    """The same from top to bottom, for a narrow page."""
    step, width = TITLE + frame.height("h") + 34, widths(_N) + 2 * PAD
    starts = frame.tall_starts(step, 3)
    scene = frame.scene(width + 16, starts[-1] + step + 50)
    frame.tall_inputs(scene)
    half = widths(_Z) + 2 * PAD
    for number, x, room in ((1, 8.0, half), (2, 20 + half, half)):
        scene.region(number, TITLES[number - 1], x, starts[0], room, step)
        scene.row((_Z, _R)[number - 1], x + PAD, starts[0] + TITLE + 8, str(number))
    scene.region(3, TITLES[2], 8, starts[1], width, step)
    scene.row(_N, 8 + PAD, starts[1] + TITLE + 8, "3")
    scene.region(4, TITLES[3], 8, starts[2], width, step)
    h = scene.row(["kept", "=+", "new", "==", "h"], 60, starts[2] + TITLE + 8, "4")["h"]
    scene.way_out(h, starts[2] + step, frame.names.upward, "4")
    return scene
