"""A cell's drawing with the numbers of one step in it, for where no script fills them in."""

from __future__ import annotations

from xml.etree import ElementTree

from lstm_viz.drawing.cell_diagram import CellDrawing, number_text, shade
from lstm_viz.drawing.svg import Element, to_text

_NAMESPACE = "{http://www.w3.org/2000/svg}"


def cell_at_step(drawing: CellDrawing, step: int) -> str:
    """The drawing as SVG text with what every slot holds at ``step``.

    >>> import torch
    >>> from lstm_viz.cell import unroll
    >>> from lstm_viz.drawing.cell_diagram import cell_diagram
    >>> still = cell_at_step(cell_diagram(unroll(torch.nn.LSTM(1, 2), torch.randn(3, 1, 1))), 2)
    >>> "the end: h_n" in still
    True
    """
    root = ElementTree.fromstring(drawing.svg)  # our own text
    said = {"before": drawing.before, "after_h": drawing.after_h, "after_c": drawing.after_c}
    for element in root.iter():
        element.tag = element.tag.removeprefix(_NAMESPACE)
        if (slot := element.get("data-slot")) is not None:
            _fill(element, drawing, int(slot), step)
        elif (name := element.get("data-text")) in said:
            element.text = said[name or ""][step]
    root.set("xmlns", "http://www.w3.org/2000/svg")
    return to_text(root)


def _fill(cell: Element, drawing: CellDrawing, slot: int, step: int) -> None:
    value = float(drawing.values[step, slot])
    strip = drawing.strips[drawing.slots[slot][0]]
    rectangle, text, title = cell
    rectangle.set("class", f"cell {shade(value, strip.kind, strip.scale)}")
    text.text = number_text(value, strip.kind)
    title.text = f"{title.text} = {value:.7g}"
