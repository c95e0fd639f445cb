"""Every h of a recurrent layer as a grid, rows L·D by steps T, with those marked that leave it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor

from lstm_viz.cell import Unrolled
from lstm_viz.dims import Axis
from lstm_viz.drawing.palette import STEPS
from lstm_viz.drawing.svg import Element, add, coloured_axis, picture, to_text

Leaving = Literal["everything", "one", "many"]
"""Everything that leaves; many-to-one, the last h of the last layer; many-to-many, all of its h."""

_MOST = 12
_CELL, _ROW, _STEP, _GAP = (56.0, 36.0), 50.0, 66.0, 26.0
_LEFTS, _RIGHT, _TOP, _BOTTOM = (96.0, 150.0), 96.0, 96.0, 62.0


@dataclass(frozen=True)
class Place:
    """One h of the grid: its layer, direction and step."""

    layer: int
    direction: int
    step: int


def leaves(place: Place, layers: int, steps: int, what: Leaving) -> bool:
    """Whether this h is among those that leave.

    >>> leaves(Place(0, 0, 3), layers=2, steps=12, what="everything")
    False
    """
    last_read = place.step == (0 if place.direction else steps - 1)
    top = place.layer == layers - 1
    return {"everything": top or last_read, "one": top and last_read, "many": top}[what]


def leaving_diagram(unrolled: Unrolled, sample: int, unit: int, chosen: Place, what: Leaving = "everything") -> str:
    """The grid as SVG text, each cell with the value of one unit's h; T of more than 12 steps is shortened."""
    L, D, T = (unrolled.sizes[letter] for letter in "LDT")  # noqa: N806
    columns = _columns(T, chosen.step)
    across = _across(columns, _LEFTS[D - 1])
    width = across[-1] + _STEP + _RIGHT
    height = _TOP + L * D * _ROW + _BOTTOM
    root = picture(width, height, f"Each h of {L * D} rows and {T} steps; those that leave the layer are framed")
    grid = _Grid(unrolled, sample, unit, chosen, what, columns, across)
    _read_as_one(root, grid)
    for row in range(L * D):
        _row(root, grid, row)
    _outputs(root, grid)
    _axis(root, grid, height)
    return to_text(root)


