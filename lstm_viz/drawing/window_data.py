"""What the picture of the windows needs of a preparation: up to 400 rows, and the pairs that are cut from them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_viz.drawing.palette import STEPS
from lstm_viz.preparation.prepared import Prepared

MOST_ROWS = 400
MOST_COLUMNS = 4
"""Features that are drawn; the last one stands for those between."""
_OVERVIEW = 240


@dataclass(frozen=True)
class Pair:
    """A window and its target: its number in its part, the part, and the first row of the window."""

    sample: int
    part: str
    start: int


@dataclass(frozen=True)
class WindowCut:
    """Rows ``first`` to ``first + len(labels) - 1`` of a table of ``rows`` rows, and the ``pairs`` that lie in them.

    ``columns`` are the drawn features, ``places`` their places on the F axis, ``features`` is F. ``texts`` and
    ``shades`` have an entry for each row and drawn feature: the number as the table has it, and its shade from −6 to 6.
    ``target`` holds the target column in real units, ``target_texts`` and ``target_shades`` how it is written and
    shaded. A target is made of ``horizon`` rows from ``offset`` rows after the window's last one; with ``many_to_many``
    each step has one. ``parts`` are the parts that lie in these rows: name, first row, row after the last. ``total`` is
    how many pairs the whole table gives. ``overview`` holds the whole target column, thinned, where it is longer than
    what is drawn, else nothing.
    """

    labels: tuple[str, ...]
    first: int
    rows: int
    columns: tuple[str, ...]
    places: tuple[int, ...]
    features: int
    texts: tuple[tuple[str, ...], ...]
    shades: tuple[tuple[int, ...], ...]
    target_name: str
    target: tuple[float, ...]
    target_texts: tuple[str, ...]
    target_shades: tuple[int, ...]
    window: int
    horizon: int
    offset: int
    many_to_many: bool
    pairs: tuple[Pair, ...]
    total: int
    parts: tuple[tuple[str, int, int], ...]
    overview: tuple[float, ...] = ()

    def target_rows(self, start: int, step: int = -1) -> range:
        """The rows of the target of the window that begins at ``start``; with ``many_to_many`` of one of its steps."""
        last = start + step % self.window
        return range(last + self.offset, last + self.offset + self.horizon)

    def every_target_row(self, start: int) -> range:
        """From the first row of a target to the last, over all steps that have one."""
        first = self.target_rows(start, 0 if self.many_to_many else -1).start
        return range(first, self.target_rows(start).stop)

    def nearest(self, start: int) -> int:
        """The place in ``pairs`` whose window begins nearest to the row ``start``."""
        return min(range(len(self.pairs)), key=lambda place: abs(self.pairs[place].start - start))

    def sentence(self, place: int) -> str:
        """What the window at a place of ``pairs`` is, in words."""
        pair = self.pairs[place]
        first, last = (self.labels[row - self.first] for row in (pair.start, pair.start + self.window - 1))
        rows = self.every_target_row(pair.start)
        ends = [self.labels[row - self.first] for row in (rows.start, rows.stop - 1)]
        goal = ends[0] if len(rows) == 1 else f"{ends[0]} … {ends[1]}"
        return f"{pair.part} sample {pair.sample}: {first} … {last} → {goal}"

    def to_json(self) -> dict[str, Any]:
        """Itself as JSON, with the sentence on each pair."""
        return asdict(self) | {"sentences": [self.sentence(place) for place in range(len(self.pairs))]}


def cut_from(prepared: Prepared, around: int = 0, most_rows: int = MOST_ROWS) -> WindowCut:
    """The rows around the row ``around``, at most ``most_rows`` of them (or those of one pair, where it needs more).

    Raises ValueError for a generated task, which is not cut from a table.
    """
    table, recipe = prepared.table, prepared.recipe
    if table is None:
        raise ValueError("the samples of a generated task are not cut from a table: there is no curve to cut them from")
    needed = recipe.window + recipe.reach
    length = min(max(most_rows, needed), table.rows)
    # pages overlap by a pair, so that each pair lies on one of them
    page = max(0, around) // max(length - needed, 1)
    first = min(page * max(length - needed, 1), table.rows - length)
    rows = slice(first, first + length)
    pairs = _pairs(prepared, first, length, needed)
    features = len(prepared.feature_places)
    drawn = tuple(range(features)) if features <= MOST_COLUMNS else (*range(MOST_COLUMNS - 1), features - 1)
    columns = [prepared.feature_places[place] for place in drawn]
    values, target = table.values[rows][:, columns], table.values[rows, prepared.target_place]
    return WindowCut(
        labels=tuple(table.labels[rows]),
        first=first,
        rows=table.rows,
        columns=tuple(table.columns[column] for column in columns),
        places=drawn,
        features=features,
        texts=tuple(tuple(map(short_number, row)) for row in values.tolist()),
        shades=tuple(map(tuple, shades_of(values, table.values[:, columns]).tolist())),
        target_name=table.columns[prepared.target_place],
        target=tuple(target.tolist()),
        target_texts=tuple(map(short_number, target.tolist())),
        target_shades=tuple(shades_of(target, table.values[:, prepared.target_place]).tolist()),
        window=recipe.window,
        horizon=recipe.horizon,
        offset=recipe.target_offset,
        many_to_many=recipe.many_to_many,
        pairs=pairs,
        total=sum(len(part) for part in prepared.parts.values()),
        parts=tuple(_borders(prepared, first, first + length)),
        overview=_overview(table.values[:, prepared.target_place]) if length < table.rows else (),
    )


def _pairs(prepared: Prepared, first: int, length: int, needed: int) -> tuple[Pair, ...]:
    found = []
    for name, part in prepared.parts.items():
        begin, end = np.searchsorted(part.starts, [first, first + length - needed + 1]).tolist()
        found += [Pair(sample, name, int(part.starts[sample])) for sample in range(begin, end)]
    return tuple(sorted(found, key=lambda pair: pair.start))


def _borders(prepared: Prepared, first: int, end: int) -> list[tuple[str, int, int]]:
    if prepared.recipe.split_shuffle:
        return []
    return [
        (name, max(part.rows.start, first), min(part.rows.stop, end))
        for name, part in prepared.parts.items()
        if part.rows.start < end and part.rows.stop > first
    ]


def shades_of(values: NDArray[np.float64], among: NDArray[np.float64]) -> NDArray[np.int64]:
    """The shade of each number, from −6 for the least of its column in ``among`` to 6 for the largest.

    >>> shades_of(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0])).tolist()
    [-6, 0, 6]
    """
    low, high = among.min(axis=0), among.max(axis=0)
    half = np.where(high > low, (high - low) / 2, 1.0)
    steps: NDArray[np.int64] = np.rint((values - (low + high) / 2) / half * STEPS).clip(-STEPS, STEPS).astype(np.int64)
    return steps


def _overview(column: NDArray[np.float64]) -> tuple[float, ...]:
    """The column thinned: the least and the largest of each stretch, in the order in which they come."""
    thinned: list[float] = []
    for stretch in np.array_split(column, min(_OVERVIEW, len(column))):
        ends = sorted({int(stretch.argmin()), int(stretch.argmax())})
        thinned += [float(stretch[place]) for place in ends]
    return tuple(thinned)


def short_number(value: float) -> str:
    """A number in few letters: 112, 27.4, 0.031, 3.2e6, −4.5.

    >>> [short_number(value) for value in (112.0, 27.351, 0.03121, 3201234.0, -4.5, 0.0)]
    ['112', '27.4', '0.031', '3.2e6', '−4.5', '0']
    """
    size = abs(value)
    if value == 0:
        return "0"
    if not 0.01 <= size < 99_999.5:
        mantissa, _, exponent = f"{size:.1e}".partition("e")
        text = f"{mantissa.removesuffix('.0')}e{int(exponent)}".replace("-", "−")
    else:
        text = f"{size:.2g}" if size < 0.1 else f"{size:.3g}" if size < 999.5 else f"{size:.0f}"
    return f"−{text}" if value < 0 else text
