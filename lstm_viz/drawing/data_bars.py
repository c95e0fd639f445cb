"""The rest of what stands on the way of the data: the split as a bar, the loader's batches, texts as lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_viz.dims import Axis
from lstm_viz.drawing.block import NAME, SHAPE
from lstm_viz.drawing.data_captions import BELOW, SOFT, axis_of, captions, half_of_texts, halo, item_group
from lstm_viz.drawing.data_style import sample_class
from lstm_viz.drawing.svg import Element, add, text_width
from lstm_viz.preparation.prepared import Step

_LINES, _LONGEST = 6, 24


class SplitItem:
    """The parts, as a bar from the first row to the last."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = steps
        self.height, self.width = 104.0, 34.0
        self.names = [step.part or step.axes[0] for step in steps]
        self.arithmetic = steps[0].arithmetic
        texts = max(text_width(f"{name} {step.shape[0]:,}", SOFT) for name, step in zip(self.names, steps, strict=True))
        half = text_width(self.arithmetic, SOFT) / 2 + 4
        self.left = max(8.0, half - (self.width + texts) / 2)
        self.right = max(self.width + 8 + texts, (self.width + texts) / 2 + half)
        self.up = self.height + 8
        self.middle = (self.width + texts) / 2

    def draw(self, root: Element, x: float, base: float) -> None:
        """Draw it with its lower left corner at (x, base)."""
        said = " ".join(step.sentence for step in self.steps)
        group = add(root, "g", role="img", aria_label=said, data_split=self.arithmetic)
        add(group, "title", said)
        total = sum(step.shape[0] for step in self.steps) or 1
        least = 18.0
        free = self.height - least * len(self.steps)
        top = base - self.height
        for place, (name, step) in enumerate(zip(self.names, self.steps, strict=True)):
            height = least + free * step.shape[0] / total
            box: dict[str, Any] = {"x": x, "y": top, "width": self.width, "height": height}
            part = add(group, "rect", class_=f"cell {sample_class(place)}", data_part=name, **box)
            add(part, "title", step.sentence)
            text = add(group, "text", f"{name} ", x=x + self.width + 8, y=top + height / 2 + 4.5, font_size=SOFT)
            add(text, "tspan", f"{step.shape[0]:,}", font_weight=700)
            top += height
        y = base + 26 + NAME
        middle = x + self.middle
        add(group, "text", "split", x=middle, y=y, text_anchor="middle", font_size=NAME, font_weight=700)
        place_of: dict[str, Any] = {"x": middle, "y": y + SHAPE + 3, "text_anchor": "middle", "font_size": SOFT}
        add(group, "text", self.arithmetic, **place_of)


@dataclass
class LoaderItem:
    """The batches of the training part, one below the other; the last one as narrow as it is small."""

    step: Step
    whole: int
    last: int

    def __post_init__(self) -> None:
        self.width = 92.0
        self.count = self.step.shape[0]
        self.drawn: tuple[int | None, ...] = (
            tuple(range(self.count)) if self.count <= 5 else (0, 1, 2, None, self.count - 1)
        )
        self.height = sum(20.0 if place is not None else 14.0 for place in self.drawn)
        half = half_of_texts(self.step)
        self.left = max(8.0, half - self.width / 2)
        self.right = max(self.width + 8, self.width / 2 + half)
        self.up = self.height + 8

    def draw(self, root: Element, x: float, base: float) -> None:
        """Draw it with its lower left corner at (x, base)."""
        axes = [Axis((self.count,))]
        group = item_group(root, self.step, axes)
        halo(group, x - self.left, base - self.up - 4, x + self.right, base + BELOW - 6)
        top = base - self.height
        for place in self.drawn:
            if place is None:
                dots = {"x": x + self.width / 2, "y": top + 11, "text_anchor": "middle", "font_size": 13}
                add(group, "text", "⋮", class_="soft", **dots)
                top += 14
                continue
            size = self.last if place == self.count - 1 else self.whole
            width = max(self.width * size / max(self.whole, 1), 26.0)
            box: dict[str, Any] = {"x": x, "y": top, "width": width, "height": 17.0, "rx": 3}
            cell = add(group, "rect", class_="box", data_batch=place, **box)
            add(cell, "title", f"batch {place}: B = {size:,}")
            number = {"x": x + width / 2, "y": top + 13, "text_anchor": "middle", "font_size": 12}
            add(group, "text", f"{size:,}", class_="s B", **number)
            if size < self.whole and width < self.width - 42:
                add(group, "text", "last", x=x + width + 5, y=top + 13, font_size=12, class_="soft prose")
            top += 20
        captions(group, self.step, axes, x + self.width / 2, base)


class LinesItem:
    """Texts and tokens: the first ones as lines."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.lines = _first_lines(step)
        self.width = max(text_width(line, SOFT) for line in self.lines) + 16
        self.height = 19.0 * len(self.lines) + 8
        half = half_of_texts(step)
        self.left = max(8.0, half - self.width / 2)
        self.right = max(self.width + 6, self.width / 2 + half)
        self.up = self.height + 8

    def draw(self, root: Element, x: float, base: float) -> None:
        """Draw it with its lower left corner at (x, base)."""
        axes = [axis_of(name, size) for name, size in zip(self.step.axes, self.step.shape, strict=True)]
        group = item_group(root, self.step, axes)
        halo(group, x - self.left, base - self.up - 4, x + self.right, base + BELOW - 6)
        add(group, "rect", class_="box", x=x, y=base - self.height, width=self.width, height=self.height, rx=6)
        for place, line in enumerate(self.lines):
            y = base - self.height + 19 * place + 18
            add(group, "text", line, x=x + 8, y=y, font_size=SOFT)
        captions(group, self.step, axes, x + self.width / 2, base)


def _first_lines(step: Step) -> list[str]:
    """The first texts on a line each; single characters beside each other, entries of a vocabulary with their index."""
    values = [] if step.values is None else list(step.values)
    if step.axes[0] == "V":
        lines = [f"{place} {_shown(str(value))}" for place, value in enumerate(values[:_LINES])]
    elif values and all(isinstance(value, str) and len(value) <= 1 for value in values):
        every = "".join(_shown(value) for value in values)
        lines = [every[at : at + _LONGEST] for at in range(0, min(len(every), _LINES * _LONGEST), _LONGEST)]
        return [*lines, "⋮"] if step.shape[0] > _LINES * _LONGEST else lines
    else:
        lines = [_line(value) for value in values[:_LINES]]
    return [*lines, "⋮"] if step.shape[0] > len(lines) else lines


def _shown(text: str) -> str:
    """White space as something that can be seen."""
    return {" ": "␣", "\n": "⏎", "\t": "⇥"}.get(text, text)


def _line(value: object) -> str:
    """A text, or a list of tokens, on one line that is not too long."""
    parts = value.tolist() if isinstance(value, np.ndarray) else value
    text = " ".join(str(parts).split()) if isinstance(parts, str) else " ".join(map(str, _many(parts)))
    return f"{text[: _LONGEST - 1]}…" if len(text) > _LONGEST else text


def _many(parts: object) -> Sequence[object]:
    return parts if isinstance(parts, (list, tuple)) else [parts]