@dataclass(frozen=True)
class _Grid:
    unrolled: Unrolled
    sample: int
    unit: int
    chosen: Place
    what: Leaving
    columns: tuple[int | None, ...]
    across: list[float]

    @property
    def sizes(self) -> tuple[int, int, int]:
        return self.unrolled.sizes["L"], self.unrolled.sizes["D"], self.unrolled.sizes["T"]

    def y(self, row: int) -> float:
        """The top of a row; L0→ is the lowest, as x comes in from below."""
        L, D, _ = self.sizes  # noqa: N806
        return _TOP + (L * D - 1 - row) * _ROW

    def h(self, row: int) -> Tensor:
        return self.unrolled.passes[row].h[self.sample, :, self.unit]  # (T,)

    def leaves(self, row: int, step: int) -> bool:
        L, D, T = self.sizes  # noqa: N806
        return leaves(Place(row // D, row % D, step), L, T, self.what)


def _columns(steps: int, chosen: int) -> tuple[int | None, ...]:
    """Steps to draw: all of them, or both ends and the chosen one, with None where some are left out."""
    if steps <= _MOST:
        return tuple(range(steps))
    kept = sorted({*range(5), *range(steps - 4, steps), chosen})
    drawn: list[int | None] = []
    for before, step in zip([-1, *kept], kept, strict=False):
        drawn += [None, step] if step > before + 1 else [step]
    return tuple(drawn)


def _across(columns: Sequence[int | None], left: float) -> list[float]:
    places, x = [], left
    for step in columns:
        places.append(x)
        x += _GAP if step is None else _STEP
    return places


def _row(root: Element, grid: _Grid, row: int) -> None:
    _, D, T = grid.sizes  # noqa: N806
    y, values = grid.y(row), grid.h(row)
    scale = max(float(pass_.h[grid.sample, :, grid.unit].abs().max()) for pass_ in grid.unrolled.passes) or 1.0
    middle = y + _CELL[1] / 2
    add(
        root, "text", f"L{row // D}{'→←'[row % D] if D == 2 else ''}", x=14, y=middle + 5, font_size=15, font_weight=700
    )
    for step, x in zip(grid.columns, grid.across, strict=True):
        if step is None:
            for dot in (-5, 0, 5):
                add(root, "circle", class_="gap", cx=x + _GAP / 2 - 5 + dot, cy=middle, r=1.4)
        else:
            _cell(root, grid, row, step, x, y, float(values[step]), scale)
    _handing_on(root, grid, row, middle)
    _state(root, grid, row, middle, T)


def _cell(root: Element, grid: _Grid, row: int, step: int, x: float, y: float, value: float, scale: float) -> None:
    D = grid.sizes[1]  # noqa: N806
    out = grid.leaves(row, step)
    group = add(root, "g")
    shade = round(value / scale * STEPS)
    box: dict[str, Any] = {"x": x, "y": y, "width": _CELL[0], "height": _CELL[1], "rx": 5}
    cell = add(
        group,
        "rect",
        class_=f"v{shade}",
        stroke="var(--ink)" if out else "var(--soft)",
        stroke_width=2.6 if out else 1.0,
        stroke_dasharray=None if out else "3 3",
        fill_opacity=None if out else 0.45,
        **box,
    )
    name = f"h of layer {row // D}{', reverse' if row % D else ''}, step {step}, unit {grid.unit}: {value:.6g}"
    add(cell, "title", name)
    text = f"{value:.2f}".replace("-", "−") if abs(value) >= 0.005 else "0.00"
    add(
        group,
        "text",
        text,
        x=x + _CELL[0] / 2,
        y=y + 23.5,
        text_anchor="middle",
        font_size=14,
        class_="row" if out else "soft",
    )
    if grid.chosen == Place(row // D, row % D, step):
        ring: dict[str, Any] = {"x": x - 5, "y": y - 5, "width": _CELL[0] + 10, "height": _CELL[1] + 10, "rx": 8}
        add(root, "rect", fill="none", stroke="var(--T)", stroke_width=3.5, **ring)


def _handing_on(root: Element, grid: _Grid, row: int, y: float) -> None:
    reverse = row % grid.sizes[1] == 1
    for place in range(len(grid.columns) - 1):
        if grid.columns[place] is not None and grid.columns[place + 1] is not None:
            ends = (grid.across[place] + _CELL[0] + 1, grid.across[place + 1] - 1)
            _arrow(root, (ends[1], y) if reverse else (ends[0], y), (ends[0], y) if reverse else (ends[1], y), "soft")


def _state(root: Element, grid: _Grid, row: int, y: float, steps: int) -> None:
    """The last h that was read goes out at the side: it is a row of h_n."""
    reverse = row % grid.sizes[1] == 1
    shown = grid.what != "many" and grid.leaves(row, 0 if reverse else steps - 1)
    if not shown:
        return
    start = grid.across[0] - 3 if reverse else grid.across[-1] + _CELL[0] + 3
    end = start - 26 if reverse else start + 26
    _arrow(root, (start, y), (end, y))
    anchor = "end" if reverse else "start"
    add(
        root,
        "text",
        f"h_n[{row}]",
        x=end + (-5 if reverse else 5),
        y=y + 5,
        text_anchor=anchor,
        font_size=15,
        font_weight=700,
    )


def _read_as_one(root: Element, grid: _Grid) -> None:
    """In two directions, output has both h of the last layer side by side: a frame around the two."""
    L, D, _ = grid.sizes  # noqa: N806
    if D == 1 or grid.what == "one":
        return
    for step, x in zip(grid.columns, grid.across, strict=True):
        if step is not None:
            height = _ROW + _CELL[1] + 12
            add(
                root,
                "rect",
                class_="hull",
                stroke_dasharray="3 3",
                x=x - 4,
                y=grid.y(L * D - 1) - 6,
                width=_CELL[0] + 8,
                height=height,
                rx=9,
            )


def _outputs(root: Element, grid: _Grid) -> None:
    """Above the last layer: each of its h goes out, as one step of output."""
    L, D, T = grid.sizes  # noqa: N806
    top = grid.y(L * D - 1)
    if grid.what == "one":
        return
    for step, x in zip(grid.columns, grid.across, strict=True):
        if step is not None:
            middle = x + _CELL[0] / 2
            _arrow(root, (middle, top - 7), (middle, top - 30))
    first, last = grid.across[0], grid.across[-1] + _CELL[0]
    add(root, "path", class_="arrow", d=f"M{first:.1f},{top - 38:.1f} v-6 H{last:.1f} v6")
    text = add(root, "text", x=(first + last) / 2, y=top - 54, text_anchor="middle", font_size=16, font_weight=700)
    text.text = f"output: all {T} steps" if T > 1 else "output: its one step"


def _axis(root: Element, grid: _Grid, height: float) -> None:
    y = height - _BOTTOM + 14
    for step, x in zip(grid.columns, grid.across, strict=True):
        if step is not None:
            kind = "s T" if step == grid.chosen.step else "soft"
            add(root, "text", f"t={step}", x=x + _CELL[0] / 2, y=y, text_anchor="middle", font_size=14, class_=kind)
    text = add(
        root, "text", x=(grid.across[0] + grid.across[-1] + _CELL[0]) / 2, y=y + 26, text_anchor="middle", font_size=15
    )
    coloured_axis(text, Axis.of("T"), f" = {grid.sizes[2]:,} steps →")
    side = add(root, "text", x=14, y=y, font_size=15)
    coloured_axis(side, Axis.of("L", "D"), f" = {grid.sizes[0] * grid.sizes[1]}")


def _arrow(root: Element, start: tuple[float, float], end: tuple[float, float], kind: str = "") -> None:
    (x0, y0), (x1, y1) = start, end
    soft: dict[str, Any] = {"opacity": 0.55} if kind else {}
    add(root, "path", class_="arrow", d=f"M{x0:.1f},{y0:.1f} L{x1:.1f},{y1:.1f}", **soft)
    ux, uy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
    wings = [(x1 - 6 * ux - side * uy, y1 - 6 * uy + side * ux) for side in (3.5, -3.5)]
    add(root, "polygon", class_="head", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in [(x1, y1), *wings]), **soft)
