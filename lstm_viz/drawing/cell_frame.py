"""What the diagrams of all cells share: the state and the input on the left, and the weights that they meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lstm_viz.drawing.cell_scene import WIDTH, Scene, gap_of
from lstm_viz.drawing.cell_strips import Strip

BOX = 134.0
BOX_WIDTH = 140.0


@dataclass(frozen=True)
class Names:
    """The words of one pass: ``axis`` is that of x, ``state`` that of h, ``upward`` where h_t goes next."""

    sizes: Mapping[str, int]
    axis: str
    axis_size: int
    state: str
    before: str
    upward: tuple[str, ...]
    bias: bool

    @property
    def stacked(self) -> int:
        """G·H, the rows of the weights."""
        return self.sizes["G"] * self.sizes["H"]

    def rows(self, gate: int) -> str:
        """The rows of a gate in the weights: 5:10."""
        hidden = self.sizes["H"]
        return f"rows {gate * hidden}:{(gate + 1) * hidden}"

    def cut(self) -> str:
        """What is cut into the gates."""
        gates = self.sizes["G"]
        if gates == 1:
            return f"H = {self.stacked} pre-activations"
        return f"{gates}·H = {self.stacked} pre-activations, cut in {gates}"

    def weight(self, which: str) -> list[tuple[str, str]]:
        """The lines of the box of W_ih or W_hh."""
        vector = "x_t" if which == "ih" else f"h_{{{self.before}}}"
        axis, size = (self.axis, self.axis_size) if which == "ih" else (self.state, self.sizes[self.state])
        gates = self.sizes["G"]
        axes = f"{gates}·H, {axis}" if gates > 1 else f"H, {axis}"
        lines = [(f"W_{{{which}}} {vector}", "name"), (axes, "axes"), (f"({self.stacked}, {size})", "numbers")]
        return [*lines, (f"+ b_{{{which}}}  ({self.stacked},)", "numbers")] if self.bias else lines


@dataclass(frozen=True)
class Frame:
    """What a layout starts from."""

    strips: Mapping[str, Strip]
    names: Names
    unit: int
    label: str

    def scene(self, width: float, height: float) -> Scene:
        """An empty drawing of that size."""
        return Scene(width, height, self.label, self.strips, self.names.sizes, self.unit)

    def height(self, key: str) -> float:
        """How tall the cells of a strip will be."""
        return self.scene(1, 1).height_of(key)

    def tall_starts(self, step: float, count: int) -> list[float]:
        """Where each step's ground begins, below the inputs of a tall drawing."""
        inputs = self._level() + self.box_height / 2 + 46
        return [inputs + place * (step + 10) for place in range(count)]

    @property
    def box_height(self) -> float:
        """How tall the box of a weight is."""
        return 14.0 + 18 * len(self.names.weight("hh"))

    def tall_inputs(self, scene: Scene) -> None:
        """x and h side by side, and the weights that they meet to the right of them."""
        x = scene.strip("x", 34, _TALL_TOP, indexed=True)
        h = scene.strip("h_before", 132, _TALL_TOP, indexed=True)
        scene.label("", h.middle[0], 16, slot="before", anchor="middle")
        level = self._level()
        scene.matrix(self.names.weight("hh"), 236, h.middle[1], 150)
        scene.matrix(self.names.weight("ih"), 236, level, 150)
        scene.arrow([(h.right + 4, h.middle[1]), (232, h.middle[1])], kind="bus H")
        scene.arrow([(x.middle[0], x.bottom), (x.middle[0], level), (232, level)], kind="bus F")
        end = level + self.box_height / 2
        scene.arrow([(311, end), (311, end + 20)])
        scene.label(self.names.cut(), 386, end + 36, anchor="end")

    def _level(self) -> float:
        """The height of the box of W_ih in a tall drawing."""
        h, x = self.height("h_before"), self.height("x")
        return max(_TALL_TOP + max(h, x) + 34, _TALL_TOP + h / 2 + self.box_height + 10)


_TALL_TOP = 48.0


def widths(parts: Sequence[str]) -> float:
    """How wide a row of strips and operations is."""
    return sum(gap_of(part) if part.startswith("=") else WIDTH for part in parts)


def left_bottom(frame: Frame, y: float) -> float:
    """Where the left side ends whose first cell of h is at ``y``."""
    return max(
        _x_middle(frame, y) + max(frame.box_height, frame.height("x")) / 2, _x_top(frame, y) + frame.height("x") + 22
    )


def draw_inputs(scene: Scene, frame: Frame, y: float) -> tuple[float, float]:
    """h, with x below it, each with its weight to its right; returns the heights of the two weights."""
    h = scene.strip("h_before", 34, y, indexed=True)
    scene.label("", 16, h.top - 8, slot="before")
    x = scene.strip("x", 34, _x_top(frame, y), indexed=True)
    levels = h.middle[1], _x_middle(frame, y)
    for which, strip, level in (("hh", h, levels[0]), ("ih", x, levels[1])):
        scene.matrix(frame.names.weight(which), BOX, level, BOX_WIDTH)
        start, kind = strip.middle[1], "bus H" if which == "hh" else "bus F"
        bend = strip.right + 16
        scene.arrow([(strip.right + 4, start), (bend, start), (bend, level), (BOX - 4, level)], kind=kind)
    return levels


def draw_weights(scene: Scene, frame: Frame, y: float, bus: float) -> float:
    """The inputs and their weights, added up at the height ``bus``; returns where the sum goes on."""
    right, plus = BOX + BOX_WIDTH, 292.0
    for level, kind in zip(draw_inputs(scene, frame, y), ("bus H", "bus F"), strict=True):
        if abs(level - bus) < 14:
            scene.arrow([(right + 2, level), (plus - 12, level)], kind=kind)
        else:
            end = bus - 12 if level < bus else bus + 12
            scene.arrow([(right + 2, level), (plus, level), (plus, end)], kind=kind)
    scene.plus(plus, bus)
    return plus + 10


def _x_top(frame: Frame, y: float) -> float:
    return y + frame.height("h_before") + 56


def _x_middle(frame: Frame, y: float) -> float:
    return max(_x_top(frame, y) + frame.height("x") / 2, y + frame.height("h_before") / 2 + frame.box_height + 12)


__all__ = ["BOX", "BOX_WIDTH", "Frame", "Names", "draw_inputs", "draw_weights", "left_bottom", "widths"]
