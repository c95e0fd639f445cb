"""A dependency map as SVG: output positions down, input positions to the right, both in blocks by sample."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree  # it writes, and parses nothing  # nosec B405

import torch

from lstm_viz.audit.dependency import DependencyMap, Place
from lstm_viz.drawing.svg import add, picture, text_width, to_text

_CELL, _SMALLEST, _GAP, _BLOCK_GAP = 30.0, 4.0, 2.0, 11.0
TALLEST = 560.0
_MOST_SAMPLES = 6
_ROOMY = 9.0
"""From this cell size on there is room for a cross or a dashed edge."""
_NARROWEST, _LEGEND_LINE = 150.0, 19.0
_KINDS = ("none", "pad", "missing", "own", "other")
"""What a cell can be, the more telling the later: where several share a cell, the last is drawn."""
_FONT, _LARGE = 13.0, 15.5
"""Its words, and how large they become on a projector."""
_READABLE = 15.0
"""Below this cell size only some rows and columns have their number."""
_STYLE = (
    ".lv .own{fill:var(--T)}.lv .other{fill:var(--O)}.lv .cross{stroke:#fff;stroke-width:1.8;stroke-linecap:round}"
    ".lv .missing{fill:none;stroke:var(--soft);stroke-width:1;stroke-dasharray:2 2}.lv .none{fill:var(--blank)}"
    ".lv .pad{fill:var(--faint)}.lv .bar{stroke:var(--B);stroke-width:3}"
    ".lv .B{fill:var(--B);font-weight:700}.lv .T{fill:var(--T)}"
)


@dataclass(frozen=True)
class _Band:
    """Rows or columns: the place of each from the start, the size of a cell, and the extent in all."""

    places: tuple[Place, ...]
    starts: tuple[float, ...]
    cell: float
    extent: float

    @property
    def stepwise(self) -> bool:
        """Whether it runs over time too, and not over samples alone."""
        return any(place.step for place in self.places)


def dependency_diagram(found: DependencyMap, widest: float = 900.0, of: str = "", tallest: float = TALLEST) -> str:
    """The map as a drawing, its cells together at most ``widest`` by ``tallest``; ``of`` says whose it is, in its name.

    A filled cell is an input that an output depends on: blue where that is right, crossed orange where it is not. A
    dashed cell is a step of its own sample that an output does not depend on; grey steps hold padding. Of many samples
    only some are drawn, and of many steps several share a cell; both are said below.
    """
    inputs, columns, rows, key = _grid(found, widest, tallest)
    kinds = _kinds(found)
    cells = [[max(row[place] for place in group) for group in inputs] for row in kinds]
    left = max(text_width(_row_label(place), _LARGE) for place in found.outputs) + (34 if rows.stepwise else 12)
    top = 46.0 if columns.stepwise else 30.0
    width = left + max(columns.extent, _NARROWEST) + 4
    legend = _legend_lines(key, width)
    height = top + rows.extent + 14 + _LEGEND_LINE * len(legend)
    name = f"which inputs {len(found.outputs)} outputs depend on"
    root = picture(width, height, f"{of}, {name}" if of else name.capitalize())
    # on a projector the legend stands beside it
    root.set("data-without-legend", f"0 0 {width:.1f} {top + rows.extent + 6:.1f}")
    add(root, "style", _STYLE)
    _column_labels(root, columns, left, top)
    _row_labels(root, rows, left, top)
    _cells(root, cells, columns, rows, left, top)
    group = add(root, "g", class_="legend")
    for number, line in enumerate(legend):
        _legend(group, line, top + rows.extent + 24 + _LEGEND_LINE * number)
    return to_text(root)


def dependency_key(found: DependencyMap, widest: float = 900.0, tallest: float = TALLEST) -> list[tuple[str, str]]:
    """What the legend of ``dependency_diagram`` says: of each entry the kind of its cell, and its words.

    The kinds are "own", "other", "missing", "pad", and "" where there is no cell.
    """
    return _grid(found, widest, tallest)[-1]


def _grid(
    found: DependencyMap, widest: float, tallest: float
) -> tuple[list[list[int]], _Band, _Band, list[tuple[str, str]]]:
    """The inputs of each column, where columns and rows are, and what the legend says of them."""
    inputs, together = _columns(found, widest)
    columns, rows = _band([found.inputs[group[0]] for group in inputs], widest), _band(found.outputs, tallest)
    samples, roomy = len({place.sample for place in columns.places}), min(columns.cell, rows.cell) >= _ROOMY
    return inputs, columns, rows, _legend_entries(found, together, samples, roomy)


def _columns(found: DependencyMap, widest: float) -> tuple[list[list[int]], int]:
    """The inputs of each column, and how many steps share one: samples that matter, as wide as there is room for."""
    samples: dict[int | None, list[int]] = {}
    for number, place in enumerate(found.inputs):
        samples.setdefault(place.sample, []).append(number)
    wanted = {place.sample for place in found.outputs}
    touched = found.depends.any(0).tolist()
    telling = [each for each, numbers in samples.items() if each in wanted or any(touched[n] for n in numbers)]
    shown = (telling or list(samples))[:_MOST_SAMPLES] if len(samples) > _MOST_SAMPLES else list(samples)
    room = (widest / len(shown) - _BLOCK_GAP) / (_SMALLEST + 0.6)
    together = max(1, math.ceil(found.steps / max(room, 1)))
    groups = [
        samples[sample][at : at + together] for sample in shown for at in range(0, len(samples[sample]), together)
    ]
    return groups, together


def _kinds(found: DependencyMap) -> list[list[int]]:
    """What each (output, input) is, as its place in ``_KINDS``."""
    own, padding = found.expected & ~found.padding, found.expected & found.padding
    kinds = padding.int() + 2 * own.int()
    kinds = torch.where(found.depends & found.expected, 3, kinds)
    kinds = torch.where(found.unexpected, 4, kinds)
    listed: list[list[int]] = kinds.tolist()
    return listed


def _band(places: Sequence[Place], longest: float) -> _Band:
    """Cells as large as there is room for; between two samples a wider gap, where they have more than a cell each."""
    blocks = sum(_begins(places, number) for number in range(len(places)))
    wide = _BLOCK_GAP if blocks < len(places) else _GAP
    room = (longest - blocks * wide) / len(places)
    gap = _GAP if room > 11 else 0.6
    cell = min(_CELL, max(room - gap, _SMALLEST))
    at, starts = 0.0, []
    for number in range(len(places)):
        if number:
            at += cell + (wide if _begins(places, number) else gap)
        starts.append(at)
    return _Band(tuple(places), tuple(starts), cell, at + cell)


def _begins(places: Sequence[Place], number: int) -> bool:
    """Whether a new sample begins there."""
    return number == 0 or places[number].sample != places[number - 1].sample


def _row_label(place: Place) -> str:
    return place.text.split("[")[0] + ("" if place.sample is None else f"[{place.sample}]")


def _column_labels(root: ElementTree.Element, band: _Band, left: float, top: float) -> None:
    first_of: dict[int | None, int] = {}
    for number, place in enumerate(band.places):
        first_of.setdefault(place.sample, number)
    every = _every(band.cell, text_width(str(max(place.step or 0 for place in band.places)), 11.5) + 5)
    for number, place in enumerate(band.places):
        if _begins(band.places, number):
            last = max(n for n, other in enumerate(band.places) if other.sample == place.sample)
            first, end = left + band.starts[number], left + band.starts[last] + band.cell
            name = _row_label(place)
            if end - first + 8 >= text_width(name, _FONT):
                middle = (first + end) / 2
                add(root, "text", name, x=middle, y=14, text_anchor="middle", font_size=_FONT, class_="B")
            add(root, "path", d=f"M{first:.1f} 21H{end:.1f}", class_="bar")
        if place.step is not None and band.stepwise and (number - first_of[place.sample]) % every == 0:
            middle = left + band.starts[number] + band.cell / 2
            add(root, "text", str(place.step), x=middle, y=top - 9, text_anchor="middle", font_size=11.5, class_="T")


def _row_labels(root: ElementTree.Element, band: _Band, left: float, top: float) -> None:
    begun = 0
    for number, place in enumerate(band.places):
        middle = top + band.starts[number] + band.cell / 2 + 4
        begun = number if _begins(band.places, number) else begun
        if _begins(band.places, number) and (band.stepwise or number % _every(band.cell, _READABLE) == 0):
            at = left - (34 if band.stepwise else 10)
            add(root, "text", _row_label(place), x=at, y=middle, text_anchor="end", font_size=_FONT, class_="B")
        if band.stepwise and place.step is not None and (number - begun) % _every(band.cell, _READABLE) == 0:
            add(root, "text", str(place.step), x=left - 9, y=middle, text_anchor="end", font_size=11.5, class_="T")


def _every(cell: float, need: float) -> int:
    """Of how many rows or columns one has its number."""
    return next(every for every in (1, 2, 4, 5, 10, 20, 50, 100) if cell * every >= need or every == 100)


def _cells(
    root: ElementTree.Element, cells: list[list[int]], columns: _Band, rows: _Band, left: float, top: float
) -> None:
    """A path for each kind of cell, not an element for each cell: a large map stays light."""
    paths: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    crosses: list[str] = []
    width, height = columns.cell, rows.cell
    roomy = min(width, height) >= _ROOMY
    for row, y in zip(cells, (top + start for start in rows.starts), strict=True):
        for kind, x in zip(row, (left + start for start in columns.starts), strict=True):
            name = _KINDS[kind]
            paths["none" if name == "missing" else name].append(_box(x, y, width, height))
            if name == "missing" and roomy:
                paths["missing"].append(_box(x + 1.5, y + 1.5, width - 3, height - 3))
            if name == "other" and roomy:
                crosses.append(_cross(x, y, width, height))
    for kind_name, parts in paths.items():
        if parts:
            add(root, "path", d="".join(parts), class_=kind_name)
    if crosses:
        add(root, "path", d="".join(crosses), class_="cross")


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:.1f} {y:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}z"


def _cross(x: float, y: float, width: float, height: float) -> str:
    arm = min(width, height) * 0.17
    middle_x, middle_y = x + width / 2, y + height / 2
    return "".join(
        f"M{middle_x - arm:.1f} {middle_y - sign * arm:.1f}L{middle_x + arm:.1f} {middle_y + sign * arm:.1f}"
        for sign in (1, -1)
    )


def _legend_entries(found: DependencyMap, together: int, samples: int, roomy: bool) -> list[tuple[str, str]]:
    entries = [("own", "depends on it")]
    if bool(found.unexpected.any()):
        entries.append(("other", "depends on it, and should not"))
    if roomy and bool((found.expected & ~found.depends & ~found.padding).any()):
        entries.append(("missing", "does not see it"))
    if bool(found.padding.any()):
        entries.append(("pad", "padding"))
    if together > 1:
        entries.append(("", f"{together} steps a cell"))
    if samples < found.samples:
        entries.append(("", f"{samples} of {found.samples} samples are drawn"))
    return entries


def _legend_lines(entries: list[tuple[str, str]], width: float) -> list[list[tuple[str, str]]]:
    lines: list[list[tuple[str, str]]] = [[]]
    for entry in entries:
        if lines[-1] and sum(map(_legend_width, [*lines[-1], entry])) > width:
            lines.append([])
        lines[-1].append(entry)
    return lines


def _legend_width(entry: tuple[str, str]) -> float:
    return 0.86 * text_width(entry[1], 12) + (33 if entry[0] else 16)


def _legend(root: ElementTree.Element, entries: Iterable[tuple[str, str]], y: float) -> None:
    at = 2.0
    for kind, text in entries:
        if kind:
            add(root, "path", d=_box(at, y - 9, 11, 11), class_=kind)
        if kind == "other":
            add(root, "path", d=_cross(at, y - 9, 11, 11), class_="cross")
        add(root, "text", text, x=at + (17 if kind else 0), y=y + 1, font_size=12, class_="soft prose")
        at += _legend_width((kind, text))
