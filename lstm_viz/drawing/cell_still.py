"""The cell diagram standing still: one step's numbers in their places, and one of its stages lit."""

from __future__ import annotations

from xml.etree import ElementTree  # it parses our own pictures alone  # nosec B405

from lstm_viz.drawing.cell_diagram import CellDrawing, number_text, shade
from lstm_viz.drawing.svg import to_text

_NAMESPACE = "http://www.w3.org/2000/svg"


def cell_still(drawing: CellDrawing, step: int, unit: int = 0, stage: int = 0) -> str:
    """The picture at one step as SVG text; ``stage`` 1 to 4 lights that stage of the cell, 0 none more than others.

    >>> import torch
    >>> from lstm_viz.cell import unroll
    >>> from lstm_viz.drawing.cell_diagram import cell_diagram
    >>> drawing = cell_diagram(unroll(torch.nn.LSTM(1, 2), torch.zeros(3, 1, 1)))
    >>> 'data-stage="3"' in cell_still(drawing, step=1, stage=3)
    True
    """
    root = ElementTree.fromstring(drawing.svg.replace(f' xmlns="{_NAMESPACE}"', "", 1))  # nosec B314
    root.set("xmlns", _NAMESPACE)
    if stage:
        root.set("data-stage", str(stage))
    texts = {"before": drawing.before, "after_h": drawing.after_h, "after_c": drawing.after_c}
    for element in root.iter():
        if slot := element.get("data-slot"):
            _fill(element, drawing, step, int(slot), unit)
        elif (name := element.get("data-text")) in texts:
            element.text = texts[name][step]
    return to_text(root)


def _fill(group: ElementTree.Element, drawing: CellDrawing, step: int, slot: int, unit: int) -> None:
    key, index = drawing.slots[slot]
    strip, value = drawing.strips[key], float(drawing.values[step, slot])
    rect, text, title = group
    rect.set("class", f"cell {shade(value, strip.kind, strip.scale)}")
    text.text = number_text(value, strip.kind)
    title.text = f"{title.text} = {value:.6g}"
    kinds = (group.get("class") or "").split()
    if "unit" in kinds and index == unit:
        group.set("class", " ".join([*kinds, "chosen"]))
