"""A drawing of origins in the making: it grows downwards, and every cell says where its element came from."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from lstm_viz.drawing.data_style import sample_class
from lstm_viz.drawing.svg import Element, add, text_width
from lstm_viz.preparation.layouts import Rearranged

MARGIN, HIGH, LABEL, SOFT = 16.0, 24.0, 12.5, 12.5
SAID: dict[str, Any] = {"font_size": SOFT, "class_": "soft prose"}
_PROSE = 0.56
"""The width of a letter of prose over its font size, on the safe side."""


@dataclass
class Sheet:
    """A drawing that grows downwards."""

    root: Element
    found: Rearranged
    width: float
    y: float = MARGIN

    @property
    def cell(self) -> float:
        """The width of a cell: that of the longest label."""
        last = self.found.before.codes.size - 1
        return max(text_width(self.found.label(last), LABEL) + 9, 30.0)

    def draw_cell(self, code: int, x: float, y: float) -> None:
        """The cell of the element ``code``, in the colour of its sample."""
        found = self.found
        where = found.origin(code)
        data: dict[str, Any] = {f"data_{name}": place for name, place in where.items()}
        cell = add(self.root, "g", data_code=code, **data)
        said = ", ".join(f"{name} {place}" for name, place in where.items())
        add(cell, "title", f"came from {said}")
        shade = f"cell {sample_class(where['sample'])}"
        add(cell, "rect", class_=shade, x=x, y=y, width=self.cell, height=HIGH)
        middle = {"x": x + self.cell / 2, "y": y + HIGH / 2 + 4.5}
        add(cell, "text", found.label(code), text_anchor="middle", font_size=LABEL, **middle)

    def prose(self, text: str) -> None:
        """A sentence in lines, below what is there."""
        for line in wrap(text, int((self.width - 2 * MARGIN) / (SOFT * _PROSE))):
            self.y += 16
            add(self.root, "text", line, x=MARGIN, y=self.y, **SAID)


def picked(size: int, most: int) -> tuple[int | None, ...]:
    """The places that are drawn, None where some are left out."""
    return tuple(range(size)) if size <= most else (*range(most - 2), None, size - 1)
