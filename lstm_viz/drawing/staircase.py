"""Packing as the staircase that it is: the padded batch, and below it the steps that are kept, longest sample first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lstm_viz.drawing.data_style import data_style, sample_class
from lstm_viz.drawing.svg import Element, add, picture, text_width, to_text
from lstm_viz.preparation.packing import Packing

MARGIN, HIGH, LABEL, SOFT, NAME = 16.0, 32.0, 13.0, 13.0, 15.0
MOST_SAMPLES, MOST_STEPS = 10, 24
LONGEST_LABEL = 10
_MORE = 18.0
"""The room of the dots that stand for the steps that are not drawn."""
_PROSE = 0.56
"""The width of a letter of prose over its font size, on the safe side."""


@dataclass
class _Sheet:
    """A drawing that grows downwards."""

    root: Element
    packing: Packing
    labels: Sequence[Sequence[str]] | None
    width: float
    cell: float
    names: float
    y: float = MARGIN

    @property
    def steps(self) -> int:
        """How many steps have room."""
        room = int((self.width - 2 * MARGIN - self.names - _MORE) // self.cell)
        return max(1, min(self.packing.sizes["T"], room, MOST_STEPS))

    def label(self, sample: int, step: int) -> str:
        """What stands in a cell: what the reader gave for it, else sample and step."""
        return _label(self.labels, sample, step)


def staircase_svg(packing: Packing, labels: Sequence[Sequence[str]] | None = None, *, width: float = 1080.0) -> str:
    """The picture as SVG text. ``labels[sample][step]`` stands in a cell, a word say; without them ``sample,step``.

    Above, x with its padding hatched and the last real step of each sample framed; below, the packed steps, a column
    for each step with its batch size under it, and in each cell its place in ``data``; last, ``data`` in its own order.
    Cells carry ``data-sample``, ``data-step`` and, where they are packed, ``data-place``. Of many samples and steps the
    first are drawn, and it is said. ``width`` is the room in units of the drawing: 1080 for a page, 400 for a phone.
    Raises ValueError where labels are missing.

    >>> import torch
    >>> from lstm_viz.preparation.packing import packing
    >>> "batch_sizes = tensor([2, 2, 1])" in staircase_svg(packing(torch.zeros(2, 3), [2, 3]))
    True
    """
    _check(packing, labels)
    B, T, N = (packing.sizes[letter] for letter in "BTN")  # noqa: N806
    root = picture(width, 100, f"Packing: {B} samples of up to {T} steps, {B * T} in all, become {N} steps of data")
    root.set("class", "lv data-lv")
    _hatching(root)
    shown = [_label(labels, sample, step) for sample, step in packing.origins]
    cell = max(38.0, min(text_width("m" * LONGEST_LABEL, LABEL), max(text_width(each, LABEL) for each in shown)) + 12)
    names = text_width(f"sample {B - 1}", LABEL) + 14
    sheet = _Sheet(root, packing, labels, width, cell, names)
    _padded(sheet)
    _arrow(sheet)
    _stairs(sheet)
    _in_memory(sheet)
    _indices(sheet)
    root.set("viewBox", f"0 0 {width:g} {sheet.y + MARGIN:.0f}")
    return to_text(root)


def _label(labels: Sequence[Sequence[str]] | None, sample: int, step: int) -> str:
    text = f"{sample},{step}" if labels is None else labels[sample][step]
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…"


def _check(packing: Packing, labels: Sequence[Sequence[str]] | None) -> None:
    if labels is None:
        return
    if len(labels) != len(packing.lengths):
        raise ValueError(f"labels: expected one row for each of {len(packing.lengths)} samples, got {len(labels)}")
    for sample, (row, length) in enumerate(zip(labels, packing.lengths, strict=True)):
        if len(row) < length:
            raise ValueError(f"labels: expected {length} for the steps of sample {sample}, got {len(row)}")


def _hatching(root: Element) -> None:
    """Stripes for padding, and a frame for the last real step; two drawings on a page may both bring them."""
    add(
        root,
        "style",
        f"{data_style()}.data-lv .padded{{fill:url(#lv-hatch);stroke:var(--faint);stroke-width:.7}}"
        ".data-lv .stripe{stroke:var(--soft);stroke-width:1.2;opacity:.55}"
        ".data-lv .last{fill:none;stroke:var(--ink);stroke-width:2.6}.data-lv .place{font-weight:700}",
    )
    pattern = add(add(root, "defs"), "pattern", id="lv-hatch", width=7, height=7, patternUnits="userSpaceOnUse")
    pattern.set("patternTransform", "rotate(45)")
    add(pattern, "line", class_="stripe", x1=0, y1=0, x2=0, y2=7)


def _headline(sheet: _Sheet, name: str, symbols: Sequence[tuple[str, int]], rest: int) -> None:
    sheet.y += 14
    line = add(sheet.root, "text", f"{name} (", x=MARGIN, y=sheet.y, font_size=NAME, font_weight=700)
    for place, (letter, size) in enumerate(symbols):
        add(line, "tspan", ", ") if place else None
        part = add(line, "tspan", f"{size}", class_=f"s {letter}", data_axis=letter)
        add(part, "title", f"{letter} = {size}")
    tail = "".join(f", {size}" for size in sheet.packing.x.shape[2:]) if rest else ""
    add(line, "tspan", f"{tail})" if tail or len(symbols) > 1 else ",)")


def _padded(sheet: _Sheet) -> None:
    sizes = sheet.packing.sizes
    _headline(sheet, "x", [("B", sizes["B"]), ("T", sizes["T"])], sheet.packing.x.dim() - 2)
    _prose(sheet, "Padded: every sample has T steps. Hatched steps are padding, a frame marks the last real step.")
    sheet.y += 8
    samples = range(sizes["B"])[:MOST_SAMPLES]
    for sample in samples:
        length = sheet.packing.lengths[sample]
        _name(sheet, sample)
        for step in range(sheet.steps):
            x = MARGIN + sheet.names + step * sheet.cell
            if step < length:
                _cell(sheet, sample, step, x, sheet.y)
                if step == length - 1:
                    box: dict[str, Any] = {
                        "x": x + 1.5,
                        "y": sheet.y + 1.5,
                        "width": sheet.cell - 3,
                        "height": HIGH - 3,
                    }
                    add(sheet.root, "rect", class_="last", **box)
            else:
                padded = add(sheet.root, "g", data_sample=sample, data_step=step)
                add(padded, "title", f"padding: sample {sample} has {length} steps, this is step {step}")
                add(padded, "rect", class_="padded", x=x, y=sheet.y, width=sheet.cell, height=HIGH)
        _dots(sheet, sizes["T"])
        sheet.y += HIGH
    _step_numbers(sheet, sheet.steps)
    _drawn(sheet, len(samples), "in their order")


def _name(sheet: _Sheet, sample: int) -> None:
    place = {"x": MARGIN, "y": sheet.y + HIGH / 2 + 4.5, "font_size": LABEL}
    text = add(sheet.root, "text", "sample ", **place)
    add(text, "tspan", str(sample), class_="s B")
    add(text, "title", f"sample {sample}: length {sheet.packing.lengths[sample]}")


def _dots(sheet: _Sheet, steps: int) -> None:
    """Behind a row that goes on."""
    if steps > sheet.steps:
        x = MARGIN + sheet.names + sheet.steps * sheet.cell + 3
        add(sheet.root, "text", "⋯", x=x, y=sheet.y + HIGH / 2 + 5, font_size=NAME, class_="soft")


def _cell(sheet: _Sheet, sample: int, step: int, x: float, y: float, place: int | None = None) -> None:
    cell = add(sheet.root, "g", data_sample=sample, data_step=step, data_place=sheet.packing.place(sample, step))
    label = sheet.label(sample, step)
    full = label if sheet.labels is None else sheet.labels[sample][step]
    where = f"sample {sample}, step {step}, place {sheet.packing.place(sample, step)} of data"
    add(cell, "title", where if sheet.labels is None else f"{full}: {where}")
    add(cell, "rect", class_=f"cell {sample_class(sample)}", x=x, y=y, width=sheet.cell, height=HIGH)
    down = 4.5 if place is None else 9.0
    middle = {"x": x + sheet.cell / 2, "y": y + HIGH / 2 + down, "text_anchor": "middle", "font_size": LABEL}
    add(cell, "text", label, **middle)
    if place is not None:
        add(cell, "text", str(place), class_="place", x=x + 4, y=y + 11.5, font_size=10.5)


def _step_numbers(sheet: _Sheet, steps: int) -> None:
    sheet.y += 16
    add(sheet.root, "text", "step", x=MARGIN, y=sheet.y, font_size=SOFT, class_="soft")
    for step in range(steps):
        x = MARGIN + sheet.names + (step + 0.5) * sheet.cell
        add(sheet.root, "text", str(step), x=x, y=sheet.y, text_anchor="middle", font_size=SOFT, class_="s T")


def _drawn(sheet: _Sheet, samples: int, order: str) -> None:
    sizes, parts = sheet.packing.sizes, []
    if samples < sizes["B"]:
        parts.append(f"the first {samples} of B = {sizes['B']:,} samples, {order}")
    if sheet.steps < sizes["T"]:
        parts.append(f"the first {sheet.steps} of T = {sizes['T']:,} steps")
    if parts:
        sheet.y += 4
        _prose(sheet, f"Drawn: {' and '.join(parts)}.")


def _arrow(sheet: _Sheet) -> None:
    x, start = MARGIN + 30, sheet.y + 14
    add(sheet.root, "path", class_="arrow", d=f"M{x:.1f},{start:.1f}v34")
    corners = [(x, start + 42), (x - 5, start + 32), (x + 5, start + 32)]
    add(sheet.root, "polygon", class_="head", points=" ".join(f"{a:.1f},{b:.1f}" for a, b in corners))
    call = sheet.packing.code.splitlines()[0]
    letters = int((sheet.width - x - 18 - MARGIN) / (LABEL * 0.602))
    for place, line in enumerate(_broken(call, letters)):
        add(sheet.root, "text", line, x=x + 18, y=start + 14 + 18 * place, font_size=LABEL, font_weight=700)
        sheet.y = max(start + 50, start + 26 + 18 * place)


def _stairs(sheet: _Sheet) -> None:
    packing = sheet.packing
    sheet.y += 6
    _headline(sheet, "data", [("N", packing.sizes["N"])], packing.x.dim() - 2)
    sorted_ = packing.sorted_indices is not None and packing.sorted_indices != tuple(range(len(packing.lengths)))
    order = "Packed, longest sample first" if sorted_ else "Packed, in the order of the samples"
    _prose(sheet, f"{order}: data goes down each column, then to the next. The small number is the place in data.")
    sheet.y += 8
    samples = packing.order[:MOST_SAMPLES]
    for sample in samples:
        _name(sheet, sample)
        for step in range(min(packing.lengths[sample], sheet.steps)):
            x = MARGIN + sheet.names + step * sheet.cell
            _cell(sheet, sample, step, x, sheet.y, packing.place(sample, step))
        _dots(sheet, packing.lengths[sample])
        sheet.y += HIGH
    _batch_sizes(sheet)
    _drawn(sheet, len(samples), "longest first" if packing.sorted_indices is not None else "in their order")


def _batch_sizes(sheet: _Sheet) -> None:
    """Under each column how many samples still have that step."""
    steps = min(sheet.steps, len(sheet.packing.batch_sizes))
    _step_numbers(sheet, steps)
    sheet.y += 19
    add(sheet.root, "text", "size", x=MARGIN, y=sheet.y, font_size=LABEL, font_weight=700)
    for step, size in enumerate(sheet.packing.batch_sizes[:steps]):
        x = MARGIN + sheet.names + (step + 0.5) * sheet.cell
        number = {"x": x, "y": sheet.y, "text_anchor": "middle", "font_size": NAME, "font_weight": 700}
        text = add(sheet.root, "text", str(size), **number)
        add(text, "title", f"batch_sizes[{step}] = {size}: {size} samples have a step {step}")


def _in_memory(sheet: _Sheet) -> None:
    """``data`` as one row, broken into lines, with a gap between steps."""
    sheet.y += 10
    _prose(sheet, "data in its own order, from left to right:")
    sheet.y += 6
    x, lines, before = MARGIN, 1, 0
    for place, (sample, step) in enumerate(sheet.packing.origins):
        x += 6 if step != before else 0
        before = step
        if x + sheet.cell > sheet.width - MARGIN:
            if lines == 4:
                sheet.y += HIGH + 2
                _prose(sheet, f"Drawn: the first {place} of N = {sheet.packing.sizes['N']:,}.")
                return
            x, lines = MARGIN, lines + 1
            sheet.y += HIGH + 6
        _cell(sheet, sample, step, x, sheet.y, place)
        x += sheet.cell
    sheet.y += HIGH


def _indices(sheet: _Sheet) -> None:
    packing = sheet.packing
    sheet.y += 8
    named = {
        "batch_sizes": packing.batch_sizes,
        "sorted_indices": packing.sorted_indices,
        "unsorted_indices": packing.unsorted_indices,
    }
    letters = int((sheet.width - 2 * MARGIN) / (LABEL * 0.602))
    for name, values in named.items():
        shown = "None" if values is None else f"tensor([{_numbers(values)}])"
        for line in _broken(f"{name} = {shown}", letters):
            sheet.y += 19
            add(sheet.root, "text", line, x=MARGIN, y=sheet.y, font_size=LABEL)


def _numbers(values: Sequence[int]) -> str:
    most = 40
    text = ", ".join(map(str, values[:most]))
    return f"{text}, … {len(values) - most:,} more" if len(values) > most else text


def _prose(sheet: _Sheet, text: str) -> None:
    for line in _broken(text, int((sheet.width - 2 * MARGIN) / (SOFT * _PROSE))):
        sheet.y += 17
        add(sheet.root, "text", line, x=MARGIN, y=sheet.y, font_size=SOFT, class_="soft prose")


def _broken(text: str, letters: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
