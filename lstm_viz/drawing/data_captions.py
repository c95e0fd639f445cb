"""What every item on the way of the data has: its name in the code, its shape in colours, its dtype, its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lstm_viz.dims import Axis
from lstm_viz.drawing.block import NAME, SHAPE
from lstm_viz.drawing.svg import Element, add, leading_symbol, letters, text_width
from lstm_viz.preparation.prepared import Step

SOFT = 12.5
BELOW = 92.0
"""What stands below an item: the name of its edge, its own name, its shape, its dtype."""


class Item(Protocol):
    """Something with its place: ``left`` and ``right`` of where it is put it needs room, and ``up`` above its base."""

    left: float
    right: float
    up: float

    def draw(self, root: Element, x: float, base: float) -> None:
        """Draw it with the lower left corner of its front at (x, base)."""


def axis_of(name: str, size: int) -> Axis:
    """The axis that a step calls ``name``: a symbol, or just its size where it is a word such as rows.

    >>> str(axis_of("T", 12)), str(axis_of("rows", 144)), str(axis_of("C", 5))
    ('T', '144', 'O')
    """
    name = "O" if name == "C" else name
    try:
        return Axis((size,)) if name.isdigit() or name.islower() else Axis.parse(name)
    except ValueError:
        return Axis((size,))


def sentence_of(step: Step) -> str:
    """What a screen reader says of a step."""
    axes = ", ".join(f"{name} = {size:,}" for name, size in zip(step.axes, step.shape, strict=True))
    made = f" Made by {step.expression}." if step.expression else ""
    return f"{step.name}, shape {step.shape}: {axes}. {step.sentence}{made}"


def item_group(root: Element, step: Step, axes: Sequence[Axis]) -> Element:
    """The element that is pointed at and chosen."""
    said = sentence_of(step)
    group = add(
        root,
        "g",
        class_="block",
        role="button",
        tabindex=0,
        aria_pressed="false",
        aria_label=said,
        data_tensor=step.name,
        data_axis=letters(axes),
        data_shape=str(step.shape),
    )
    add(group, "title", said)
    return group


def captions(group: Element, step: Step, axes: Sequence[Axis], middle: float, base: float) -> None:
    """The name in the code, the shape as torch prints it, the dtype."""
    y = base + 26 + NAME
    add(group, "text", step.name, x=middle, y=y, text_anchor="middle", font_size=NAME, font_weight=700)
    text = add(group, "text", "(", x=middle, y=y + SHAPE + 5, text_anchor="middle", font_size=SHAPE, class_="shape")
    for place, (axis, size) in enumerate(zip(axes, step.shape, strict=True)):
        if place:
            add(text, "tspan", ", ")
        symbol = leading_symbol(axis)
        add(text, "tspan", str(size), class_=f"s {symbol}" if symbol else None, data_axis=letters([axis]))
    add(text, "tspan", ",)" if len(step.shape) == 1 else ")")
    dtype_line(group, step, middle, base)


def dtype_line(group: Element, step: Step, middle: float, base: float) -> None:
    """The dtype, below the shape."""
    if step.dtype:
        y = base + BELOW - 13
        add(group, "text", step.dtype, x=middle, y=y, text_anchor="middle", font_size=SOFT, class_="soft")


def halo(group: Element, x: float, y: float, right: float, bottom: float) -> None:
    """The ground that shows what is chosen."""
    add(group, "rect", class_="halo", x=x, y=y, width=right - x, height=bottom - y, rx=10)


def half_of_texts(step: Step) -> float:
    """How far the captions reach to both sides."""
    return max(text_width(step.name, NAME), text_width(str(step.shape), SHAPE)) / 2 + 5
