"""One cell, one sample, every step: a drawing with slots, and the numbers of all steps that go into them."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lstm_viz.cell import Unrolled
from lstm_viz.drawing.cell_frame import Frame, Names
from lstm_viz.drawing.cell_gru import gru_tall, gru_wide
from lstm_viz.drawing.cell_lstm import lstm_tall, lstm_wide
from lstm_viz.drawing.cell_rnn import rnn_tall, rnn_wide
from lstm_viz.drawing.cell_scene import Scene
from lstm_viz.drawing.cell_strips import Kind, Strip, input_axis, strips_of
from lstm_viz.drawing.cell_words import Stage, stages_of
from lstm_viz.drawing.palette import STEPS
from lstm_viz.drawing.svg import to_text
from lstm_viz.spec import Cell

_FORMS = ((9.995, ".2f"), (99.95, ".1f"), (9999.5, ".0f"))
"""Five characters are what a cell has room for."""
_CALLED: dict[Cell, str] = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}


@dataclass(frozen=True, eq=False)
class CellDrawing:
    """``svg`` has an element with ``data-slot="7"`` for column 7 of ``values`` (T, slots), which is ``slots[7]``'s.

    ``before``, ``after_h`` and ``after_c`` hold, for each step, where the state comes from and goes to. ``reverse``
    is true where the pass reads from the last step to the first.
    """

    svg: str
    values: Tensor
    slots: tuple[tuple[str, int], ...]
    strips: dict[str, Strip]
    stages: tuple[Stage, ...]
    before: tuple[str, ...]
    after_h: tuple[str, ...]
    after_c: tuple[str, ...]
    reverse: bool

    def to_json(self) -> dict[str, Any]:
        """What the browser needs to show any step: the values as float32 in base64, (T, slots), and what they mean."""
        return {
            "svg": self.svg,
            "steps": len(self.values),
            "values": base64.b64encode(self.values.contiguous().numpy().astype("<f4").tobytes()).decode("ascii"),
            "slots": [[key, index] for key, index in self.slots],
            "strips": {key: [strip.kind, strip.scale] for key, strip in self.strips.items()},
            "stages": [
                {
                    "title": stage.title,
                    "formula": stage.formula,
                    "cases": [[case.text, case.strip, case.low, case.high] for case in stage.cases],
                }
                for stage in self.stages
            ],
            "texts": {"before": self.before, "after_h": self.after_h, "after_c": self.after_c},
            "reverse": self.reverse,
        }


def cell_diagram(
    unrolled: Unrolled,
    *,
    sample: int = 0,
    layer: int = 0,
    direction: int = 0,
    unit: int = 0,
    tall: bool = False,
    tokens: bool = False,
) -> CellDrawing:
    """Draw the cell of one layer and direction for one sample; ``unit`` is always among the units that are drawn.

    >>> from lstm_viz.cell import unroll
    >>> drawing = cell_diagram(unroll(torch.nn.LSTM(1, 2), torch.randn(3, 1, 1)))
    >>> drawing.values.shape[0], drawing.slots[:2]
    (3, (('a_f', 0), ('a_f', 1)))
    """
    strips = strips_of(unrolled, sample, layer, direction)
    before = "t+1" if direction else "t-1"
    names = _names(unrolled, layer, direction, before, tokens, strips["x"].size)
    label = f"The inside of the {_CALLED[unrolled.cell]} cell, layer {layer}, sample {sample}"
    activation = unrolled.at(layer, direction).gate_kinds[0].activation
    frame = Frame(strips, names, unit, label)
    scene = _draw(unrolled.cell, frame, activation, tall)
    columns = [strips[key].values[:, index] for key, index in scene.slots]
    ways = _ways(unrolled.lengths[sample], bool(direction))
    return CellDrawing(
        svg=to_text(scene.root),
        values=torch.stack(columns, dim=1),
        slots=tuple(scene.slots),
        strips=strips,
        stages=stages_of(unrolled.cell, activation, before=before, projected="m" in strips),
        before=ways[0],
        after_h=ways[1],
        after_c=ways[2],
        reverse=bool(direction),
    )


def number_text(value: float, kind: Kind = "signed") -> str:
    """A number as it stands in a cell; the browser writes it in the same way.

    >>> number_text(0.923, "gate"), number_text(-0.456), number_text(12.34), number_text(float("nan"))
    ('0.92', '−0.46', '+12.3', 'nan')
    """
    if not math.isfinite(value):
        return str(value).replace("-", "−")
    size = abs(value)
    form = next((form for limit, form in _FORMS if size < limit), ".0e")
    text = f"{size:{form}}"
    if kind == "gate":
        return text
    return f"{'−' if value < 0 else '+'}{text}"


def shade(value: float, kind: Kind, scale: float) -> str:
    """The class of a cell's colour: g0 to g6 for a gate, v-6 to v6 for all else.

    >>> shade(1.0, "gate", 1.0), shade(-0.5, "signed", 0.5), shade(0.0, "signed", 1.0)
    ('g6', 'v-6', 'v0')
    """
    if not math.isfinite(value):
        return "blank"
    if kind == "gate":
        return f"g{min(max(math.floor(value * STEPS + 0.5), 0), STEPS)}"
    step = min(max(math.ceil(abs(value) / scale * STEPS - 0.5), 0), STEPS)
    return f"v{-step if value < 0 else step}"


def _draw(cell: Cell, frame: Frame, activation: str, tall: bool) -> Scene:
    if cell == "rnn":
        return rnn_tall(frame, activation) if tall else rnn_wide(frame, activation)
    if cell == "gru":
        return gru_tall(frame) if tall else gru_wide(frame)
    return lstm_tall(frame) if tall else lstm_wide(frame)


def _names(unrolled: Unrolled, layer: int, direction: int, before: str, tokens: bool, axis_size: int) -> Names:
    sizes, found = unrolled.sizes, unrolled.at(layer, direction)
    letter = "P" if "P" in sizes else "H"
    upward: tuple[str, ...] = (f"to layer {layer + 1}",)
    if layer == sizes["L"] - 1:
        half = f"[…, {sizes[letter]}:]" if direction else f"[…, :{sizes[letter]}]"
        upward = ("to output", half) if sizes["D"] > 1 else ("to output",)
    bias = found.weights.bias_ih is not None
    return Names(sizes, input_axis(sizes, layer, tokens), axis_size, letter, before, upward, bias)


def _ways(length: int, reverse: bool) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Where the state comes from and goes to, for each step."""
    first, last, step = (length - 1, 0, -1) if reverse else (0, length - 1, 1)
    before = tuple("initial state" if t == first else f"from step {t - step}" for t in range(length))
    ends = [
        tuple(f"the end: {name}" if t == last else f"to step {t + step}" for t in range(length))
        for name in ("h_n", "c_n")
    ]
    return before, ends[0], ends[1]
